// End to end: the NuRec sensor simulator as its clients want it: what came out goes back in, pictures byte for byte, calls that may take minutes,
// a simulator that comes and goes, and two revisions of one schema side by side.
//
// The REST face of its web viewer's backend is not offered beyond a picture by its address (the route of docs/options.md): `POST /api/load` would
// have the proxy remember a scene for a page and multiply the rig's pose with the camera's, which is a program's work and no mapping of a call. So
// there is no test that such a pose arrives; a page composes it and sends `sensor_pose`.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { runCurl } from '../support/curl.mjs';
import { codeBlocks } from '../support/documents.mjs';
import { Example, examples } from '../support/example.mjs';
import { identify } from '../support/images.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const SIM = '/SensorsimService';
const FULL = '/nre.grpc.protos.sensorsim.SensorsimService';
const scene = 'clipgt-0001';
const megabytes = 1 << 20;

const section = (name, { address }, ...more) =>
  `[upstream.${name}]\naddress = "${address}"\nproto-path = ["${path.join(examples, 'nurec/proto')}"]\n${more.map((line) => `${line}\n`).join('')}`;

const upstreams = async (proxy) => (await proxy.get('/upstreams')).json.upstreams;

async function connected(proxy) {
  await until('all upstreams are connected', async () => (await upstreams(proxy)).every(({ state }) => state === 'connected'),
    { detail: () => proxy.tail() });
  return proxy;
}

// What the stand-in was asked last, and the picture that it gave for it.
const lastSeen = async (example) => (await example.told()).seen.at(-1);
const lastImage = async (example) => (await example.told()).noted.image;
const measure = (bytes) => ({ size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') });

// A request for a picture half a second after the start, with the camera as the proxy gave it.
async function pictureRequest(proxy, more = {}, prefix = '') {
  const cameras = await proxy.post(`${prefix}${SIM}/get_available_cameras`, { scene_id: scene });
  assert.equal(cameras.status, 200, cameras.text);
  const pose = { vec: { x: 6.75, y: 0, z: 1.5 }, quat: { w: 1, x: 0, y: 0, z: 0 } };
  return { scene_id: scene, resolution_h: 270, resolution_w: 480, camera_intrinsics: cameras.json.data.available_cameras[0].intrinsics,
    frame_start_us: '1609459200500000', frame_end_us: '1609459200500001', sensor_pose: { start_pose: pose, end_pose: pose },
    dynamic_objects: [], image_format: 'JPEG', image_quality: 90, ...more };
}

describe('one simulator', () => {
  let sim;
  let proxy;
  before(async () => {
    sim = await Example.start('nurec');
    proxy = await connected(await Proxy.start(undefined, configFile(section('nurec', sim, 'allow-get = ["SensorsimService/render_rgb"]',
      'timeout = "30s"', 'method-timeout = ["SensorsimService/get_available_cameras=120s", "SensorsimService/render_*=180s"]'))));
  });
  after(async () => {
    await proxy?.stop();
    await sim?.stop();
  });

  test('its scenes are there under the full name of the service and the short one', async () => {
    for (const service of [FULL, SIM]) {
      const answer = await proxy.post(`${service}/get_available_scenes`, {});
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json.data.scene_ids, [scene]);
    }
  });

  test('a camera has one branch of its one-of, and times are exact', async () => {
    const { available_cameras: cameras } = await proxy.call('SensorsimService/get_available_cameras', { scene_id: scene });
    assert.equal(cameras.length, 2);
    for (const { intrinsics } of cameras) {
      const branches = ['ftheta_param', 'opencv_pinhole_param', 'opencv_fisheye_param'].filter((name) => name in intrinsics);
      assert.deepEqual(branches, ['ftheta_param']);
    }
    const { available_trajectories: [{ trajectory }] } = await proxy.call('SensorsimService/get_available_trajectories', { scene_id: scene });
    const times = trajectory.poses.map(({ timestamp_us: time }) => time);
    assert.deepEqual(times, [...Array.from({ length: 11 }, (_, i) => String(1609459200000000 + i * 100000)), '9007199254740993',
      '18446744073709551615']);
  });

  test('what came out goes back in unchanged', async () => {
    const request = await pictureRequest(proxy);
    assert.equal(request.camera_intrinsics.ftheta_param.pixeldist_to_angle_poly[1], 0.001);
    assert.equal((await proxy.post(`${SIM}/render_rgb`, request)).status, 200);
    const { asked } = await lastSeen(sim);
    assert.deepEqual(asked.camera_intrinsics, request.camera_intrinsics);
    assert.deepEqual([asked.frame_start_us, asked.frame_end_us], [request.frame_start_us, request.frame_end_us]);
    assert.deepEqual([asked.resolution_h, asked.resolution_w, asked.image_format, asked.image_quality], [270, 480, 'JPEG', 90]);
    assert.deepEqual(asked.sensor_pose.start_pose.vec, { x: 6.75, z: 1.5 });
  });

  test('a picture is the body, with its own type, or base64 in the answer', async () => {
    for (const [format, type] of [['JPEG', 'image/jpeg'], ['PNG', 'image/png']]) {
      const request = await pictureRequest(proxy, { image_format: format });
      const raw = await proxy.post(`${FULL}/render_rgb?raw=image_bytes`, request);
      const rendered = await lastImage(sim);
      assert.equal(raw.status, 200);
      assert.equal(raw.headers.get('content-type'), type);
      assert.equal(raw.headers.get('content-length'), String(rendered.size));
      assert.deepEqual(measure(raw.body), rendered);
      if (format === 'PNG') assert.deepEqual(await identify(raw.body), { format, width: 480, height: 270 });
      const { image_bytes: base64 } = await proxy.call('SensorsimService/render_rgb', request);
      assert.deepEqual(Buffer.from(base64, 'base64'), raw.body);
    }
  });

  test('each method has its own deadline', async () => {
    const request = await pictureRequest(proxy);
    for (const [method, body, seconds] of [['get_available_scenes', {}, 30], ['get_available_cameras', { scene_id: scene }, 120],
      ['get_available_trajectories', { scene_id: scene }, 30], ['render_rgb', request, 180]]) {
      await proxy.post(`${SIM}/${method}`, body);
      const { seconds_left: left } = await lastSeen(sim);
      // The clock of the stand-in and the rounding of gRPC's header may add a little.
      assert.ok(left !== null && left > seconds - 20 && left < seconds + 2, `${method}: ${left} s`);
    }
  });

  test('a failure keeps its status and its words', async () => {
    await sim.fail({ render_rgb: ['UNKNOWN', 'NRenderer.render failed.'] });
    const failed = await proxy.post(`${SIM}/render_rgb`, {}, { headers: { 'X-Call-Id': 'r1' } });
    await sim.fail({});
    assert.equal(failed.status, 500);
    assert.deepEqual(failed.json, { success: false, error: 'NRenderer.render failed.', status: 'UNKNOWN', code: 2, callId: 'r1' });
    const request = await pictureRequest(proxy);
    for (const [method, body, status, name, words] of [
      ['render_rgb', { ...request, scene_id: 'other' }, 404, 'NOT_FOUND', 'scene other is not loaded'],
      ['render_rgb', { ...request, frame_end_us: request.frame_start_us }, 400, 'OUT_OF_RANGE', 'the interval is empty'],
      ['render_rgb', { ...request, image_format: 'UNDEFINED' }, 400, 'INVALID_ARGUMENT', 'image_format'],
      ['get_available_cameras', { scene_id: 'other' }, 500, 'UNKNOWN', "Exception calling application: 'other'"],
      ['render_lidar', {}, 501, 'UNIMPLEMENTED', 'render_lidar'],
    ]) {
      const answer = await proxy.post(`${SIM}/${method}`, body);
      assert.deepEqual([answer.status, answer.json.status], [status, name], answer.text);
      assert.ok(answer.json.error.includes(words), answer.text);
    }
  });

  test('GET shows a picture, so that an <img> can', async () => {
    const request = await pictureRequest(proxy);
    const asImage = { headers: { Accept: 'image/avif,image/webp,image/png,*/*;q=0.5', 'Sec-Fetch-Dest': 'image', 'Sec-Fetch-Mode': 'no-cors',
      'Sec-Fetch-Site': 'same-origin', Referer: `${proxy.url}/` } };
    const json = JSON.stringify(request);
    for (const query of [`request=${encodeURIComponent(json)}`, `request=${Buffer.from(json).toString('base64url')}`,
      `scene_id=${scene}&frame_start_us=5&frame_end_us=6&image_format=JPEG&image_quality=90`]) {
      const answer = await proxy.get(`${SIM}/render_rgb?${query}&raw=image_bytes`, asImage);
      assert.equal(answer.status, 200, answer.text.slice(0, 400));
      assert.equal(answer.headers.get('content-type'), 'image/jpeg');
      assert.deepEqual(measure(answer.body), await lastImage(sim));
    }
    const unknown = { ...request, camera_intrinsics: { logical_id: 'camera_behind' } };
    const missing = await proxy.get(`${SIM}/render_rgb?request=${encodeURIComponent(JSON.stringify(unknown))}&raw=image_bytes`, asImage);
    assert.equal(missing.status, 404);
    assert.match(missing.json.error, /no camera camera_behind/);
    const wrong = await proxy.get(`${SIM}/render_rgb?scene_id=${scene}&image_quality=best&raw=image_bytes`, asImage);
    assert.equal(wrong.status, 400);
    assert.match(wrong.json.error, /image_quality/);
    assert.equal((await proxy.get(`${SIM}/get_available_scenes`)).status, 405);
  });
});

// The route that docs/options.md shows, as it stands there.
const documentedRoute = () => codeBlocks('docs/options.md', 'toml').map((block) => /\[route\.camera\]\n[^]*?(?=\n\[|$)/.exec(block)?.[0]).find(Boolean);

test('the route of docs/options.md is a picture for an <img>', async (t) => {
  const started = cleanup(t);
  const sim = started(await Example.start('nurec'));
  const proxy = started(await connected(await Proxy.start(undefined, configFile(`${section('nurec', sim)}\n${documentedRoute()}\n`))));
  const pose = { vec: { x: 6.75, y: 0, z: 1.5 }, quat: { w: 1, x: 0, y: 0, z: 0 } };
  const given = { scene_id: scene, from: '1609459200500000', to: '1609459200500001', width: '480', height: '270', pose: JSON.stringify(pose) };
  const render = (camera, more = {}) => proxy.get(`/api/render/${camera}?${new URLSearchParams({ ...given, ...more })}`,
    { headers: { Accept: 'image/avif,image/webp,*/*;q=0.8', 'Sec-Fetch-Dest': 'image' } });

  const shown = await render('camera_front_wide_120fov');
  assert.equal(shown.status, 200, shown.text.slice(0, 400));
  assert.equal(shown.headers.get('content-type'), 'image/jpeg');
  assert.equal(shown.headers.get('content-length'), String(shown.body.length));
  assert.deepEqual(measure(shown.body), await lastImage(sim));
  const { asked } = await lastSeen(sim);
  const there = { vec: { x: 6.75, z: 1.5 }, quat: { w: 1 } };
  assert.deepEqual(asked, { scene_id: scene, resolution_h: 270, resolution_w: 480, camera_intrinsics: { logical_id: 'camera_front_wide_120fov' },
    frame_start_us: given.from, frame_end_us: given.to, sensor_pose: { start_pose: there, end_pose: there }, image_format: 'JPEG', image_quality: 90 });
  // What makes an address new to a cache means nothing.
  assert.equal((await render('camera_cross_left_120fov', { t: '1732666000' })).status, 200);

  for (const [camera, more, status, words] of [
    ['camera_behind', {}, 404, /^scene clipgt-0001 has no camera camera_behind$/],
    ['camera_front_wide_120fov', { scene_id: 'other' }, 404, /^scene other is not loaded$/],
    ['camera_front_wide_120fov', { to: given.from }, 400, /^the interval is empty$/],
    ['camera_front_wide_120fov', { from: 'now' }, 400, /frame_start_us/],
    ['camera_front_wide_120fov', { width: '-1' }, 400, /resolution_w/],
    ['camera_front_wide_120fov', { pose: 'here' }, 400, /start_pose/],
    ['camera_front_wide_120fov', { pose: '{"vec":{"w":1}}' }, 400, /sensor_pose\.(start|end)_pose\.vec\.w/],
    ['camera_front_wide_120fov', { scale: '2' }, 400, /no field 'scale'/],
    ['camera_front_wide_120fov', { image_format: 'PNG' }, 400, /'image_format' was given twice/]]) {
    const answer = await render(camera, more);
    assert.equal(answer.status, status, `${JSON.stringify(more)}: ${answer.text.slice(0, 400)}`);
    assert.match(answer.json.error, words);
  }
});

test('a name that otherwise means nothing is a field where a route says so', async (t) => {
  const started = cleanup(t);
  const sim = started(await Example.start('nurec'));
  const proxy = started(await connected(await Proxy.start(undefined, configFile(`${section('nurec', sim)}
[route.moment]
path = "/api/moment"
method = "SensorsimService/render_rgb"
raw = "image_bytes"
set = ["scene_id=${scene}", "image_format=JPEG", "image_quality=90"]
name = ["t=frame_start_us", "until=frame_end_us"]
`))));
  assert.equal((await proxy.get('/api/moment?t=5&until=6&timestamp=9')).status, 200);
  const { asked } = await lastSeen(sim);
  assert.deepEqual([asked.frame_start_us, asked.frame_end_us], ['5', '6']);
});

test('headers go on as metadata where that is wanted, and nowhere else', async (t) => {
  const started = cleanup(t);
  const sim = started(await Example.start('nurec'));
  const proxy = started(await connected(await Proxy.start(undefined, configFile(
    section('open', sim, 'forward-header = ["x-nre-scene-id", "x-nre-scene-url"]') + section('closed', sim)))));
  const given = { 'x-nre-scene-id': 's1', 'x-nre-scene-url': 'file:///x.usdz' };
  for (const [name, arrives] of [['open', true], ['closed', false]]) {
    assert.equal((await proxy.post(`/${name}${SIM}/get_version`, {}, { headers: given })).status, 200);
    const { metadata } = await lastSeen(sim);
    for (const [header, value] of Object.entries(given)) assert.equal(metadata[header], arrives ? value : undefined, `${name}: ${header}`);
  }
});

test('a picture of 90 MiB passes where the limit lets it, and is refused with the limit elsewhere; the memory comes back', async (t) => {
  const started = cleanup(t);
  const sim = started(await Example.start('nurec', ['--padding', String(90 * megabytes)]));
  const proxy = started(await connected(await Proxy.start(undefined, configFile(
    section('large', sim, 'max-message = "100MiB"') + section('small', sim, 'max-message = "4MiB"')))));
  const patient = { args: ['--max-time', '300'] };
  const request = await pictureRequest(proxy, {}, '/small');
  const atFirst = proxy.rss();
  // The allocator may keep 64 MiB; three of these pictures would be far more.
  const settled = (what) => until(`the memory after ${what} is given back`, () => proxy.rss() < atFirst + 96 * megabytes,
    { detail: () => ` ${Math.round(atFirst / megabytes)} MiB at first, now ${Math.round(proxy.rss() / megabytes)} MiB` });

  for (let i = 0; i < 3; i++) {
    const refused = await proxy.post(`/small${SIM}/render_rgb?raw=image_bytes`, request, patient);
    assert.equal(refused.status, 502);
    assert.match(refused.json.error, /4194304 bytes/);
    assert.match(refused.json.error, /max-message/);
  }
  await settled('what was refused');

  const raw = await proxy.post(`/large${SIM}/render_rgb?raw=image_bytes`, request, patient);
  assert.equal(raw.status, 200, raw.text.slice(0, 400));
  const rendered = await lastImage(sim);
  assert.ok(rendered.size > 90 * megabytes);
  assert.deepEqual(measure(raw.body), rendered);
  const json = await proxy.post(`/large${SIM}/render_rgb`, request, patient);
  assert.equal(json.status, 200, json.text.slice(0, 400));
  assert.deepEqual(measure(Buffer.from(json.json.data.image_bytes, 'base64')), rendered);
  await settled('what passed');
});

describe('a picture that takes ten minutes', () => {
  let sim;
  let proxy;
  let request;
  before(async () => {
    sim = await Example.start('nurec', ['--render-seconds', '600']);
    const short = deadlines.map((ms) => section(`short${ms}`, sim, `method-timeout = ["SensorsimService/render_*=${ms}ms"]`));
    proxy = await connected(await Proxy.start(undefined, configFile(short.join('') + section('long', sim, 'timeout = "180s"'))));
    request = await pictureRequest(proxy, {}, '/long');
  });
  after(async () => {
    await proxy?.stop();
    await sim?.stop();
  });

  // Milliseconds; the first is enough, unless the machine needs longer to bring a call to the stand-in.
  const deadlines = [1000, 4000, 16000, 40000];
  // The stand-in counts only calls that ended before their picture.
  const cancelled = async (count) => until(`${count} calls were cancelled`, async () => (await sim.told()).cancelled === count);
  // Each answer comes no sooner than the deadline. The stand-in is told of it, as gRPC rounds it, and sees the end of the call.
  async function givenUp(ask) {
    const before = await sim.told();
    let now = before;
    for (const deadline of deadlines) {
      if (now.calls > before.calls) break;
      const begin = performance.now();
      const answer = await ask(deadline);
      const took = performance.now() - begin;
      assert.deepEqual([answer.status, answer.json.status], [504, 'DEADLINE_EXCEEDED'], answer.text);
      assert.ok(took >= deadline, `${took} ms`);
      now = await sim.told();
      const left = now.seen.at(-1).seconds_left;
      if (now.calls > before.calls) assert.ok(left !== null && left * 1000 < 2 * deadline, `it had ${left} s`);
    }
    assert.ok(now.calls > before.calls, 'the call came to the stand-in');
    await until('all of them were cancelled', async () => {
      now = await sim.told();
      return now.cancelled - before.cancelled === now.calls - before.calls;
    });
  }

  test('is given up at the deadline of its method or of its request', async () => {
    await givenUp((ms) => proxy.post(`/short${ms}${SIM}/render_rgb?raw=image_bytes`, request));
    await givenUp((ms) => proxy.post(`/long${SIM}/render_rgb?raw=image_bytes`, request, { headers: { 'X-Timeout': `${ms}ms` } }));
  });

  test('is given up when nobody waits for it any more', async () => {
    const before = await sim.told();
    const { child, done } = runCurl(['-X', 'POST', '-d', JSON.stringify(request), `${proxy.url}/long${SIM}/render_rgb?raw=image_bytes`]);
    await until('the call is under way', async () => (await sim.told()).calls > before.calls);
    child.kill('SIGKILL');
    await done;
    await cancelled(before.cancelled + 1);
  });
});

test('a simulator that goes and comes back: calls fail at once meanwhile, and the proxy goes on by itself', async (t) => {
  const started = cleanup(t);
  const sim = started(await Example.start('nurec'));
  const proxy = started(await connected(await Proxy.start(undefined, configFile(section('nurec', sim, 'timeout = "180s"')))));
  const shown = async () => [(await proxy.get('/nurec/health')).status, (await upstreams(proxy))[0].state];
  assert.deepEqual(await shown(), [200, 'connected']);
  await sim.kill();
  await until('/health says so', async () => (await proxy.get('/nurec/health')).status === 503);
  assert.notEqual((await upstreams(proxy))[0].state, 'connected');
  const away = await proxy.post(`${SIM}/get_available_scenes`, {});
  assert.deepEqual([away.status, away.json.status, away.json.code], [503, 'UNAVAILABLE', 14]);
  assert.match(away.json.error, /Upstream nurec cannot be reached at 127\.0\.0\.1/);
  started(await Example.start('nurec', [], { port: sim.port }));
  await until('calls are answered again', async () => (await proxy.post(`${SIM}/get_available_scenes`, {})).status === 200);
  assert.deepEqual(await shown(), [200, 'connected']);
});

describe('two revisions of the schema, which cannot stand in one pool', () => {
  let first;
  let third;
  let proxy;
  before(async () => {
    first = await Example.start('nurec');
    third = await Example.start('nurec', ['--revision', 'C']);
    proxy = await connected(await Proxy.start(undefined, configFile(`${section('a', first)}
[upstream.c]
address = "${third.address}"
proto-path = ["${path.join(examples, 'nurec/proto_c')}"]
`)));
  });
  after(async () => {
    for (const program of [proxy, first, third]) await program?.stop();
  });

  test('answer independently, each in its own words', async () => {
    assert.equal((await proxy.call('a/SensorsimService/get_version', {})).version_id, '0.1');
    assert.equal((await proxy.call('c/SensorsimService/get_version', {})).version_id, '0.3');
    const methods = async (name) => (await proxy.get(`/${name}/services`)).json.services[0].methods;
    assert.ok(!(await methods('a')).includes('batch_render_rgb') && (await methods('a')).includes('shut_down'));
    assert.ok((await methods('c')).includes('batch_render_rgb') && !(await methods('c')).includes('shut_down'));
    const { scenes: [loaded] } = await proxy.call('c/SensorsimService/get_loaded_scenes', {});
    assert.deepEqual(loaded, { scene_id: scene, loaded_instance_count: '1', reusable_instance_count: '18446744073709551615' });
    assert.equal((await proxy.post(`/a${SIM}/get_loaded_scenes`, {})).status, 404);
    for (const [name, example] of [['a', first], ['c', third]]) {
      const picture = await proxy.post(`/${name}${SIM}/render_rgb?raw=image_bytes`, await pictureRequest(proxy, {}, `/${name}`));
      assert.equal(picture.status, 200);
      assert.deepEqual(measure(picture.body), await lastImage(example));
    }
  });

  test('a field that only one of them has is known to that one alone', async () => {
    const request = { ...await pictureRequest(proxy, {}, '/a'), camera_intrinsics: { trajectory_idx: 3 } };
    assert.equal((await proxy.post(`/a${SIM}/render_rgb`, request)).status, 200);
    assert.equal((await lastSeen(first)).asked.camera_intrinsics.trajectory_idx, 3);
    const refused = await proxy.post(`/c${SIM}/render_rgb`, request);
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /^"camera_intrinsics\.trajectory_idx" is not a member of nre\.grpc\.protos\.sensorsim\.CameraSpec; /);
    const ignored = await proxy.post(`/c${SIM}/render_rgb`, request, { headers: { 'X-Strict': '0' } });
    assert.equal(ignored.status, 200);
    assert.match(ignored.json.warnings[0], /trajectory_idx.* was ignored/);
  });

  test('a batch with one broken camera is an answer, in which that item says what is wrong', async () => {
    const request = await pictureRequest(proxy, {}, '/c');
    const broken = { ...request, camera_intrinsics: { logical_id: 'camera_behind' } };
    // Only one of the two has the method, so no name is needed.
    const answer = await proxy.post(`${SIM}/batch_render_rgb?defaults=1`, {
      items: [{ camera_name: 'front', request }, { camera_name: 'behind', request: broken }] });
    assert.equal(answer.status, 200, answer.text);
    const [front, behind] = answer.json.data.items;
    assert.deepEqual([front.camera_name, front.success, front.error_message], ['front', true, '']);
    assert.deepEqual(measure(Buffer.from(front.result.image_bytes, 'base64')), await lastImage(third));
    assert.deepEqual([behind.camera_name, behind.success, behind.result], ['behind', false, null]);
    assert.match(behind.error_message, /no camera camera_behind/);
    const mixed = await proxy.post(`${SIM}/batch_render_rgb`, { items: [{ request }, { request: { ...request, scene_id: 'x' } }] });
    assert.deepEqual([mixed.status, mixed.json.error], [400, 'the items are of several scenes']);
  });
});
