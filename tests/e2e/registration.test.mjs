// End to end: who registers with Octane, for how long, and the endpoints around it. docs/api.md §3.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { curl } from '../support/curl.mjs';
import { assertStatus, requested, single } from '../support/frames.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

describe('registration', () => {
  test('register, status, ping and unregister answer as their clients expect', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane));
    for (const body of [undefined, '', {}, { callbackType: 'OnNewImage' }]) {
      const answer = await proxy.post('/render/register-callback', body);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.success, true);
      assert.ok(answer.json.callbackId >= 1);
      assert.equal(answer.json.callback_id, answer.json.callbackId);
      assert.ok(answer.json.message.length > 0);
      assertStatus(answer.json.status);
      assert.equal(answer.json.status.callback_id, answer.json.callbackId);
    }
    await proxy.line(/Registered OnNewImage callback with ID: \d+/);
    assert.equal((await octane.counters()).registrations, 1, 'registering again is no second callback');
    await until('frames are counted', async () => {
      const { success, status } = (await proxy.get('/render/callback-status')).json;
      assert.equal(success, true);
      assertStatus(status);
      return status.stream_active && status.callback_count > 0 && status.last_callback_time > 0 && status.active_clients === 0;
    });
    const unknown = await proxy.post('/render/register-callback', { callbackType: 'OnTeapot' });
    assert.equal(unknown.status, 400);
    assert.match(unknown.json.error, /OnTeapot.*OnNewImage|OnNewImage.*OnTeapot/);
    assert.equal((await proxy.post('/render/register-callback', '{')).status, 400);

    const viewer = started(proxy.watch('?format=jpeg'));
    const { client_id: clientId } = (await viewer.type('connected')).data;
    assert.equal((await proxy.get('/render/callback-status')).json.status.active_clients, 1);
    assert.deepEqual((await proxy.post('/render/ping-client', { client_id: clientId })).json, { success: true, message: 'Client pinged' });
    for (const body of [undefined, {}, { client_id: '' }, '{']) {
      const answer = await proxy.post('/render/ping-client', body);
      assert.equal(answer.status, 400, answer.text);
      assert.equal(answer.json.success, false);
    }
    await viewer.stop();
    await until('the viewer is counted out', async () => (await proxy.get('/render/callback-status')).json.status.active_clients === 0);

    const removed = await curl(`${proxy.url}/render/register-callback`, ['-X', 'DELETE']);
    assert.equal(removed.status, 200, removed.text);
    assert.equal(removed.json.success, true);
    await until('the stand-in is told', async () => (await octane.counters()).unregistrations === 1);
    await until('the stream is closed', async () => (await octane.counters()).streamsOpen === 0);
  });

  test('a registration that was asked for stays when nobody watches', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane));
    await proxy.post('/render/register-callback');
    const counted = async () => (await proxy.get('/render/callback-status')).json.status.callback_count;
    const begin = await counted();
    await until('frames go on without viewers', async () => (await counted()) > begin + 5);
    assert.equal((await octane.counters()).unregistrations, 0);
  });

  test('the stream registers by itself, and ten seconds after the last viewer the callback is unregistered', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane));
    assert.equal((await octane.counters()).registrations, 0, 'nobody watches yet');
    const viewer = started(proxy.watch('?format=jpeg'));
    await viewer.frames(2);
    assert.equal((await octane.counters()).registrations, 1);
    const left = performance.now();
    await viewer.stop();
    await until('unregistered', async () => (await octane.counters()).unregistrations === 1, { every: 200 });
    assert.ok(performance.now() - left > 9900, 'unregistered too early');
    await until('the stream is closed', async () => (await octane.counters()).streamsOpen === 0);
    const again = started(proxy.watch('?format=jpeg'));
    await again.frames(2);
    assert.equal((await octane.counters()).registrations, 2);
  });

  test('a viewer that comes without Octane is connected and told that it is lost', async (t) => {
    const started = cleanup(t);
    const port = await freePort();
    const proxy = started(await Proxy.start(null, [], { octanePort: port }));
    const viewer = started(proxy.watch());
    await viewer.type('connected');
    const lost = await viewer.event('octane lost', (data) => data.type === 'octane' && data.state === 'lost');
    assert.equal(typeof lost.data.epoch, 'number');
    assert.equal(viewer.events.filter((event) => event.data.type === 'newImage').length, 0);
    const octane = started(await Standin.start(pattern(), { port }));
    await viewer.event('octane connected', (data) => data.type === 'octane' && data.state === 'connected', { from: lost.place });
    await viewer.frames(2);
    assert.equal(octane.port, port);
  });

  test('statistics, failures and project changes are passed on', async (t) => {
    const { viewer, octane } = await single(cleanup(t), 'alpha5', pattern({ fps: 0 }, '--statistics-events'), '?format=jpeg');
    await requested(octane, viewer);
    await octane.tell('event', { event: 'renderFailure' });
    await octane.tell('event', { event: 'projectManagerChanged' });
    for (const type of ['newStatistics', 'renderFailure', 'projectManagerChanged']) {
      const event = await viewer.type(type);
      for (const name of ['callback_id', 'user_data', 'timestamp']) assert.ok(name in event.data, `${type}: ${name}`);
    }
  });
});
