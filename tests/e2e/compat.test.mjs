// End to end: what the two existing clients call besides methods and the stream. docs/api.md §5, docs/octane.md §3.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';
import { patience, until, within } from '../support/wait.mjs';

const width = 48;
const height = 20;
const ref = (handle, type) => ({ objectPtr: { handle, type } });

function temporaryDirectory(t) {
  const directory = mkdtempSync(path.join(tmpdir(), 'octane-compat-'));
  t.after(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

for (const release of releases) {
  describe(`octaneWebR on ${release}`, () => {
    let octane;
    let proxy;
    before(async () => {
      octane = await Standin.start(pattern({ fps: 0, width, height }), { release });
      proxy = await Proxy.start(octane);
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });
    const grpcOf = (to) => (method, body = {}) => to.post(`/api/grpc/${method}`, body);
    const grpc = (method, body) => grpcOf(proxy)(method, body);

    test('answers are bare, with defaults, null and enums by name', async () => {
      const root = await grpc('ApiProjectManager/rootNodeGraph');
      assert.equal(root.status, 200);
      assert.deepEqual(Object.keys(root.json), ['result']);
      assert.equal(typeof root.json.result.handle, 'string');
      assert.match(root.json.result.type, /^Api/);
      const isGraph = await grpc('ApiItem/isGraph', ref(await octane.teapot(), 16));
      assert.deepEqual(isGraph.json, { result: false });
      const update = await grpc('ApiChangeManager/update');
      assert.equal(update.status, 200);
      const region = (await grpc('ApiRenderEngine/getRenderRegion')).json;
      for (const name of ['active', 'regionMin', 'regionMax', 'featherWidth']) assert.ok(name in region, name);
    });

    test('a value has the one-of as its second key', async () => {
      const method = release === 'alpha5' ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID';
      const answer = await grpc(method, {
        objectPtr: { handle: await octane.teapot(), type: 16 }, attribute_id: 34, expected_type: 14 });
      assert.equal(answer.status, 200, answer.text);
      const [member, oneOf, ...more] = Object.keys(answer.json);
      assert.equal(member, 'string_value');
      assert.equal(oneOf, 'value');
      assert.equal(answer.json.value, 'string_value');
      assert.deepEqual(more, []);
    });

    test('every failure is 500 in its own words', async () => {
      const invalid = await grpc('ApiItem/name', ref('999999999', 16));
      assert.equal(invalid.status, 500);
      assert.match(invalid.json.error, /^3 INVALID_ARGUMENT: ./);
      assert.deepEqual([invalid.json.service, invalid.json.method, invalid.json.code], ['ApiItem', 'name', 3]);
      const unknown = await grpc('ApiItem/nonsense');
      assert.equal(unknown.status, 500);
      assert.match(unknown.json.error, /^5 NOT_FOUND: /);
      assert.equal((await proxy.post('/api/grpc/ApiItem/name', 'not JSON')).status, 500);
    });

    test('health', async () => {
      const health = await proxy.get('/api/health');
      assert.equal(health.status, 200);
      assert.equal(health.json.status, 'ok');
      assert.equal(health.json.octane, 'connected');
      assert.ok(!Number.isNaN(Date.parse(health.json.timestamp)));
    });

    test('the WebSocket brings frames as text once subscribed, and answers pings', async (t) => {
      const started = cleanup(t);
      const socket = started(await WebSocketClient.open(`${proxy.url}/api/callbacks`, { headers: { Origin: proxy.url } }));
      socket.send({ type: 'ping' });
      const pong = await socket.message('a pong', ({ json }) => json?.type === 'pong');
      assert.equal(typeof pong.json.timestamp, 'number');
      assert.ok(!socket.messages.some(({ json }) => json.type !== 'pong'), 'nothing else before it subscribes');
      assert.equal((await proxy.get('/health')).json.frames.viewers, 0, 'no viewer before it subscribes');
      socket.send({ type: 'subscribe' });
      await until('the callback is registered', async () => (await proxy.get('/render/callback-status')).json.status.stream_active);
      await octane.sendFrame();
      const shown = await octane.frame();
      const { json } = await socket.message('a frame', ({ json: event }) => event?.type === 'newImage'
        && Buffer.from(event.data.render_images.data[0].buffer.data, 'base64').equals(shown.data));
      const [image] = json.data.render_images.data;
      assert.equal(image.type, 'IMAGE_TYPE_LDR_RGBA');
      assert.deepEqual(image.size, { x: width, y: height });
      assert.equal(image.buffer.size, shown.data.length);
      for (const name of ['tonemappedSamplesPerPixel', 'renderTime', 'pitch']) assert.equal(typeof image[name], 'number', name);
      assert.equal(typeof json.data.callback_id, 'number');
      assert.equal(typeof json.data.user_data, 'string');
    });

    test('a subscriber may have binary messages instead', async (t) => {
      const started = cleanup(t);
      const socket = started(await WebSocketClient.open(`${proxy.url}/api/callbacks`));
      socket.send({ type: 'subscribe', binary: true });
      await until('the callback is registered', async () => (await proxy.get('/render/callback-status')).json.status.stream_active);
      await octane.sendFrame();
      const shown = await octane.frame();
      const split = (binary) => {
        const size = binary.readUInt32LE(0);
        return { header: JSON.parse(binary.subarray(4, 4 + size)), pixels: binary.subarray(4 + size) };
      };
      const { binary } = await socket.message('a binary frame', (message) => message.binary && split(message.binary).pixels.equals(shown.data));
      const { header, pixels } = split(binary);
      assert.equal(header.type, 'newImage');
      assert.equal(header.width, width);
      assert.equal(header.height, height);
      assert.equal(header.format, 'IMAGE_TYPE_LDR_RGBA');
      assert.equal(header.pixelSize, pixels.length);
    });

    test('the status bar gets figures with a numeric state while frames flow, and none are asked for nobody', async (t) => {
      const started = cleanup(t);
      const rendering = started(await Standin.start(['--width', '64', '--height', '32', '--samples', '40'], { release }));
      const own = started(await Proxy.start(rendering));
      const asked = async () => (await rendering.counters()).calls['ApiRenderEngine/getRenderStatistics'] ?? 0;
      const plain = started(own.watch('?format=jpeg'));
      await plain.frames(1);
      assert.equal(await asked(), 0, 'nobody wants figures');
      const began = performance.now();
      const socket = started(await WebSocketClient.open(`${own.url}/api/callbacks`));
      socket.send({ type: 'subscribe' });
      const stream = started(own.watch('?format=jpeg&events=statistics'));
      const isLast = (figures) => figures.beautySamplesPerPixel === 40 && figures.beautyMaxSamplesPerPixel === 40;
      const { json } = await socket.message('figures', ({ json: event }) => event?.type === 'newStatistics');
      const { statistics } = json.data;
      for (const name of ['state', 'beautySamplesPerPixel', 'beautyMaxSamplesPerPixel', 'renderTime', 'beautySamplesPerSecond']) {
        assert.equal(typeof statistics[name], 'number', name);
      }
      await socket.message('the last figures', ({ json: event }) => event?.type === 'newStatistics' && isLast(event.data.statistics));
      await stream.event('the last figures', (data) => data.type === 'newStatistics' && isLast(data.data.statistics));
      const count = await asked();
      assert.ok(count <= 2 + 2 * (performance.now() - began) / 1000, `${count} questions`);
      assert.ok(!plain.events.some(({ data }) => data.type === 'newStatistics'), 'told to those who asked for it');
    });

    test('figures that Octane does not give hold up no call', async (t) => {
      const started = cleanup(t);
      const slow = started(await Standin.start(pattern({ fps: 20 }, '--no-serial', '--stall', 'ApiRenderEngine/getRenderStatistics=600000'), { release }));
      const own = started(await Proxy.start(slow, ['--upstream-concurrency', '1']));
      const socket = started(await WebSocketClient.open(`${own.url}/api/callbacks`));
      socket.send({ type: 'subscribe' });
      await until('the figures are asked for', async () => (await slow.counters()).calls['ApiRenderEngine/getRenderStatistics'] === 1);
      for (let i = 0; i < 20; i++) await own.call('ApiInfo/octaneVersion');
      await until('the last of them has given its place back', async () => (await own.get('/health')).json.queue.in_flight === 0);
    });

    test('after a restart of Octane both event streams say that everything must be read anew, once its epoch is there', async (t) => {
      const started = cleanup(t);
      const first = started(await Standin.start(pattern({ fps: 10, width, height }), { release }));
      const own = started(await Proxy.start(first));
      const socket = started(await WebSocketClient.open(`${own.url}/api/callbacks`));
      socket.send({ type: 'subscribe' });
      const stream = started(own.watch('?format=jpeg'));
      await stream.frames(1);
      await socket.message('a frame', ({ json }) => json?.type === 'newImage');
      const from = stream.events.length;
      const place = socket.messages.length;
      await first.kill();
      await stream.event('lost', (data) => data.state === 'lost', { from });
      const second = started(await Standin.start(pattern({ fps: 10, width, height }), { release, port: first.port }));
      const connected = await stream.event('connected', (data) => data.state === 'connected', { from });
      const told = await stream.type('projectManagerChanged', { from });
      assert.ok(told.place > connected.place);
      const { json } = await socket.message('the change', ({ json: event }) => event?.type === 'projectManagerChanged', { from: place });
      assert.equal(typeof json.timestamp, 'number');
      assert.equal((await grpcOf(own)('ApiItem/name', ref(await second.teapot(), 16))).json.result, 'teapot.obj');
      await stream.type('newImage', { from: told.place });
      await socket.message('a frame again', ({ json: event }) => event?.type === 'newImage', { from: place });
      assert.equal(stream.events.filter(({ data }) => data.type === 'projectManagerChanged').length, 1);
    });

    test('a plain request and a foreign page are told why they get no WebSocket', async () => {
      const plain = await proxy.get('/api/callbacks');
      assert.equal(plain.status, 426);
      assert.equal(plain.headers.get('upgrade'), 'websocket');
      const foreign = await WebSocketClient.open(`${proxy.url}/api/callbacks`, { headers: { Origin: 'https://elsewhere.example' } });
      assert.equal(foreign.status, 403);
    });
  });
}

test('octaneWebR sees with HTTP eyes that Octane is away', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, [], { octanePort: await freePort() }));
  const health = await proxy.get('/api/health');
  assert.equal(health.status, 200);
  assert.equal(health.json.octane, 'disconnected');
  const call = await proxy.post('/api/grpc/ApiProjectManager/rootNodeGraph', {});
  assert.equal(call.status, 500);
  assert.match(call.json.error, /^14 UNAVAILABLE: /);
});

test('a proxy that goes down closes WebSockets with 1001', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, [], { octanePort: await freePort() }));
  const socket = started(await WebSocketClient.open(`${proxy.url}/api/callbacks`));
  socket.send({ type: 'ping' });
  await socket.message('a pong', ({ json }) => json?.type === 'pong');
  proxy.signal('SIGTERM');
  await within(patience, 'the end of the WebSocket', socket.closed);
  assert.equal(socket.code, 1001);
  assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
});

test('the logs of both pages live in the state directory and nowhere else', async (t) => {
  const started = cleanup(t);
  const top = temporaryDirectory(t);
  const state = path.join(top, 'state');
  const proxy = started(await Proxy.start(null, ['--state-dir', state], { octanePort: await freePort() }));
  assert.equal(existsSync(state), false, 'made only when needed');
  assert.deepEqual((await proxy.post('/debug/clear-log', { sessionId: 'debug-1', timestamp: 1 })).json.success, true);
  assert.deepEqual((await proxy.post('/debug/append-log', { sessionId: 'debug-1', logEntry: 'one', timestamp: 2 })).json, { success: true });
  assert.equal((await proxy.get('/debug-logs/debug-1')).text, 'one\n');
  const saved = (await proxy.post('/save-debug-logs', { sessionId: '../../../evil', content: 'text', timestamp: 3 })).json;
  assert.equal(saved.success, true);
  assert.equal(saved.filename, 'evil.log');
  assert.equal((await proxy.get('/debug-logs/evil')).text, 'text');
  assert.equal((await proxy.get('/debug-logs/..%2f..%2fevil')).status, 404);
  const absent = await proxy.get('/debug-logs/nothing');
  assert.equal(absent.status, 404);
  assert.equal(absent.json.error, 'Log file not found');
  assert.deepEqual((await proxy.post('/api/log', { level: 'warn', message: 'hello' })).json, { success: true });
  assert.deepEqual((await proxy.post('/api/log', { entries: [{ level: 'info', message: 'there' }] })).json, { success: true });
  assert.match(readFileSync(path.join(state, 'logs', 'octaneWebR.log'), 'utf8'), /\[warn\] hello\n.*\[info\] there\n/);
  for (const name of ['logClear', 'logclear']) {
    assert.deepEqual((await proxy.post(`/api/${name}`)).json, { status: 'ok', message: 'Log cleared' });
  }
  assert.deepEqual(readdirSync(top), ['state']);
});

test('octaneProxy: an unconnected pin has its result key, paths that lead nowhere answer at once', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  const root = (await proxy.call('ApiProjectManager/rootNodeGraph')).result;
  const items = (await proxy.call('ApiNodeGraph/getOwnedItems', { objectPtr: { ...root, type: 20 } })).list;
  const count = (await proxy.call('ApiItemArray/size', { objectPtr: items })).result;
  let unconnected;
  for (let index = 0; index < count; index++) {
    const item = (await proxy.call('ApiItemArray/get', { objectPtr: items, index })).result;
    const node = { handle: item.handle, type: 17 };
    const pins = (await proxy.call('ApiNode/pinCount', { objectPtr: node })).result ?? 0;
    for (let pinIx = 0; pinIx < pins; pinIx++) {
      const data = await proxy.call('ApiNode/connectedNodeIx', { objectPtr: node, pinIx, enterWrapperNode: true });
      assert.ok('result' in data, `item ${index}, pin ${pinIx}`);
      if (Object.keys(data.result).length === 0) unconnected = pinIx;
    }
  }
  assert.notEqual(unconnected, undefined, 'the scene has an unconnected pin');
  for (const where of ['/octane/render/start', '/ApiSceneOutliner/setNodeVisibility', '/ApiChangeManager/create']) {
    assert.equal((await proxy.post(where, {})).status, 404, where);
  }
});
