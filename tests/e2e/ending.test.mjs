// End to end: the end of the program waits for nobody who takes and answers nothing. docs/api.md §1.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import {
  goawayStorm, neverReadingAtAll, neverReadingPings, neverReadingSettings, settingsOnly, Tunnel,
} from '../support/peers.mjs';
import { until } from '../support/wait.mjs';

const quick = ['--probe-after', '200ms', '--probe-timeout', '1s', '--threads', '2'];
const inState = (proxy, state) => until(`/health says ${state}`, async () => (await proxy.get('/health')).json.octane.state === state);

async function frozen(started) {
  const octane = started(await Standin.start(pattern({ fps: 5 })));
  const proxy = started(await Proxy.start(octane, quick));
  const viewer = started(proxy.watch('?format=jpeg'));
  await viewer.frames(1);
  const body = JSON.stringify({ objectPtr: { handle: await octane.teapot(), type: 16 }, name: 'x'.repeat(30 << 20) });
  octane.signal('SIGSTOP');
  const calls = [1, 2, 3, 4].map((i) => proxy.post('/ApiItem/setName', body, {
    headers: { 'X-Timeout': '5m' }, args: ['--interface', `127.0.0.${i + 1}`] }).catch((error) => error));
  await until('four calls are under way', async () => (await proxy.get('/health')).json.queue.in_flight === 4);
  return { proxy, calls };
}

async function silentFarEnd(started) {
  const octane = started(await Standin.start(pattern({ fps: 5 })));
  const tunnel = started(await Tunnel.start(octane.port));
  const proxy = started(await Proxy.start(octane, quick, { octanePort: tunnel.port }));
  const viewer = started(proxy.watch('?format=jpeg'));
  await viewer.frames(1);
  tunnel.freeze();
  const call = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } }).catch((error) => error);
  await until('the call is under way', async () => (await proxy.get('/health')).json.queue.in_flight >= 1);
  return { proxy, calls: [call] };
}

async function strictKeepAlive(started) {
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--strict-keepalive', '--no-serial')));
  const proxy = started(await Proxy.start(octane, [...quick, '--keepalive', '1s']));
  await octane.stall('ApiInfo/octaneName', 600000);
  const call = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } }).catch((error) => error);
  await until('the call is at the stand-in', async () => (await octane.counters()).calls['ApiInfo/octaneName'] >= 1);
  return { proxy, calls: [call] };
}

const before = (peer, state) => async (started) => {
  const octane = started(await peer());
  const proxy = started(await Proxy.start(octane, quick, { connected: false }));
  started(proxy.watch('?format=jpeg'));
  await inState(proxy, state);
  return { proxy, calls: [] };
};

for (const [name, prepare] of [
  ['an Octane that was stopped with four requests of 30 MiB under way', frozen],
  ['a tunnel whose far end is gone', silentFarEnd],
  ['a server that allows few pings', strictKeepAlive],
  ['a peer that ends each connection', before(goawayStorm, 'lost')],
  ['a peer that only completes the connection', before(settingsOnly, 'silent')],
  ['a peer that never reads', before(neverReadingAtAll, 'silent')],
  ['a peer that never reads and sends pings without end', before(neverReadingPings, 'silent')],
  ['a peer that never reads and sends settings without end', before(neverReadingSettings, 'silent')],
]) {
  describe(`before ${name}`, () => {
    test('SIGTERM ends the program, and who has called is told', async (t) => {
      const started = cleanup(t);
      const { proxy, calls } = await prepare(started);
      const begin = performance.now();
      proxy.signal('SIGTERM');
      // The promise is 6 s; what fails here is a program that does not end by itself.
      assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
      t.diagnostic(`ended after ${Math.round(performance.now() - begin)} ms`);
      for (const call of await Promise.all(calls)) {
        assert.ok(call.status === 503 || call.status === 500, `${call.status ?? call}`);
        assert.match(call.json.error, /going down|too many pings/);
      }
    });

    test('a second SIGTERM ends it at once', async (t) => {
      const started = cleanup(t);
      // It has to come within 5 s of the first; where the machine was too slow for that, it is tried again.
      for (let attempt = 1, isTooLate = true; isTooLate; attempt++) {
        const { proxy, calls } = await prepare(started);
        const begin = performance.now();
        proxy.signal('SIGTERM');
        await proxy.line(/Going down/);
        isTooLate = attempt < 5 && performance.now() - begin > 4000;
        await until('it has ended, or takes the second signal', async () => {
          proxy.signal('SIGTERM');
          return proxy.status;
        });
        if (calls.length > 0 && !isTooLate) assert.deepEqual(proxy.status, { code: 128 + 15, signal: null });
        await Promise.all(calls);
      }
    });
  });
}
