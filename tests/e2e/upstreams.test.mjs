// End to end: several upstreams behind one proxy, each with its schema from another source, and several Octanes beside them.
// docs/api.md §2 "Upstreams".

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example, examples } from '../support/example.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

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
    const [first, second] = await Promise.all(['/old', '/young'].map((prefix) => proxy.get(`${prefix}/render/frame.json?after=0&wait=20000`)));
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
  assert.equal(away.json.status, 'UNAVAILABLE');
  assert.match(away.json.error, /Upstream one cannot be reached at 127\.0\.0\.1/);
  assert.equal((await proxy.post(`/one/${SIM}/no_such`, {})).status, 404);
  assert.equal((await proxy.post(`/two/${SIM}/get_version`, {})).status, 200);
  assert.equal((await proxy.get('/one/health')).status, 503);
  assert.equal((await proxy.get('/two/health')).status, 200);
  started(await Example.start('nurec', ['--reflection', 'v1'], { port: first.port }));
  await until('one is back', async () => (await proxy.post(`/one/${SIM}/get_version`, {})).status === 200);
});

test('without Octane there are no frames, and a mistake in a section is told with its line', async (t) => {
  const started = cleanup(t);
  const only = started(await Example.start('nurec', ['--reflection', 'v1']));
  const proxy = started(await Proxy.start(undefined, ['--upstream', `nurec=${only.address}`], { connected: false }));
  await allConnected(proxy);
  assert.equal((await proxy.get('/render/stream')).status, 404);
  assert.equal((await proxy.post(`/${SIM}/get_version`, {})).status, 200);
  assert.equal((await proxy.get('/livez')).status, 200);
  assert.equal((await proxy.get('/metrics')).status, 200);
});
