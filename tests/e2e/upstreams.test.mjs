// End to end: several upstreams behind one proxy, each with its schema from another source, and several Octanes beside them.
// docs/api.md §2 "Upstreams".

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { badRequest, badRequestDetails } from '../support/bad_request.mjs';
import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example, examples, lab } from '../support/example.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

const SIM = 'SensorsimService';
const folder = mkdtempSync(path.join(tmpdir(), 'octane-upstreams-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function descriptorSet() {
  const file = path.join(folder, 'nurec.pb');
  const root = path.join(examples, 'nurec/proto');
  execFileSync('protoc', ['-I', root, '--include_imports', '--descriptor_set_out', file, 'common.proto', 'sensorsim.proto']);
  return file;
}

const states = async (proxy) => Object.fromEntries((await proxy.get('/upstreams')).json.upstreams.map((one) => [one.name, one.state]));

async function allConnected(proxy) {
  await until('all upstreams are connected', async () => Object.values(await states(proxy)).every((state) => state === 'connected'));
}

describe('four upstreams, one of each source of schemas, and two Octanes of different releases', () => {
  let parts;
  let proxy;
  before(async () => {
    parts = {
      set: await Example.start('nurec'),
      files: await Example.start('nurec'),
      v1: await Example.start('nurec', ['--reflection', 'v1']),
      alpha: await Example.start('nurec', ['--reflection', 'v1alpha']),
      old: await Standin.start(pattern(), { release: 'alpha5' }),
      young: await Standin.start(pattern({ width: 32, height: 16 }), { release: 'beta2' }),
    };
    const { set, files, v1, alpha, old, young } = parts;
    proxy = await Proxy.start(undefined, configFile(`
[upstream.set]
address = "${set.address}"
descriptor-set = ["${descriptorSet()}"]
[upstream.files]
address = "${files.address}"
proto-path = ["${path.join(examples, 'nurec/proto')}"]
[upstream.v1]
address = "${v1.address}"
[upstream.alpha]
address = "${alpha.address}"
metadata = ["x-key: a, b", "x-more: c"]
[upstream.old]
kind = "octane"
address = "127.0.0.1:${old.port}"
[upstream.young]
kind = "octane"
address = "127.0.0.1:${young.port}"
`), { connected: false });
    await allConnected(proxy);
  });
  after(async () => {
    await proxy?.stop();
    for (const part of Object.values(parts ?? {})) await part.stop();
  });

  test('each is called by its name, whatever names they share', async () => {
    for (const name of ['set', 'files', 'v1', 'alpha']) {
      const seenBefore = (await parts[name].told()).seen.length;
      for (const service of [SIM, 'nre.grpc.protos.sensorsim.SensorsimService', 'sensorsim']) {
        const answer = await proxy.post(`/${name}/${service}/get_available_scenes`, {});
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json.data.scene_ids, ['clipgt-0001']);
      }
      assert.equal((await parts[name].told()).seen.length, seenBefore + 3, name);
    }
  });

  test('a name that several have is 404 with the addresses that could be meant; one that no other has needs none', async () => {
    const several = await proxy.post(`/${SIM}/get_available_scenes`, {});
    assert.equal(several.status, 404);
    for (const name of ['set', 'files', 'v1', 'alpha']) assert.ok(several.json.error.includes(`/${name}/${SIM}/get_available_scenes`), several.text);
    const unknown = await proxy.post('/NoService/none', {});
    assert.equal(unknown.status, 404);
    const upstream = await proxy.post(`/nobody/${SIM}/get_available_scenes`, {});
    assert.equal(upstream.status, 404);
    assert.match(upstream.json.error, /no upstream "nobody".*set, files, v1, alpha, old, young/);
    const method = await proxy.post(`/set/${SIM}/get_available_scene`, {});
    assert.equal(method.status, 404);
    assert.match(method.json.error, /get_available_scenes/);
  });

  test('without a name the first Octane is meant, with one any', async () => {
    const version = async (prefix) => (await proxy.post(`${prefix}/ApiInfo/octaneVersion`, {})).json.data.result;
    assert.equal(await version(''), await version('/old'));
    assert.notEqual(await version('/old'), await version('/young'));
    const [first, second] = await Promise.all(['/old', '/young'].map((prefix) => proxy.get(`${prefix}/render/frame.json?after=0&wait=40000`)));
    assert.equal(first.json.render_images.data[0].size.x, 64);
    assert.equal(second.json.render_images.data[0].size.x, 32);
    assert.equal((await proxy.get('/render/frame.json')).json.render_images.data[0].size.x, 64);
    assert.notEqual(first.headers.get('x-octane-epoch'), second.headers.get('x-octane-epoch'));
    assert.equal((await proxy.get('/young/health')).json.octane.api, 'beta2');
    assert.equal((await proxy.get('/old/health')).json.octane.api, 'alpha5');
  });

  test('/upstreams, /health and /services tell of all', async () => {
    const { upstreams } = (await proxy.get('/upstreams')).json;
    assert.deepEqual(upstreams.map(({ name, kind }) => `${name} ${kind}`),
      ['set grpc', 'files grpc', 'v1 grpc', 'alpha grpc', 'old octane', 'young octane']);
    assert.ok(upstreams.every(({ services }) => services >= 1));
    const health = (await proxy.get('/health')).json;
    assert.equal(health.upstream.name, 'set');
    assert.equal(health.upstreams.length, 6);
    assert.equal((await proxy.get('/v1/health')).json.upstream.is_schema_known, true);
    const all = (await proxy.get('/services')).json.services;
    assert.equal(all.filter(({ name }) => name === 'Sensorsim').length, 4);
    assert.ok(all.some(({ name, upstream }) => name === 'ApiItem' && upstream === 'young'));
    assert.deepEqual((await proxy.get('/alpha/services')).json.services.map(({ fullName }) => fullName), ['nre.grpc.protos.sensorsim.SensorsimService']);
    const described = (await proxy.get('/v1/services/Sensorsim')).json.methods.map(({ name }) => name);
    assert.ok(described.includes('render_rgb'));
    assert.equal((await proxy.get('/services/Sensorsim')).status, 404);
  });

  test('metadata of an upstream goes with each of its calls, and with no other', async () => {
    await proxy.post(`/alpha/${SIM}/get_version`, {});
    await proxy.post(`/v1/${SIM}/get_version`, {});
    const { metadata } = (await parts.alpha.told()).seen.at(-1);
    assert.equal(metadata['x-key'], 'a, b');
    assert.equal(metadata['x-more'], 'c');
    assert.ok(!('x-key' in (await parts.v1.told()).seen.at(-1).metadata));
  });

  test('a picture comes as bytes of its own type, and what came out goes back in unchanged', async () => {
    const scene = 'clipgt-0001';
    const { available_cameras: cameras } = (await proxy.post(`/v1/${SIM}/get_available_cameras`, { scene_id: scene })).json.data;
    assert.ok('ftheta_param' in cameras[0].intrinsics);
    const poses = (await proxy.post(`/v1/${SIM}/get_available_trajectories`, { scene_id: scene })).json.data.available_trajectories[0].trajectory.poses;
    assert.deepEqual(poses.slice(-2).map(({ timestamp_us: at }) => at), ['9007199254740993', '18446744073709551615']);
    const request = { scene_id: scene, resolution_h: 27, resolution_w: 48, camera_intrinsics: cameras[0].intrinsics,
      frame_start_us: '1609459200500000', frame_end_us: '1609459200500001', image_format: 'PNG' };
    const picture = await proxy.post(`/v1/${SIM}/render_rgb?raw=image_bytes`, request);
    assert.equal(picture.status, 200);
    assert.equal(picture.headers.get('content-type'), 'image/png');
    const unknown = await proxy.post(`/v1/${SIM}/render_rgb`, { ...request, scene_id: 'other' });
    assert.equal(unknown.status, 404);
    assert.match(unknown.json.error, /scene other is not loaded/);
  });
});

test('one that is away fails at once and holds up nobody; what it said of itself is known while it is away', async (t) => {
  const started = cleanup(t);
  const first = started(await Example.start('nurec', ['--reflection', 'v1']));
  const second = started(await Example.start('nurec', ['--reflection', 'v1']));
  const proxy = started(await Proxy.start(undefined, ['--upstream', `one=${first.address}`, '--upstream', `two=${second.address}`], { connected: false }));
  await allConnected(proxy);
  await first.kill();
  await until('one is lost', async () => (await states(proxy)).one === 'lost');
  const away = await proxy.post(`/one/${SIM}/get_version`, {});
  assert.deepEqual([away.status, away.json.status, away.json.code], [503, 'UNAVAILABLE', 14]);
  assert.match(away.json.error, /Upstream one cannot be reached at 127\.0\.0\.1/);
  assert.equal((await proxy.post(`/one/${SIM}/no_such`, {})).status, 404);
  assert.equal((await proxy.post(`/two/${SIM}/get_version`, {})).status, 200);
  assert.equal((await proxy.get('/one/health')).status, 503);
  assert.equal((await proxy.get('/two/health')).status, 200);
  started(await Example.start('nurec', ['--reflection', 'v1'], { port: first.port }));
  await until('one is back', async () => (await proxy.post(`/one/${SIM}/get_version`, {})).status === 200);
});

test('while one that describes itself has never been reached, a name that nobody has is 503 with its name, not 404', async (t) => {
  const started = cleanup(t);
  const known = started(await Example.start('lab'));
  const port = await freePort();
  const proxy = started(await Proxy.start(undefined, configFile(`
[upstream.lab]
address = "${known.address}"
proto-path = ["${lab}"]
[upstream.late]
address = "127.0.0.1:${port}"
[route.version]
path = "/version"
verb = "POST"
method = "${SIM}/get_version"
`)));
  await until('the one is there and the other is not', async () => {
    const { lab: first, late } = await states(proxy);
    return first === 'connected' && late !== 'connecting';
  });
  for (const where of [`/${SIM}/get_version`, '/version', `/services/${SIM}`, `/late/${SIM}/get_version`, `/late/services/${SIM}`]) {
    const away = await (where.includes('/services/') ? proxy.get(where) : proxy.post(where, {}));
    assert.deepEqual([away.status, away.json.status], [503, 'UNAVAILABLE'], `${where}: ${away.text}`);
    assert.match(away.json.error, /^Upstream late cannot be reached at 127\.0\.0\.1/);
  }
  assert.equal((await proxy.post('/Lab/Describe', {})).status, 200);
  const lacking = await proxy.post('/Lab/NoSuch', {}); // the other one may have a service of that name, and in it the method
  assert.equal(lacking.status, 503, lacking.text);
  assert.match(lacking.json.error, /^Upstream late cannot be reached .*; no other upstream has Lab\/NoSuch; lab: .*NoSuch/);
  assert.equal((await proxy.post('/lab/Lab/NoSuch', {})).status, 404);
  started(await Example.start('nurec', ['--reflection', 'v1'], { port }));
  await until('it is there', async () => (await proxy.post(`/${SIM}/get_version`, {})).status === 200);
  assert.equal((await proxy.post('/NoSuch/get_version', {})).status, 404);
  assert.equal((await proxy.post('/Lab/NoSuch', {})).status, 404);
});

test('a stream takes no place of concurrency, and waits for none', async (t) => {
  const started = cleanup(t);
  const server = started(await Example.start('lab'));
  const proxy = started(await Proxy.start(undefined, configFile(
    `[upstream.lab]\naddress = "${server.address}"\nproto-path = ["${lab}"]\nconcurrency = 1\n`)));
  await allConnected(proxy);
  const streams = [1, 2].map((count) => openCurl([`${proxy.url}/Lab/Count?count=1000000&pause_ms=20&padding=${count}`]));
  t.after(() => streams.forEach(({ child }) => child.kill('SIGKILL')));
  await until('both are open', async () => (await server.told()).open_streams === 2);
  assert.equal((await proxy.post('/Lab/Describe', {})).status, 200);
});

describe('a service of all kinds of methods', () => {
  let server;
  let proxy;
  before(async () => {
    server = await Example.start('lab');
    proxy = await Proxy.start(undefined, configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
method-max-message = ["Lab/Desc*=100", "Lab/Count=1KiB"]
method-concurrency = ["Lab/Count=1"]
`));
    await allConnected(proxy);
  });
  after(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  test('details of an error are told by their types, of a call and of a stream', async () => {
    await server.fail({ Describe: ['INVALID_ARGUMENT', 'not so', badRequest], Count: ['INVALID_ARGUMENT', 'not so', badRequest] });
    for (const method of ['Describe', 'Count']) {
      const refused = await proxy.post(`/Lab/${method}`, {});
      assert.equal(refused.status, 400);
      assert.deepEqual(refused.json, { success: false, error: 'not so', status: 'INVALID_ARGUMENT', code: 3,
        details: badRequestDetails, callId: refused.headers.get('x-call-id') });
    }
    await server.fail({});
    assert.equal((await proxy.post('/Lab/Describe', {})).status, 200);
  });

  test('a method has a largest message of its own, and so has each message of a stream', async () => {
    const names = ['x'.repeat(100)];
    const refused = await proxy.post('/Lab/Describe', { names });
    assert.equal(refused.status, 413);
    assert.match(refused.json.error, /^the request of Lab\.Describe has 102 bytes as protobuf; method-max-message of upstream lab allows 100$/);
    assert.equal((await proxy.post('/Lab/Store', { names })).status, 200);
    const stream = await proxy.post('/Lab/Count', { count: 3, padding: 2000 });
    assert.equal(stream.status, 502);
    assert.match(stream.json.error, /the answer of Lab\.Count has \d+ bytes as protobuf; method-max-message/);
  });

  test('a method has a limit of calls of its own, beyond which a stream is refused', async () => {
    const first = openCurl([`${proxy.url}/Lab/Count?count=1000000&pause_ms=20`]);
    await until('the stream is open', async () => (await server.told()).open_streams === 1);
    const refused = await proxy.get('/Lab/Count?count=1');
    assert.equal(refused.status, 429);
    assert.match(refused.json.error, /^Lab\/Count of Upstream lab has as many calls as it may/);
    assert.equal((await proxy.post('/Lab/Describe', {})).status, 200);
    first.child.kill('SIGKILL');
    await first.done;
    await until('the place is free again', async () => (await proxy.get('/Lab/Count?count=1')).status === 200);
  });
});

test('without Octane there are no frames, and everything else is as it is', async (t) => {
  const started = cleanup(t);
  const only = started(await Example.start('nurec', ['--reflection', 'v1']));
  const proxy = started(await Proxy.start(undefined, ['--upstream', `nurec=${only.address}`], { connected: false }));
  await allConnected(proxy);
  assert.equal((await proxy.get('/render/stream')).status, 404);
  assert.equal((await proxy.post(`/${SIM}/get_version`, {})).status, 200);
  assert.equal((await proxy.get('/livez')).status, 200);
  assert.equal((await proxy.get('/metrics')).status, 200);
});

describe('members that a message lacks', () => {
  let server;
  let octane;
  let proxy;
  before(async () => {
    server = await Example.start('lab');
    octane = await Standin.start(pattern({ fps: 0 }));
    const plain = (name, more = '') => `[upstream.${name}]\naddress = "${server.address}"\nproto-path = ["${lab}"]\n${more}\n`;
    const renderer = (name, more = '') => `[upstream.${name}]\nkind = "octane"\naddress = "127.0.0.1:${octane.port}"\n${more}\n`;
    const word = (said) => `unknown-members = "${said}"`;
    proxy = await Proxy.start(undefined, configFile(
      plain('usual') + plain('lenient', word('ignore')) + renderer('scene') + renderer('exact', word('refuse'))), { connected: false });
    await allConnected(proxy);
  });
  after(async () => {
    for (const program of [proxy, server, octane]) await program?.stop();
  });

  const openSocket = (name) => WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/${name}/Lab/Echo`);

  test('are refused with their path, in whatever way a request comes', async () => {
    const asked = (await server.told()).calls;
    for (const [path, body, words] of [
      ['Store', { cuont: 1 }, /^"cuont" is not a member of lab\.CountRequest; valid members are count, padding, /],
      ['Store', { inner: { numbers: [{ value: 1 }, { valeu: 1 }] } }, /^"inner\.numbers\.1\.valeu" is not a member of lab\.Number; /],
      ['Count', { count: 1, inner: { is_onn: true } }, /^"inner\.is_onn" is not a member of lab\.Inner; /],
      ['Count?share=1', { cuont: 1 }, /^"cuont" is not a member /]]) {
      const answer = await proxy.post(`/usual/Lab/${path}`, body);
      assert.deepEqual([answer.status, answer.json.status], [400, 'INVALID_ARGUMENT'], path);
      assert.match(answer.json.error, words);
    }
    assert.equal((await server.told()).calls, asked, 'the server was not asked');

    const line = await proxy.post('/usual/Lab/Sum', '{"value":1}\n{"valeu":2}\n');
    assert.equal(line.status, 400);
    assert.match(line.json.error, /^line 2: "valeu" is not a member of lab\.Number; /);
    const socket = await openSocket('usual');
    socket.send({ text: 'a', txet: 'b' });
    assert.equal((await socket.closeFrame()).code, 1008);
    assert.match(socket.messages.at(-1).json.error, /^message 1: "txet" is not a member of lab\.Text; /);
  });

  test('are passed over where the section says so', async () => {
    const answer = await proxy.post('/lenient/Lab/Store', { count: 1, cuont: 2 });
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { success: true, data: { count: '1' }, warnings: ['"cuont" is not a member of lab.CountRequest and was ignored'] });
    assert.equal((await proxy.post('/lenient/Lab/Count', { count: 1, cuont: 2 })).text, '{"value":"1"}\n');
    assert.deepEqual((await proxy.post('/lenient/Lab/Sum?bare=1', '{"value":1,"x":1}\n{"value":2}\n')).json, { sum: '3', count: 2 });
    const socket = await openSocket('lenient');
    socket.send({ text: 'a', txet: 'b' });
    socket.sendText('');
    assert.deepEqual(await socket.closeFrame(), { code: 1000, reason: 'OK' });
    assert.deepEqual(socket.messages.map(({ json }) => json), [{ text: 'a' }]);
  });

  test('of an Octane are passed over, unless its section says otherwise', async () => {
    const taken = await proxy.post('/scene/ApiInfo/octaneVersion', { nonsense: 1 });
    assert.equal(taken.status, 200, taken.text);
    assert.match(taken.json.warnings[0], /^"nonsense" is not a member of .* and was ignored$/);
    const refused = await proxy.post('/exact/ApiInfo/octaneVersion', { nonsense: 1 });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /^"nonsense" is not a member of /);
  });

  test('are what X-Strict says, for one request', async () => {
    for (const [name, method, body] of [['usual', 'Lab/Store', { cuont: 1 }], ['lenient', 'Lab/Store', { cuont: 1 }], ['lenient', 'Lab/Count', { cuont: 1 }],
      ['scene', 'ApiInfo/octaneVersion', { nonsense: 1 }], ['exact', 'ApiInfo/octaneVersion', { nonsense: 1 }]]) {
      for (const [word, status] of [['1', 400], ['0', 200]]) {
        const answer = await proxy.post(`/${name}/${method}`, body, { headers: { 'X-Strict': word } });
        assert.equal(answer.status, status, `${name}, X-Strict: ${word}: ${answer.text}`);
      }
    }
  });

  test('of a request in the query are always refused', async () => {
    for (const query of ['cuont=1', `request=${encodeURIComponent('{"cuont":1}')}`]) {
      const answer = await proxy.get(`/lenient/Lab/Describe?${query}`, { headers: { 'X-Strict': '0' } });
      assert.equal(answer.status, 400, query);
      assert.match(answer.json.error, /cuont/);
    }
  });
});

test('what the program denies is denied on every upstream, besides what its section denies', async (t) => {
  const started = cleanup(t);
  const server = started(await Example.start('lab'));
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(undefined, [...configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
deny = ["Lab/Store"]
[upstream.scene]
kind = "octane"
address = "127.0.0.1:${octane.port}"
method-max-message = ["ApiInfo/octaneVersion=1"]
`), '--deny', 'Lab/Describe,ApiItem/name', '--allow', 'LiveLink/GetFile'], { connected: false }));
  await allConnected(proxy);
  for (const method of ['lab/Lab/Describe', 'lab/Lab/Store', 'scene/ApiItem/name']) {
    const refused = await proxy.post(`/${method}`, {});
    assert.equal(refused.status, 403, `${method}: ${refused.text}`);
    assert.match(refused.json.error, /deny list/);
  }
  assert.equal((await proxy.post('/lab/Lab/Measure', {})).status, 200);
  assert.doesNotMatch((await proxy.post('/scene/LiveLink/GetFile', {})).json.error, /deny list/); // the stand-in has no files
  const large = await proxy.post('/scene/ApiInfo/octaneVersion', {});
  assert.equal(large.status, 502, large.text);
  assert.match(large.json.error, /the answer of ApiInfo\.octaneVersion has \d+ bytes as protobuf; method-max-message of upstream scene allows 1/);
});
