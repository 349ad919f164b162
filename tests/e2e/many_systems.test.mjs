// End to end: the four systems of tools/examples and two Octanes behind one proxy, each with its schema from another source.
// docs/api.md §2 "Upstreams".

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { curl, openCurl } from '../support/curl.mjs';
import { Example, examples } from '../support/example.mjs';
import { identify } from '../support/images.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { Viewer } from '../support/viewer.mjs';
import { until } from '../support/wait.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'octane-many-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function descriptorSet() {
  const file = path.join(folder, 'visard.pb');
  execFileSync('protoc', ['-I', path.join(examples, 'rc_visard/proto'), '--include_imports', '--descriptor_set_out', file,
    'image_interface.proto']);
  return file;
}

// A folder with one file alone; what it imports is elsewhere.
function folderOfPhysics() {
  const own = path.join(folder, 'physics');
  const file = 'alpasim_grpc/v0/physics.proto';
  mkdirSync(path.dirname(path.join(own, file)), { recursive: true });
  cpSync(path.join(examples, 'alpasim/proto', file), path.join(own, file));
  return own;
}

// What Drake's client sends, as JSON and as its form.
const scene = Buffer.from('{"asset":{"version":"2.0"}}');
const sceneFile = path.join(folder, 'scene.gltf');
writeFileSync(sceneFile, scene);
const picture3d = { center_x: 31.5, center_y: 23.5, far: 10, focal_x: 57.9, focal_y: 57.9, fov_x: 1.006, fov_y: 0.785, height: 48,
  image_type: 'label', near: 0.01, scene_sha256: createHash('sha256').update(scene).digest('hex'), width: 64 };
const draw = (proxy, where = '/render') => curl(`${proxy.url}${where}`, [
  ...Object.entries({ ...picture3d, submit: 'Render' }).flatMap(([name, value]) => ['--form-string', `${name}=${value}`]),
  '-F', `scene=@${sceneFile};type=model/gltf+json`]);

const allConnected = (proxy) => until('all upstreams are connected', async () =>
  (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state === 'connected'), { detail: () => proxy.tail() });

// What each has: a call that it answers, and a part of the answer.
const systems = {
  nurec: { kind: 'grpc', service: 'nre.grpc.protos.sensorsim.SensorsimService', method: 'get_available_scenes', body: {},
    answers: /"scene_ids":\["clipgt-0001"\]/ },
  visard: { kind: 'grpc', service: 'ImageInterface', method: 'StreamImageSets', query: '?raw=left.data',
    body: { left_enabled: true }, answers: /\xee/ },
  traffic: { kind: 'grpc', service: 'traffic.TrafficService', method: 'get_metadata', body: {}, answers: /"data":\{/ },
  physics: { kind: 'grpc', service: 'physics.PhysicsService', method: 'get_version', body: {}, answers: /"data":\{/ },
  drake: { kind: 'grpc', service: 'drake.render.RenderServer', method: 'Render', query: '?raw=image',
    body: { ...picture3d, scene: scene.toString('base64') }, answers: /^\x89PNG/ },
  old: { kind: 'octane', service: 'octaneapi.ApiInfoService', method: 'octaneVersion', body: {}, answers: /"result":\d+/ },
  young: { kind: 'octane', service: 'octaneapi.ApiInfoService', method: 'octaneVersion', body: {}, answers: /"result":\d+/ },
};
const names = Object.keys(systems);
const ask = (proxy, prefix, { service, method, query = '', body }) => proxy.post(`${prefix}/${service}/${method}${query}`, body);

function assertAnswered(answer, { answers }, what) {
  assert.equal(answer.status, 200, `${what}: ${answer.text.slice(0, 400)}`);
  assert.match(answer.body.toString('latin1'), answers, what);
}

describe('NuRec, an rc_visard, alpasim, Drake\'s renderer and two Octanes behind one proxy', () => {
  let parts;
  let proxy;
  before(async () => {
    parts = {
      nurec: await Example.start('nurec'),
      visard: await Example.start('rc_visard'),
      traffic: await Example.start('alpasim', ['--services', 'TrafficService', '--reflection', 'v1']),
      physics: await Example.start('alpasim', ['--services', 'PhysicsService']),
      drake: await Example.start('drake', ['--reflection', 'v1alpha']),
      old: await Standin.start(pattern(), { release: 'alpha5' }),
      young: await Standin.start(pattern({ width: 32, height: 16 }), { release: 'beta2' }),
    };
    proxy = await Proxy.start(undefined, configFile(`
[upstream.nurec]
address = "${parts.nurec.address}"
proto-path = ["${path.join(examples, 'nurec/proto')}"]
[upstream.visard]
address = "${parts.visard.address}"
descriptor-set = ["${descriptorSet()}"]
[upstream.traffic]
address = "${parts.traffic.address}"
[upstream.physics]
address = "${parts.physics.address}"
proto-path = ["${folderOfPhysics()}"]
import-path = ["${path.join(examples, 'alpasim/proto')}"]
[upstream.drake]
address = "${parts.drake.address}"
[upstream.old]
kind = "octane"
address = "127.0.0.1:${parts.old.port}"
[upstream.young]
kind = "octane"
address = "127.0.0.1:${parts.young.port}"
[form.render]
path = "/render"
method = "drake/RenderServer/Render"
raw = "image"
ignore = ["submit"]
error-shape = "drake"
`), { connected: false });
    await allConnected(proxy);
  });
  after(async () => {
    await proxy?.stop();
    for (const part of Object.values(parts ?? {})) await part.stop();
  });

  const json = async (url) => (await fetch(url)).json();
  // How often each was asked: the calls of a gRPC server, and of an Octane those of the method that these tests call.
  const asked = async (name) => (systems[name].kind === 'grpc' ? (await json(`${parts[name].control}/seen`)).calls
    : (await json(`${parts[name].control}/counters`)).calls['ApiInfo/octaneVersion'] ?? 0);
  const askedAll = async () => Object.fromEntries(await Promise.all(names.map(async (name) => [name, await asked(name)])));

  test('/upstreams has all of them, connected, each with what it is and a schema', async () => {
    const { upstreams } = (await proxy.get('/upstreams')).json;
    assert.deepEqual(upstreams.map(({ name, kind, state, services }) => [name, kind, state, services >= 1]),
      names.map((name) => [name, systems[name].kind, 'connected', true]));
    assert.deepEqual(upstreams.filter(({ kind }) => kind === 'octane').map(({ api }) => api), ['alpha5', 'beta2']);
    assert.ok(upstreams.filter(({ kind }) => kind === 'grpc').every(({ is_schema_known: isKnown }) => isKnown === true));
    for (const name of names) assert.equal((await proxy.get(`/${name}/health`)).status, 200, name);
  });

  test('with its name each is reached, and no other is asked', async () => {
    for (const name of names.filter((one) => systems[one].kind === 'grpc')) {
      const before = await askedAll();
      assertAnswered(await ask(proxy, `/${name}`, systems[name]), systems[name], name);
      assert.deepEqual(await askedAll(), { ...before, [name]: before[name] + 1 });
    }
    const results = [];
    for (const name of ['old', 'young']) {
      const answer = await ask(proxy, `/${name}`, systems[name]);
      assertAnswered(answer, systems[name], name);
      results.push(answer.json.data.result);
      assert.equal((await proxy.get(`/${name}/health`)).json.octane.version, String(answer.json.data.result), name);
    }
    assert.notEqual(results[0], results[1]);
  });

  test('without a name each is reached by what it alone has, under the full name and the short one', async () => {
    for (const name of names.filter((one) => systems[one].kind === 'grpc')) {
      for (const service of new Set([systems[name].service, systems[name].service.split('.').at(-1)])) {
        const before = await askedAll();
        assertAnswered(await ask(proxy, '', { ...systems[name], service }), systems[name], `${name}: ${service}`);
        assert.deepEqual(await askedAll(), { ...before, [name]: before[name] + 1 });
      }
    }
    const first = await ask(proxy, '/old', systems.old);
    assert.deepEqual((await ask(proxy, '', systems.old)).json, first.json, 'of two Octanes the first');
  });

  test('what one has is 404 with a sentence below the name of another, and nobody is asked', async () => {
    const refused = async (name, { service, method, query = '', body }) => {
      const response = await fetch(`${proxy.url}/${name}/${service}/${method}${query}`, {
        method: 'POST', body: JSON.stringify(body) });
      return { status: response.status, where: response.url, text: await response.text() };
    };
    const assertUnknown = ({ status, where, text }, words) => {
      assert.equal(status, 404, `${where}: ${text}`);
      const { success, error, status: name } = JSON.parse(text);
      assert.deepEqual([success, name], [false, 'NOT_FOUND'], where);
      assert.ok(error.includes(words), `${where}: ${error}`);
    };
    const before = await askedAll();
    for (const name of names) {
      const [{ methods }] = (await proxy.get(`/${name}/services`)).json.services.filter(({ fullName }) =>
        fullName === systems[name].service);
      for (const other of names) {
        if (systems[other].service === systems[name].service) continue;
        for (const service of [systems[other].service, systems[other].service.split('.').at(-1)]) {
          assertUnknown(await refused(name, { ...systems[other], service }), `no service "${service}"`);
          assert.equal((await fetch(`${proxy.url}/${name}/services/${service}`)).status, 404);
        }
        // Neither does a service have the methods of another, unless it has one of that name itself.
        if (methods.includes(systems[other].method)) continue;
        assertUnknown(await refused(name, { ...systems[name], method: systems[other].method }),
          `no method "${systems[other].method}"`);
      }
    }
    assert.deepEqual(await askedAll(), before);
  });

  test('/services lists each service under its own upstream alone, and imports bring none', async () => {
    const all = (await proxy.get('/services')).json.services;
    const under = (name) => all.filter(({ upstream }) => upstream === name).map(({ fullName }) => fullName);
    for (const name of names) {
      const own = (await proxy.get(`/${name}/services`)).json.services.map(({ fullName }) => fullName);
      assert.deepEqual(under(name), own, name);
      if (systems[name].kind === 'grpc') assert.deepEqual(own, [systems[name].service]);
    }
    assert.equal(names.reduce((sum, name) => sum + under(name).length, 0), all.length);
    for (const name of ['old', 'young']) {
      assert.ok(under(name).every((service) => /^(octaneapi|livelinkapi)\./.test(service)), name);
    }
  });

  test('the types of one are not those of another that have the same names', async () => {
    // Of the two common.Empty, Vec3 and so on each upstream has its own.
    const request = { scene_id: 'clipgt-0001', frame_start_us: '5', frame_end_us: '6', image_format: 'PNG', resolution_w: 16,
      resolution_h: 9, sensor_pose: { start_pose: { vec: { x: 6.75 }, quat: { w: 1 } } } };
    const picture = await proxy.post('/SensorsimService/render_rgb?raw=image_bytes', request);
    assert.equal(picture.status, 200, picture.text.slice(0, 400));
    assert.deepEqual(await identify(picture.body), { format: 'PNG', width: 16, height: 9 });
    const { asked: understood } = (await parts.nurec.told()).seen.at(-1);
    assert.deepEqual(understood.sensor_pose, request.sensor_pose);
    for (const method of ['traffic/TrafficService/get_metadata', 'physics/PhysicsService/get_version']) {
      const answer = await proxy.post(`/${method}`, { scene_id: 'x' });
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, /^"scene_id" is not a member of common\.Empty/);
    }
  });

  test('the form is Drake\'s renderer, and beside it the frames are those of the Octanes', async () => {
    const before = await askedAll();
    const picture = await draw(proxy);
    assert.equal(picture.status, 200, picture.text.slice(0, 400));
    assert.deepEqual(await identify(picture.body), { format: 'PNG', width: 64, height: 48 });
    assert.deepEqual(await askedAll(), { ...before, drake: before.drake + 1 });
    for (const [where, width, height] of [['', 64, 32], ['/old', 64, 32], ['/young', 32, 16]]) {
      const frame = await proxy.get(`${where}/render/frame.png?wait=40000`);
      assert.equal(frame.status, 200, frame.text.slice(0, 400));
      assert.deepEqual(await identify(frame.body), { format: 'PNG', width, height });
    }
    // A route has no upstream's name before it, and who has no frames has none.
    assert.equal((await draw(proxy, '/drake/render')).status, 404);
    for (const name of ['nurec', 'visard', 'traffic', 'physics', 'drake']) {
      for (const where of ['render/stream', 'render/mjpeg', 'render/frame.jpg', 'render/callback-status'])
        assert.equal((await proxy.get(`/${name}/${where}`)).status, 404, `/${name}/${where}`);
      assert.equal((await proxy.post(`/${name}/render/register-callback`)).status, 404, name);
    }
  });

  test('all are used at once, and nobody gets what is another\'s', async (t) => {
    const started = cleanup(t);
    const viewers = ['/old', '/young'].map((prefix) => started(new Viewer(`${proxy.url}${prefix}/render/stream?format=raw`)));
    const stream = openCurl(['-X', 'POST', '-d', '{"left_enabled":true}', `${proxy.url}/visard/ImageInterface/StreamImageSets`]);
    started({ stop: () => (stream.child.kill('SIGKILL'), stream.done) });
    const rounds = Array.from({ length: 5 }, async () => Promise.all(names.map(async (name) => {
      assertAnswered(await ask(proxy, `/${name}`, systems[name]), systems[name], name);
      if (name === 'drake') assert.equal((await draw(proxy)).status, 200);
    })));
    await Promise.all(rounds);
    const frames = await Promise.all(viewers.map((viewer) => viewer.frames(5)));
    for (const [i, width] of [[0, 64], [1, 32]]) {
      for (const { data } of frames[i]) assert.equal(data.render_images.data[0].size.x, width);
    }
    const lines = await until('sets of the camera', () => {
      const all = stream.out.text.split('\n');
      return all.length > 10 && all.slice(0, 10);
    });
    assert.deepEqual(lines.map((line) => JSON.parse(line).timestamp.sec), Array.from({ length: 10 }, (_, i) => i + 1));
  });

  test('one that goes takes no other with it, and what it alone has is 503 until it is back', async (t) => {
    const started = cleanup(t);
    await parts.traffic.kill();
    await until('it is known to be away', async () => (await proxy.get('/traffic/health')).status === 503);
    const states = Object.fromEntries((await proxy.get('/upstreams')).json.upstreams.map(({ name, state }) => [name, state]));
    assert.deepEqual(states, Object.fromEntries(names.map((name) => [name, name === 'traffic' ? 'lost' : 'connected'])));
    for (const prefix of ['/traffic', '']) {
      const away = await ask(proxy, prefix, systems.traffic);
      assert.deepEqual([away.status, away.json.status], [503, 'UNAVAILABLE']);
      assert.match(away.json.error, /^Upstream traffic cannot be reached at 127\.0\.0\.1/);
    }
    for (const name of names.filter((one) => one !== 'traffic')) {
      assertAnswered(await ask(proxy, `/${name}`, systems[name]), systems[name], name);
    }
    // Another system in its place has its own names.
    const guest = await Example.start('alpasim', ['--services', 'RuntimeService', '--reflection', 'v1alpha'],
      { port: parts.traffic.port });
    started(guest);
    await until('its new names count', async () =>
      (await proxy.get('/traffic/services')).json.services.map(({ fullName }) => fullName).join() === 'RuntimeService');
    assert.equal((await proxy.post('/RuntimeService/get_runtime_info', {})).status, 200);
    assert.equal((await ask(proxy, '', systems.traffic)).status, 404);
    await guest.kill();
    parts.traffic = await Example.start('alpasim', ['--services', 'TrafficService', '--reflection', 'v1'],
      { port: parts.traffic.port });
    await until('the old names count again', async () => (await ask(proxy, '', systems.traffic)).status === 200);
    assert.equal((await proxy.post('/RuntimeService/get_runtime_info', {})).status, 404);
  });
});
