// End to end: a second Octane, of another release, beside the first: its frames, its camera and its callback are its own.
// docs/api.md §2 "Upstreams", §3.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { curl } from '../support/curl.mjs';
import { identify } from '../support/images.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { Parts } from '../support/parts.mjs';
import { Viewer } from '../support/viewer.mjs';
import { until } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

// What tells their pictures apart.
const sizes = { octane: { x: 64, y: 32 }, young: { x: 32, y: 16 } };
const headerOf = (binary) => JSON.parse(binary.subarray(4, 4 + binary.readUInt32LE(0)).toString('utf8'));
const isState = (state) => (data) => data.type === 'octane' && data.state === state;

async function startBoth(started, { fps = 10 } = {}) {
  const octane = started(await Standin.start(pattern({ fps, width: 64, height: 32 }), { release: 'alpha5' }));
  const young = started(await Standin.start(pattern({ fps, width: 32, height: 16 }), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane,
    configFile(`[upstream.young]\nkind = "octane"\naddress = "127.0.0.1:${young.port}"\n`)));
  await until('the second one is connected', async () => (await proxy.get('/young/health')).status === 200,
    { detail: () => proxy.tail() });
  return { octane, young, proxy };
}

const watch = (proxy, prefix, query) => new Viewer(`${proxy.url}${prefix}/render/stream${query}`);

describe('two Octanes that send pictures', () => {
  const all = [];
  let octane;
  let young;
  let proxy;
  before(async () => {
    ({ octane, young, proxy } = await startBoth((thing) => (all.unshift(thing), thing)));
  });
  after(async () => {
    for (const thing of all) await thing.stop();
  });
  const upstream = async (name) => (await proxy.get('/upstreams')).json.upstreams.find((one) => one.name === name);

  test('the stream below each name has the frames of that one, and without a name those of the first', async (t) => {
    const started = cleanup(t);
    for (const [prefix, size, release] of [['', sizes.octane, 'alpha5'], ['/octane', sizes.octane, 'alpha5'],
      ['/young', sizes.young, 'beta2']]) {
      const viewer = started(watch(proxy, prefix, '?format=both'));
      const { data: found } = await viewer.event('octane connected', isState('connected'));
      assert.equal(found.api, release, prefix);
      assert.equal((await viewer.head).headers.get('x-octane-epoch'), String(found.epoch));
      for (const { data } of await viewer.frames(3)) {
        assert.deepEqual([data.render_images.data[0].size, { x: data.width, y: data.height }], [size, size], prefix);
        assert.equal(data.epoch, found.epoch);
        assert.deepEqual(await identify(Buffer.from(data.imageData, 'base64')), {
          format: 'JPEG', width: size.x, height: size.y });
      }
    }
  });

  test('so has the multipart stream, the WebSocket, the one of octaneWebR, and the single frame', async (t) => {
    const started = cleanup(t);
    for (const [prefix, size] of [['', sizes.octane], ['/octane', sizes.octane], ['/young', sizes.young]]) {
      const shape = { width: size.x, height: size.y };
      const parts = started(new Parts(`${proxy.url}${prefix}/render/mjpeg?format=png`));
      assert.deepEqual(await identify((await parts.part(2)).body), { format: 'PNG', ...shape }, prefix);
      const socket = started(await WebSocketClient.open(`${proxy.url}${prefix}/render/ws?format=png`));
      const { binary } = await socket.message('a frame', (message) => message.binary);
      assert.deepEqual([headerOf(binary).width, headerOf(binary).height], [size.x, size.y], prefix);
      assert.deepEqual(await identify(binary.subarray(4 + binary.readUInt32LE(0))), { format: 'PNG', ...shape }, prefix);
      const page = started(await WebSocketClient.open(`${proxy.url}${prefix}/api/callbacks`));
      page.send({ type: 'subscribe' });
      const { json } = await page.message('a frame of all passes', (message) => message.json?.type === 'newImage');
      assert.deepEqual(json.data.render_images.data[0].size, size, prefix);
      const single = await proxy.get(`${prefix}/render/frame.png?wait=40000`);
      assert.deepEqual(await identify(single.body), { format: 'PNG', ...shape }, prefix);
      for (const thing of [parts, socket, page]) await thing.stop();
    }
  });

  test('viewers are counted where they watch', async (t) => {
    const started = cleanup(t);
    await until('nobody watches', async () =>
      (await upstream('octane')).viewers === 0 && (await upstream('young')).viewers === 0);
    const first = started(watch(proxy, '/young', '?format=jpeg'));
    const { client_id: clientId } = (await first.type('connected')).data;
    started(await WebSocketClient.open(`${proxy.url}/young/render/ws`));
    await until('both are counted', async () => (await upstream('young')).viewers === 2);
    assert.equal((await upstream('octane')).viewers, 0);
    assert.equal((await proxy.get('/young/health')).json.frames.viewers, 2);
    assert.equal((await proxy.get('/health')).json.frames.viewers, 0);
    assert.equal((await proxy.get('/young/render/callback-status')).json.status.active_clients, 2);
    assert.equal((await proxy.get('/render/callback-status')).json.status.active_clients, 0);
    assert.equal((await proxy.post('/young/render/ping-client', { client_id: clientId })).status, 200);
  });

  test('a callback is asked for and given back at that one alone', async () => {
    const before = (await octane.counters()).registrations;
    await until('nobody watches the second one', async () => (await upstream('young')).viewers === 0);
    const answer = await proxy.post('/young/render/register-callback', { callbackType: 'OnNewImage' });
    assert.equal(answer.status, 200, answer.text);
    assert.ok(answer.json.callbackId >= 1);
    const status = async (prefix) => (await proxy.get(`${prefix}/render/callback-status`)).json.status;
    await until('frames come without viewers', async () => {
      const { stream_active: isActive, callback_id: id, callback_count: count } = await status('/young');
      return isActive && id === answer.json.callbackId && count > 0;
    });
    const { registrations, unregistrations } = await young.counters();
    assert.equal((await octane.counters()).registrations, before, 'the first one was not asked');
    assert.ok(registrations > unregistrations);
    const removed = await curl(`${proxy.url}/young/render/register-callback`, ['-X', 'DELETE']);
    assert.equal(removed.status, 200, removed.text);
    await until('it has been given back', async () => {
      const now = await young.counters();
      return now.registrations === now.unregistrations && now.streamsOpen === 0;
    });
  });

  test('a wrong query and an unknown name are told below a name, too', async () => {
    for (const [where, status] of [['/young/render/stream?format=gif', 400], ['/young/render/frame.jpg?width=0', 400],
      ['/young/render/ws', 426], ['/young/render/nothing', 404], ['/older/render/frame.jpg', 404]]) {
      const answer = await proxy.get(where);
      assert.equal(answer.status, status, `${where}: ${answer.text}`);
      assert.ok(answer.json.error.length > 10, answer.text);
    }
    const socket = await WebSocketClient.open(`${proxy.url}/young/render/ws?motoin=640,60`);
    assert.equal(socket.status, 400);
  });
});

describe('a camera of two', () => {
  const all = [];
  let octane;
  let young;
  let proxy;
  before(async () => {
    ({ octane, young, proxy } = await startBoth((thing) => (all.unshift(thing), thing), { fps: 20 }));
  });
  after(async () => {
    for (const thing of all) await thing.stop();
  });
  const updates = async (standin) => (await standin.counters()).calls['ApiChangeManager/update'] ?? 0;
  const bound = () => [['', octane, young], ['/octane', octane, young], ['/young', young, octane]];

  test('moved by a call moves in the Octane of the path alone', async () => {
    for (const [i, [prefix, own, other]] of bound().entries()) {
      const before = await other.camera();
      const updated = await updates(other);
      const position = { x: 10 + i, y: 2, z: 3 };
      const answer = await proxy.post(`${prefix}/LiveLink/SetCamera?update=1`, { position, fov: 50 + i });
      assert.deepEqual([answer.status, answer.json.updated], [200, true], answer.text);
      const { position: there, fov } = await own.camera();
      assert.deepEqual([there, fov], [position, 50 + i], prefix);
      const read = (await proxy.post(`${prefix}/LiveLink/GetCamera`, {})).json.data;
      assert.deepEqual([read.position, read.fov], [position, 50 + i], prefix);
      assert.deepEqual(await other.camera(), before, `${prefix}: the other one stays`);
      assert.equal(await updates(other), updated, `${prefix}: the other one is not told to update`);
    }
  });

  test('moved over a WebSocket does so, too', async (t) => {
    const started = cleanup(t);
    for (const [i, [prefix, own, other]] of bound().entries()) {
      const before = await other.camera();
      const socket = started(await WebSocketClient.open(`${proxy.url}${prefix}/render/ws?motion=16,50`));
      await socket.message('a frame', (message) => message.binary);
      const target = { x: -5 - i, y: 1, z: 0 };
      const move = (x) => socket.send({ type: 'camera', position: { x, y: 20 + i, z: 7 }, target });
      // Moves until it has been seen, so that no frame needs to come within the third of a second that a move counts for.
      await until('a frame in motion', () => {
        move(0);
        return socket.messages.some(({ binary }) => binary && headerOf(binary).motion);
      });
      for (const x of [1, 2, 3, 4]) move(x);
      await until('the last place has arrived', async () => {
        const camera = await own.camera();
        return camera.position.x === 4 && camera.position.y === 20 + i && camera.target.x === -5 - i;
      });
      assert.deepEqual(await other.camera(), before, `${prefix}: the other one stays`);
      await socket.stop();
    }
  });
});

test('an edit of one Octane makes no frame of the other stale or one in motion, and is no event of its viewers', async (t) => {
  const started = cleanup(t);
  const { proxy } = await startBoth(started, { fps: 20 });
  const query = '?format=jpeg&motion=16,50&events=calls';
  const other = started(watch(proxy, '', query));
  const own = started(watch(proxy, '/young', query));
  await Promise.all([other.frames(1), own.frames(1)]);
  await proxy.call('young/LiveLink/SetCamera', { fov: 33 }); // no update follows
  const { place } = await own.event('the call', (data) => data.type === 'call' && data.method === 'LiveLink/SetCamera');
  await own.event('a stale frame', (data) => data.type === 'newImage' && data.stale === true, { from: place });
  const stale = async (prefix) => (await proxy.get(`${prefix}/render/frame.json`)).headers.get('x-stale');
  assert.deepEqual([await stale('/young'), await stale('')], ['true', undefined]);
  const socket = started(await WebSocketClient.open(`${proxy.url}/young/render/ws?motion=16,50`));
  await until('a frame in motion', () => {
    socket.send({ type: 'camera', fov: 34 }); // again and again, since a move counts for a third of a second
    return own.events.some(({ data }) => data.motion === true);
  });
  await other.frames(5, { from: other.events.length });
  assert.equal(await stale(''), undefined);
  for (const { data } of other.events) {
    assert.ok(data.stale === undefined && data.motion === undefined && data.type !== 'call', JSON.stringify(data).slice(0, 300));
  }
});

test('one Octane that ends and comes back is told to its own viewers; those of the other see nothing of it', async (t) => {
  const started = cleanup(t);
  const { octane, young, proxy } = await startBoth(started);
  const viewers = { first: started(watch(proxy, '', '?format=jpeg')), second: started(watch(proxy, '/young', '?format=jpeg')) };
  await Promise.all(Object.values(viewers).map((viewer) => viewer.frames(2)));
  const epochs = async () => Promise.all(['octane', 'young'].map(async (name) =>
    (await proxy.get(`/${name}/health`)).json.octane.epoch));
  const before = await epochs();
  await young.kill();
  const lost = await viewers.second.event('octane lost', isState('lost'));
  assert.equal((await proxy.get('/young/health')).status, 503);
  assert.equal((await proxy.get('/health')).status, 200);
  assert.equal((await proxy.post('/young/ApiInfo/octaneVersion', {})).status, 500);
  assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
  const from = viewers.first.events.length;
  await viewers.first.frames(3, { from });
  // As the other release, now.
  started(await Standin.start(pattern({ width: 16, height: 8 }), { release: 'alpha5', port: young.port }));
  const back = await viewers.second.event('octane connected', isState('connected'), { from: lost.place });
  assert.equal(back.data.api, 'alpha5');
  const { data } = await viewers.second.type('newImage', { from: back.place });
  assert.deepEqual([data.width, data.height], [16, 8]);
  const now = await epochs();
  assert.equal(now[0], before[0]);
  assert.ok(now[1] > before[1]);
  // Handles of before are void at the one that went, and at no other.
  const call = (prefix, epoch) => proxy.post(`${prefix}/ApiInfo/octaneVersion`, {},
    { headers: { 'X-Octane-Epoch': String(epoch) } });
  assert.equal((await call('', before[0])).status, 200);
  assert.equal((await call('/young', before[1])).status, 409);
  assert.equal((await call('/young', now[1])).status, 200);
  assert.ok(viewers.first.events.every(({ data: { type, state } }) => type !== 'octane' || state === 'connected'));
  assert.equal((await octane.counters()).registrations, 1);
});
