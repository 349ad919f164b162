// End to end: what a JSON request may not say twice, which numbers fit, and which members of a one-of may stand there: of a
// service of any kind, wherever its schema is from. And each failure of it can be read by a page. docs/api.md §2, §6.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example, examples, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'octane-values-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const proto = path.join(examples, 'nurec/proto');

function descriptorSet() {
  const file = path.join(folder, 'nurec.pb');
  execFileSync('protoc', ['-I', proto, '--include_imports', '--descriptor_set_out', file, 'common.proto', 'sensorsim.proto']);
  return file;
}

// A request for a picture that the simulator answers.
const good = { scene_id: 'clipgt-0001', frame_start_us: '5', frame_end_us: '6', image_format: 'JPEG', image_quality: 90 };
const page = 'http://localhost:3000';
const sources = ['files', 'set', 'v1', 'alpha'];

let parts;
let proxy;
before(async () => {
  parts = {
    sim: await Example.start('nurec', ['--reflection', 'v1']),
    alpha: await Example.start('nurec', ['--reflection', 'v1alpha']),
    lab: await Example.start('lab'),
  };
  const section = (name, { address }, more) =>
    `[upstream.${name}]\naddress = "${address}"\nallow-get = ["SensorsimService/*"]\n${more}\n`;
  proxy = await Proxy.start(undefined, configFile(section('files', parts.sim, `proto-path = ["${proto}"]`) +
    section('set', parts.sim, `descriptor-set = ["${descriptorSet()}"]`) + section('v1', parts.sim, '') +
    section('alpha', parts.alpha, '') + section('lab', parts.lab, `proto-path = ["${lab}"]`)), { connected: false });
  await until('all are connected', async () =>
    (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state === 'connected'), { detail: () => proxy.tail() });
});
after(async () => {
  await proxy?.stop();
  for (const part of Object.values(parts ?? {})) await part.stop();
});

const render = (source, body) => proxy.post(`/${source}/SensorsimService/render_rgb`, body, { headers: { Origin: page } });
const behind = (source) => (source === 'alpha' ? parts.alpha : parts.sim);

// 400 with a sentence, as JSON that a page of another origin can read.
function assertRefused(answer, words, what) {
  const { success, status, code } = answer.json;
  assert.deepEqual([answer.status, success, status, code], [400, false, 'INVALID_ARGUMENT', 3], `${what}: ${answer.text}`);
  assert.match(answer.json.error, words, what);
  assert.equal(answer.headers.get('access-control-allow-origin'), page, what);
}

async function assertUnasked(source, bodies) {
  const { calls } = await behind(source).told();
  for (const [body, words] of bodies) assertRefused(await render(source, body), words, `${source}: ${body}`);
  assert.equal((await behind(source).told()).calls, calls, 'the server was not asked');
}

// The body that these texts of members make, besides what a good one has.
const withMembers = (members) => `${JSON.stringify(good).slice(0, -1)},${members}}`;

for (const source of sources) {
  describe(`a schema from ${source}`, () => {
    test('a member that is given by both its names, or twice by one, is refused', async () => {
      await assertUnasked(source, [
        ['{"scene_id":"a","sceneId":"a"}', /^"scene_id" is given twice$/],
        ['{"sceneId":"a","scene_id":"b"}', /^"scene_id" is given twice$/],
        ['{"scene_id":"a","scene_id":"a"}', /^"scene_id" is given twice$/],
        ['{"sensor_pose":{},"sensorPose":{}}', /^"sensor_pose" is given twice$/],
        ['{"sensor_pose":{"start_pose":{"vec":{"x":1}},"startPose":{"vec":{"y":1}}}}',
          /^"sensor_pose\.start_pose" is given twice$/],
        ['{"dynamic_objects":[{},{"track_id":"a","trackId":"b"}]}', /^"dynamic_objects[.[]1\]?\.track_id" is given twice$/],
      ]);
      assert.equal((await render(source, withMembers('"resolutionH":3,"resolution_w":4'))).status, 200);
      const { asked } = (await behind(source).told()).seen.at(-1);
      assert.deepEqual([asked.resolution_h, asked.resolution_w], [3, 4]);
    });

    test('two members of one one-of are refused, by whichever names and however empty they are', async () => {
      const words = /^"camera_intrinsics\.ftheta_param" and "camera_intrinsics\.opencv_\w+_param" exclude each other/;
      await assertUnasked(source, [
        ['{"ftheta_param":{"max_angle":1},"opencv_pinhole_param":{}}', words],
        ['{"ftheta_param":{},"opencv_pinhole_param":{}}', words],
        ['{"fthetaParam":{},"opencvPinholeParam":{}}', words],
        ['{"ftheta_param":{},"opencvFisheyeParam":{"max_angle":1}}', words],
      ].map(([camera, said]) => [`{"camera_intrinsics":${camera}}`, said]));
      for (const camera of ['{"ftheta_param":{"max_angle":1.5},"opencv_pinhole_param":null}',
        '{"opencvFisheyeParam":null,"fthetaParam":{"max_angle":1.5}}',
        '{"camera_param":"ftheta_param","ftheta_param":{"max_angle":1.5}}']) {
        const answer = await render(source, withMembers(`"camera_intrinsics":${camera}`));
        assert.equal(answer.status, 200, `${camera}: ${answer.text}`);
        const { asked } = (await behind(source).told()).seen.at(-1);
        assert.deepEqual(asked.camera_intrinsics, { ftheta_param: { max_angle: 1.5 } }, camera);
      }
    });

    test('a number outside its type\'s range is refused with its path, and one at the edge arrives', async () => {
      const whole = /^"resolution_h" takes an integer from 0 to 4294967295, but /;
      const long = /^"frame_start_us" takes an integer from 0 to 18446744073709551615, but /;
      const single = /^"image_quality" (takes a number within float's range|holds the number 1e400, which is too large)/;
      await assertUnasked(source, [
        ...['-1', '1.5', '4294967296', '"-1"', '"1.5"', '"4294967296"', '""', '" 1"', '"1 "', '"0x10"', '"NaN"', 'true',
          '1e-1', '1e10'].map((value) => [`{"resolution_h":${value}}`, whole]),
        ...['[1]', '{}'].map((value) => [`{"resolution_h":${value}}`, /^"resolution_h"/]),
        ...['-1', '18446744073709551616', '"18446744073709551616"', '1.8446744073709552e19', '0.5'].map((value) =>
          [`{"frame_start_us":${value}}`, long]),
        ...['1e39', '-1e39', '"1e39"', '3.5e38', '1e400'].map((value) => [`{"image_quality":${value}}`, single]),
        ['{"camera_intrinsics":{"ftheta_param":{"max_angle":1e400}}}', /^"camera_intrinsics\.ftheta_param\.max_angle"/],
        ['{"camera_intrinsics":{"ftheta_param":{"angle_to_pixeldist_poly":[0,1,"x"]}}}',
          /^"camera_intrinsics\.ftheta_param\.angle_to_pixeldist_poly[.[]2/],
      ]);
      for (const [member, value, arrives] of [
        ['resolution_h', '1.0', 1], ['resolution_h', '"12"', 12], ['resolution_h', '1e3', 1000],
        ['resolution_h', '4294967295', 4294967295], ['resolution_h', '"4294967295"', 4294967295],
        ['resolution_h', '-0', undefined], ['resolution_h', 'null', undefined],
        ['dynamic_objects', '[]', undefined], ['image_quality', '3.4028235e38', 3.4028235e38],
        ['image_quality', '"Infinity"', 'Infinity'],
        ['frame_end_us', '18446744073709551615', '18446744073709551615'],
        ['frame_end_us', '"9007199254740993"', '9007199254740993'],
        ['frame_end_us', '9007199254740993', '9007199254740993'], ['frame_end_us', '1e19', '10000000000000000000']]) {
        const { [member]: _, ...rest } = good;
        const answer = await render(source, `${JSON.stringify(rest).slice(0, -1)},"${member}":${value}}`);
        assert.equal(answer.status, 200, `${member} ${value}: ${answer.text}`);
        const { asked } = (await behind(source).told()).seen.at(-1);
        assert.equal(asked[member], arrives, `${member} ${value}`);
      }
    });
  });
}

test('in a query the same is refused', async () => {
  const { calls } = await parts.sim.told();
  for (const [query, words] of [['scene_id=a&sceneId=b', /was given twice/], ['scene_id=a&scene_id=a', /was given twice/],
    ['scene_id=a&request={"sceneId":"b"}', /twice/], ['resolution_h=-1', /^"resolution_h" takes an integer from 0/],
    ['resolution_h=1.5', /^"resolution_h" takes an integer from 0/],
    ['resolution_h=4294967296', /^"resolution_h" takes an integer from 0/],
    ['image_quality=1e39', /^"image_quality" takes a number within float's range/],
    ['camera_intrinsics.ftheta_param.max_angle=1&camera_intrinsics.opencv_fisheye_param.max_angle=1', /exclude each other/]]) {
    const answer = await proxy.get(`/files/SensorsimService/render_rgb?${query.replace(/[{}"]/g, encodeURIComponent)}`,
      { headers: { Origin: page } });
    assertRefused(answer, words, query);
  }
  assert.equal((await parts.sim.told()).calls, calls, 'the server was not asked');
});

test('in a line and in a message of a stream of requests the same is refused', async () => {
  for (const [line, words] of [['{"value":1,"value":2}', /^line 2: "value" is given twice$/],
    ['{"value":9223372036854775808}', /^line 2: "value" takes an integer from -9223372036854775808 to 9223372036854775807, but /],
    ['{"value":1.5}', /^line 2: "value" takes an integer/]]) {
    const answer = await proxy.post('/lab/Lab/Sum', `{"value":1}\n${line}\n`, { headers: { Origin: page } });
    assertRefused(answer, words, line);
  }
  for (const [text, words] of [['{"text":"a","text":"b"}', /^message 1: "text" is given twice$/],
    ['{"text":"a","repeat":-1}', /^message 1: "repeat" takes an integer from 0 to 4294967295, but /]]) {
    const socket = await WebSocketClient.open(`${proxy.url}/lab/Lab/Echo`);
    socket.sendText(text);
    assert.equal((await socket.closeFrame()).code, 1008, text);
    assert.match(socket.messages.at(-1).json.error, words);
  }
});

test('every failure of an upstream is JSON that a page of another origin can read, with the words as they were', async (t) => {
  t.after(() => parts.sim.fail({}));
  const text = 'said "so",\n\\ and\tÜber 立方体 \u0001';
  const statuses = { CANCELLED: [499, 1], UNKNOWN: [500, 2], INVALID_ARGUMENT: [400, 3], DEADLINE_EXCEEDED: [504, 4],
    NOT_FOUND: [404, 5], ALREADY_EXISTS: [409, 6], PERMISSION_DENIED: [403, 7], RESOURCE_EXHAUSTED: [429, 8],
    FAILED_PRECONDITION: [400, 9], ABORTED: [409, 10], OUT_OF_RANGE: [400, 11], UNIMPLEMENTED: [501, 12], INTERNAL: [500, 13],
    UNAVAILABLE: [503, 14], DATA_LOSS: [500, 15], UNAUTHENTICATED: [401, 16] };
  for (const [name, [status, code]] of Object.entries(statuses)) {
    await parts.sim.fail({ render_rgb: [name, text] });
    for (const query of ['', '?raw=image_bytes', '?bare=1']) {
      const answer = await proxy.post(`/files/SensorsimService/render_rgb${query}`, {},
        { headers: { Origin: page, 'X-Call-Id': 'v1' } });
      assert.equal(answer.status, status, `${name}${query}: ${answer.text}`);
      assert.equal(answer.headers.get('content-type'), 'application/json', name);
      const { error, ...rest } = answer.json;
      assert.deepEqual(rest, { success: false, status: name, code, callId: 'v1' });
      // With this one the proxy says more of its own.
      if (name === 'UNIMPLEMENTED') assert.ok(error.includes(text), `${name}: ${error}`);
      else assert.equal(error, text, name);
      assert.equal(answer.headers.get('access-control-allow-origin'), page, name);
      assert.match(answer.headers.all('access-control-expose-headers').join(), /x-call-id/i, name);
    }
  }
});
