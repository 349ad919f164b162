// End to end: Octane does one call after the other, so the proxy keeps few in flight, in order, and forgets what nobody waits for. docs/api.md §1.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { runCurl } from '../support/curl.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const arrived = (octane, method, count) =>
  until(`${count} of ${method} at the stand-in`, async () => ((await octane.counters()).calls[method] ?? 0) >= count);

const waiting = (proxy, count) =>
  until(`${count} waiting in the queue`, async () => (await proxy.get('/health')).json.queue.waiting === count);

// Reads of different objects: equal ones would be joined. The scene's handles follow one another.
const readItem = (proxy, teapot, i, options) =>
  proxy.post('/ApiItem/name', { objectPtr: { handle: String(BigInt(teapot) + BigInt(i)), type: 16 } }, options);

test('no more than --upstream-concurrency calls are in flight, and all are answered', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--no-serial')));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '2']));
  const teapot = await octane.teapot();
  await octane.stall('ApiItem/name', 20000);
  const calls = [...Array(12)].map((_, i) => readItem(proxy, teapot, i));
  await waiting(proxy, 10);
  await arrived(octane, 'ApiItem/name', 2);
  await octane.clear();
  assert.ok((await Promise.all(calls)).every((answer) => answer.status === 200));
  assert.equal((await octane.counters()).maxConcurrent, 2);
});

test('--upstream-concurrency 0 sets no limit', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--no-serial')));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '0']));
  await octane.stall('ApiInfo/octaneName', 20000);
  const pending = [...Array(12)].map(() => proxy.post('/ApiInfo/octaneName', {}));
  await arrived(octane, 'ApiInfo/octaneName', 12);
  assert.ok((await octane.counters()).maxConcurrent >= 12);
  await octane.clear();
  assert.ok((await Promise.all(pending)).every((answer) => answer.status === 200));
});

test('a call whose client goes while it waits in the queue never reaches Octane', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--no-serial')));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '1', '--log-level', 'debug']));
  await octane.stall('ApiInfo/octaneName', 20000);
  const first = proxy.post('/ApiInfo/octaneName', {});
  await arrived(octane, 'ApiInfo/octaneName', 1);
  const { child, done } = runCurl(['-X', 'POST', '-H', 'X-Call-Id: forgotten', `${proxy.url}/ApiInfo/tierIdx`]);
  await proxy.line(/id=forgotten/);
  child.kill('SIGKILL');
  await done;
  await proxy.line(/tierIdx 499/);
  await octane.clear();
  assert.equal((await first).status, 200);
  assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
  assert.equal((await octane.counters()).calls['ApiInfo/tierIdx'] ?? 0, 0);
});

test('the camera does not wait behind ordinary calls', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--no-serial')));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '1']));
  const teapot = await octane.teapot();
  for (const method of ['ApiInfo/octaneName', 'ApiItem/name', 'LiveLink/GetCamera']) await octane.stall(method, 60000);
  const first = runCurl(['-X', 'POST', `${proxy.url}/ApiInfo/octaneName`]);
  await arrived(octane, 'ApiInfo/octaneName', 1);
  const ordinary = [...Array(3)].map((_, i) => readItem(proxy, teapot, i));
  await waiting(proxy, 3);
  const camera = proxy.post('/LiveLink/GetCamera', {});
  await waiting(proxy, 4);
  first.child.kill('SIGKILL'); // gives its place to the next, and to no other while that one stalls
  await first.done;
  await arrived(octane, 'LiveLink/GetCamera', 1);
  assert.equal((await octane.counters()).calls['ApiItem/name'] ?? 0, 0);
  await octane.clear();
  for (const answer of await Promise.all([camera, ...ordinary])) assert.equal(answer.status, 200);
});

test('calls that wait are told of: /health says for how long Octane has been busy', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '1']));
  const teapot = await octane.teapot();
  await octane.stall('ApiItem/name', 20000);
  const calls = [...Array(3)].map((_, i) => readItem(proxy, teapot, i));
  await until('one in flight, two waiting', async () => {
    const { queue } = (await proxy.get('/health')).json;
    return queue.in_flight === 1 && queue.waiting === 2 && queue.busy_s >= 0;
  });
  await octane.clear();
  await Promise.all(calls);
});
