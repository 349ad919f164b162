// End to end: Octane is connected and answers nothing, or its server closes the connection on purpose. docs/api.md §4.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Metrics } from '../support/metrics.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import {
  accepting, garbage, goawayStorm, lyingFrames, neverReadingPings, settingsOnly, Tunnel, webServer,
} from '../support/peers.mjs';
import { until } from '../support/wait.mjs';

const quick = ['--probe-after', '200ms', '--probe-timeout', '1s'];
const isState = (state) => (data) => data.type === 'octane' && data.state === state;
const stateOf = async (proxy) => (await proxy.get('/health')).json.octane.state;
const inState = (proxy, state) => until(`/health says ${state}`, async () => (await stateOf(proxy)) === state, { detail: () => proxy.tail() });

async function assertSilent(proxy) {
  const health = await proxy.get('/health');
  assert.equal(health.status, 503);
  assert.equal(health.json.connected, false);
  assert.match(health.json.error, /Octane is silent: the connection to \S+ stands, but nothing is answered over it/);
  assert.ok(health.json.octane.silent_s >= 0);
  assert.equal((await proxy.get('/api/health')).json.octane, 'disconnected');
  const metrics = new Metrics((await proxy.get('/metrics')).text);
  assert.equal(metrics.count('octane_proxy_octane_state', { state: 'silent' }), 1);
  assert.equal(metrics.count('octane_proxy_octane_state', { state: 'connected' }), 0);
  assert.equal(metrics.find('octane_proxy_octane_connected'), 0);
}

for (const release of ['alpha5', 'beta2']) {
  test(`${release}: an Octane that is stopped is silent, and goes on as the same one`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 20 }), { release }));
    const proxy = started(await Proxy.start(octane, quick));
    const viewer = started(proxy.watch('?format=raw'));
    await viewer.frames(2);
    const { epoch } = (await proxy.get('/health')).json.octane;
    octane.signal('SIGSTOP');
    const silent = await viewer.event('octane silent', isState('silent'));
    assert.match(silent.data.error, /Octane is silent/);
    assert.equal(silent.data.epoch, epoch);
    await assertSilent(proxy);
    const call = await proxy.post('/ApiInfo/octaneVersion', {}, { headers: { 'X-Timeout': '300ms' } });
    assert.equal(call.status, 504);
    assert.match(call.json.error, /ApiInfo\.octaneVersion got no answer before its deadline; Octane is silent/);
    octane.signal('SIGCONT');
    const back = await viewer.event('octane connected', isState('connected'), { from: silent.place });
    assert.equal(back.data.epoch, epoch);
    await viewer.frames(2, { from: back.place });
    assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
    assert.equal((await octane.counters()).registrations, 1);
    const states = viewer.events.slice(silent.place).filter(({ data }) => data.type === 'octane').map(({ data }) => data.state);
    assert.deepEqual(states.filter((state) => state === 'lost'), []);
  });
}

test('stopped while it takes requests of 30 MiB: every call ends at its deadline, and the state is silent, not ok', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane, quick));
  const body = JSON.stringify({ objectPtr: { handle: await octane.teapot(), type: 16 }, name: 'x'.repeat(30 << 20) });
  const { epoch } = (await proxy.get('/health')).json.octane;
  octane.signal('SIGSTOP');
  const calls = await Promise.all([1, 2, 3, 4].map((i) => proxy.post('/ApiItem/setName', body, {
    headers: { 'X-Timeout': '2s' }, args: ['--interface', `127.0.0.${i + 1}`] })));  // four clients: one's edits follow each other
  assert.deepEqual(calls.map((call) => call.status), [504, 504, 504, 504]);
  await inState(proxy, 'silent');
  await assertSilent(proxy);
  octane.signal('SIGCONT');
  await inState(proxy, 'connected');
  assert.equal((await proxy.get('/health')).json.octane.epoch, epoch);
  assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
});

test('a long call is busy and no silence, and where Octane answers beside it a stop is noticed during it', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane, quick));
  const viewer = started(proxy.watch('?format=jpeg'));
  await viewer.event('octane connected', isState('connected'));
  await octane.stall('ApiInfo/octaneName', 600000);
  const call = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } });
  const busy = await viewer.event('octane busy', isState('busy'));
  assert.equal(busy.data.method, 'ApiInfo/octaneName');
  const health = await proxy.get('/health');
  assert.equal(health.status, 200);
  assert.equal(health.json.octane.state, 'busy');
  octane.signal('SIGSTOP');
  const silent = await viewer.event('octane silent', isState('silent'), { from: busy.place });
  octane.signal('SIGCONT');
  const back = await viewer.event('octane connected', isState('connected'), { from: silent.place });
  await viewer.event('octane busy', isState('busy'), { from: back.place });
  await octane.clear();
  assert.equal((await call).status, 200);
  assert.equal((await octane.counters()).calls['ApiInfo/octaneName'], 1);
});

test('a tunnel whose far end is gone is silent; when it is back the same Octane goes on', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 20 })));
  const tunnel = started(await Tunnel.start(octane.port));
  const proxy = started(await Proxy.start(octane, quick, { octanePort: tunnel.port }));
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.frames(2);
  tunnel.freeze();
  const silent = await viewer.event('octane silent', isState('silent'));
  await assertSilent(proxy);
  tunnel.thaw();
  const back = await viewer.event('octane connected', isState('connected'), { from: silent.place });
  assert.equal(back.data.epoch, silent.data.epoch);
  await viewer.frames(2, { from: back.place });
});

test('connections over which nothing comes any more are given up as soon as a new one is answered', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 20 }, '--no-serial')));
  const tunnel = started(await Tunnel.start(octane.port));
  const proxy = started(await Proxy.start(octane, quick, { octanePort: tunnel.port }));
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.frames(2);
  await octane.stall('ApiInfo/octaneName', 600000);
  const call = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } });
  await until('the call is at the stand-in', async () => (await octane.counters()).calls['ApiInfo/octaneName'] >= 1);
  await until('Octane has answered beside it', async () => (await stateOf(proxy)) === 'busy');
  const { epoch } = (await proxy.get('/health')).json.octane;
  tunnel.forget();
  const lost = await viewer.event('octane lost', isState('lost'));
  const answer = await call;
  assert.equal(answer.status, 500);
  assert.match(answer.json.error, /nothing came over the connection any more, so it was given up/);
  const back = await viewer.event('octane connected', isState('connected'), { from: lost.place });
  assert.ok(back.data.epoch > epoch);
  await viewer.frames(2, { from: back.place });
  await octane.clear();
  assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
});

for (const [name, peer, state] of [
  ['completes the connection and says nothing more', settingsOnly, 'silent'],
  ['never reads and sends pings without end', neverReadingPings, 'silent'],
  ['accepts and says nothing', accepting, 'lost'],
  ['ends each connection as soon as it stands', goawayStorm, 'lost'],
  ['sends bytes that are no HTTP/2', garbage, 'lost'],
  ['speaks HTTP/1.1', webServer, 'lost'],
  ['announces a frame that is longer than what comes', lyingFrames, 'lost'],
]) {
  test(`what ${name} is ${state}, and calls fail at once with a reason`, async (t) => {
    const started = cleanup(t);
    const octane = started(await peer());
    const proxy = started(await Proxy.start(octane, quick, { connected: false }));
    const viewer = started(proxy.watch('?format=jpeg'));
    await viewer.event(`octane ${state}`, isState(state));
    await inState(proxy, state);
    const health = await proxy.get('/health');
    assert.equal(health.status, 503);
    const call = await proxy.post('/ApiInfo/octaneVersion', {});
    assert.equal(call.status, 500);
    assert.equal(call.json.status, 'UNAVAILABLE');
    assert.match(call.json.error, new RegExp(`Octane cannot be reached at 127.0.0.1:${octane.port} \\(.+\\)`));
    assert.equal(viewer.events.some(({ data }) => data.state === 'connected'), false);
  });
}

test('a peer that says nothing gives way to Octane', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 20 })));
  const tunnel = started(await Tunnel.start(octane.port));
  tunnel.freeze();
  const proxy = started(await Proxy.start(octane, quick, { octanePort: tunnel.port, connected: false }));
  await inState(proxy, 'lost');
  tunnel.thaw();
  await proxy.connected();
});

// 0.0.0.0 leads to this machine and is not loopback by name, so the rules for another machine count.
test('a server that allows no more pings than gRPC does by default keeps its connection for a long call and a quiet stream', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }, '--strict-keepalive')));
  const proxy = started(await Proxy.start(octane, ['--probe-after', '10ms', '--probe-timeout', '20s'], { octaneHost: '0.0.0.0' }));
  const viewer = started(proxy.watch('?format=jpeg'));
  await until('the stream is open', async () => (await octane.counters()).streamsOpen === 1);
  await octane.stall('ApiInfo/octaneName', 5000);
  assert.equal((await proxy.post('/ApiInfo/octaneName', {})).status, 200);
  const metrics = new Metrics((await proxy.get('/metrics')).text);
  assert.equal(metrics.find('octane_proxy_octane_connections_total'), 1);
  assert.deepEqual(viewer.events.filter(({ data }) => isState('lost')(data)), []);
  assert.equal((await octane.counters()).maxStreamsOpen, 1);
});

// How long it was without the Octane that it has found again, by its own log: milliseconds.
async function awayFor(proxy) {
  const [, again] = await until('the log says that it is found again', () => {
    const found = proxy.linesLike(/Octane found/);
    return found.length > 1 && found;
  });
  const [back, lost] = [again, ...proxy.linesLike(/Octane was lost/)].map((line) => Date.parse(line.split(' ')[0]));
  return back - lost;
}

test('pinged too often such a server closes the connection: the call and the log say so, and the epoch stays', async (t) => {
  const started = cleanup(t);
  // After five seconds it may be another Octane. Where the machine was too slow to find it before, it is tried again.
  for (let attempt = 1, isTooLate = true; isTooLate; attempt++) {
    const octane = started(await Standin.start(pattern({ fps: 20 }, '--strict-keepalive', '--no-serial')));
    const proxy = started(await Proxy.start(octane, ['--keepalive', '1s', '--probe-after', '0']));
    const viewer = started(proxy.watch('?format=raw'));
    await viewer.frames(1);
    const { epoch } = (await proxy.get('/health')).json.octane;
    await octane.stall('ApiInfo/octaneName', 600000);
    const call = await proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } });
    assert.equal(call.status, 500);
    assert.match(call.json.error, /was closed by its gRPC server because of too many pings .*--keepalive/);
    const lost = await viewer.event('octane lost', isState('lost'));
    const back = await viewer.event('octane connected', isState('connected'), { from: lost.place });
    isTooLate = attempt < 3 && (await awayFor(proxy)) > 4000;
    if (!isTooLate) assert.equal(back.data.epoch, epoch);
    await proxy.line(/too_many_pings/);
    await viewer.frames(2, { from: back.place });
    const told = proxy.linesLike(/ warn .*(was lost|had closed the connection).*too_many_pings/);
    assert.equal(told.length, proxy.linesLike(/ warn +Octane was lost /).length, `once of each loss:\n${told.join('\n')}`);
  }
});

test('the keepalive of a section counts for its upstream, and for no other', async (t) => {
  const started = cleanup(t);
  const strict = pattern({ fps: 0 }, '--strict-keepalive', '--no-serial');
  const [eager, calm] = [started(await Standin.start(strict)), started(await Standin.start(strict))];
  const section = (name, octane, more = '') => `[upstream.${name}]\nkind = "octane"\naddress = "127.0.0.1:${octane.port}"\nprobe-after = "0"\n${more}`;
  const proxy = started(await Proxy.start(undefined,
    configFile(section('eager', eager, 'keepalive = "1s"\nkeepalive-timeout = "30s"\n') + section('calm', calm)), { connected: false }));
  const states = async () => (await proxy.get('/upstreams')).json.upstreams.map(({ state }) => state).join();
  await until('both are connected', async () => await states() === 'connected,connected');
  for (const octane of [eager, calm]) await octane.stall('ApiInfo/octaneName', 600000);
  const quiet = openCurl(['-d', '{}', '-H', 'X-Timeout: 5m', `${proxy.url}/calm/ApiInfo/octaneName`]);
  const closed = await proxy.post('/eager/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } });
  assert.equal(closed.status, 500);
  assert.match(closed.json.error, /too many pings/);
  const { queue } = (await proxy.get('/calm/health')).json;
  assert.equal(queue.in_flight, 1, 'the call of the other is still under way');
  quiet.child.kill('SIGKILL');
  await quiet.done;
});

test('a deadline covers the time in which nobody knows yet whether Octane is there', async (t) => {
  const started = cleanup(t);
  const octane = started(await accepting());
  const proxy = started(await Proxy.start(octane, [], { connected: false }));
  const begin = performance.now();
  const call = await proxy.post('/ApiInfo/octaneVersion', {}, { headers: { 'X-Timeout': '1500ms' } });
  const took = performance.now() - begin;
  assert.ok([500, 504].includes(call.status), call.text);
  t.diagnostic(`answered ${call.status} after ${Math.round(took)} ms`);
});
