// End to end: /metrics counts what happens, in the text that Prometheus reads. docs/api.md §4.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { single, requested } from '../support/frames.mjs';
import { Metrics } from '../support/metrics.mjs';
import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

async function scrape(proxy, options) {
  const answer = await proxy.get('/metrics', options);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('content-type'), 'text/plain; version=0.0.4; charset=utf-8');
  assert.equal(answer.headers.get('cache-control'), 'no-store');
  return new Metrics(answer.text);
}

// The first scrape that `fits`: what is counted after an answer has left may be counted a moment after the client has it.
const scrapeWhen = (proxy, what, fits) => until(what, async () => {
  const metrics = await scrape(proxy);
  return fits(metrics) && metrics;
});

for (const release of releases) {
  test(`${release}: calls are counted by method and status, as the renderer counts them`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0 }), { release }));
    const proxy = started(await Proxy.start(octane));
    const before = await scrape(proxy);
    assert.equal(before.find('octane_proxy_octane_connected'), 1);
    assert.equal(before.find('octane_proxy_octane_epoch'), (await proxy.get('/health')).json.octane.epoch);
    assert.equal(before.find('octane_proxy_octane_connections_total'), 1);
    assert.equal(before.sum('octane_proxy_upstream_calls_total'), 0);

    await octane.stall('ApiInfo/octaneName', 20);
    for (let i = 0; i < 3; i++) await proxy.call('ApiInfo/octaneName');
    await octane.fail('ApiInfo/tierIdx', 'NOT_FOUND', 'gone');
    for (let i = 0; i < 2; i++) assert.equal((await proxy.post('/ApiInfo/tierIdx', {})).status, 404);
    // What never gets to Octane is no call of it.
    assert.equal((await proxy.post('/ApiItem/nonsense', {})).status, 404);
    assert.equal((await proxy.post('/LiveLink/GetFile', {})).status, 403);

    const after = await scrape(proxy);
    const { calls } = await octane.counters();
    const name = { method: 'ApiInfo.octaneName', status: 'OK' };
    assert.equal(after.count('octane_proxy_upstream_calls_total', name), 3);
    assert.equal(calls['ApiInfo/octaneName'], 3);
    assert.equal(after.count('octane_proxy_upstream_calls_total', { method: 'ApiInfo.tierIdx', status: 'NOT_FOUND' }), 2);
    assert.equal(calls['ApiInfo/tierIdx'], 2);
    assert.equal(after.sum('octane_proxy_upstream_calls_total'), 5);
    const seconds = after.find('octane_proxy_upstream_seconds_total', name);
    assert.ok(seconds >= 0.06, `three calls of 20 ms each took ${seconds} s`);
    assert.equal(after.find('octane_proxy_upstream_call_seconds_count'), 5);
    assert.ok(Math.abs(after.find('octane_proxy_upstream_call_seconds_sum') - after.sum('octane_proxy_upstream_seconds_total')) < 1e-6);
  });

  test(`${release}: frames and viewers are counted as they come and go`, async (t) => {
    const started = cleanup(t);
    const { octane, proxy, viewer } = await single(started, release, pattern({ fps: 0 }), '?format=jpeg');
    const kind = { container: 'sse', format: 'jpeg' };
    await scrapeWhen(proxy, 'one viewer', (metrics) => metrics.find('octane_proxy_viewers', kind) === 1);
    for (let i = 0; i < 4; i++) await requested(octane, viewer);
    const frames = viewer.events.filter((event) => event.data.type === 'newImage');
    const metrics = await scrapeWhen(proxy, 'all frames written', (now) =>
      now.count('octane_proxy_frame_age_seconds_count', kind) === frames.length);

    const counters = await octane.counters();
    const newest = frames.at(-1).data.seq;
    assert.equal(metrics.find('octane_proxy_frames_published_total'), newest);
    assert.equal(metrics.find('octane_proxy_frames_received_total'), newest + metrics.find('octane_proxy_frames_repeated_total'));
    assert.equal(metrics.find('octane_proxy_frames_received_total'),
      release === 'alpha5' ? counters.framesSent : counters.successfulGrabs);
    assert.equal(metrics.find('octane_proxy_frames_sent_total'), frames.length);
    assert.equal(metrics.find('octane_proxy_frames_dropped_total'), frames.reduce((sum, { data }) => sum + data.dropped, 0));
    assert.equal(metrics.find('octane_proxy_frames_rejected_total'), 0);
    assert.equal(metrics.find('octane_proxy_frame_sent_bytes_total'), frames.reduce((sum, { size }) => sum + size, 0));
    assert.ok(metrics.find('octane_proxy_frame_encode_seconds_count', { format: 'jpeg' }) >= frames.length);
    assert.equal(metrics.find('octane_proxy_callback_registrations_total'), counters.registrations);
    assert.equal(metrics.find('octane_proxy_viewers_connected_total'), 1);

    await viewer.stop();
    await scrapeWhen(proxy, 'no viewer', (now) => now.find('octane_proxy_viewers', kind) === 0);
  });
}

test('requests are counted by what they ask for and how they are answered', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  await proxy.call('ApiInfo/octaneName');
  await proxy.post('/ApiItem/nonsense', {});
  await proxy.post('/nothing', {});
  await proxy.get('/');
  await proxy.get('/services');
  const requests = (metrics, surface, status) => metrics.count('octane_proxy_http_requests_total', { surface, status });
  const metrics = await scrapeWhen(proxy, 'every request counted', (now) =>
    ['page', 'services'].every((surface) => requests(now, surface, '2xx') === 1) && requests(now, 'other', '4xx') === 1 &&
    now.count('octane_proxy_http_request_seconds_count', { surface: 'call' }) === 2);
  assert.equal(requests(metrics, 'call', '2xx'), 1);
  assert.equal(requests(metrics, 'call', '4xx'), 1);
  assert.equal(requests(metrics, 'other', '4xx'), 1);
  assert.equal(requests(metrics, 'page', '2xx'), 1);
  assert.ok(requests(metrics, 'health', '2xx') >= 1);
  assert.equal(metrics.find('octane_proxy_http_request_seconds_count', { surface: 'call' }), 2);
  assert.ok(metrics.find('octane_proxy_http_connections') >= 1);
});

test('made-up names do not become series', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  const before = await scrape(proxy);
  await proxy.pipeline([...Array(100)].map((_, i) => [`/Madeup${i}/method`, {}, `id-${i}`]));
  await proxy.pipeline([...Array(100)].map((_, i) => [`/ApiItem/madeup${i}`, {}, `id-${i}`]));
  const after = await scrapeWhen(proxy, 'all counted', (now) =>
    now.count('octane_proxy_http_requests_total', { surface: 'call', status: '4xx' }) === 200);
  assert.equal(after.has('adeup'), false);
  assert.ok(after.samples.size < before.samples.size + 100, `${before.samples.size} series became ${after.samples.size}`);
});

test('while Octane is away that is what the metrics say, and its return is counted', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  await octane.kill();
  await scrapeWhen(proxy, 'not connected', (metrics) => metrics.find('octane_proxy_octane_connected') === 0);
  assert.equal((await proxy.post('/ApiInfo/octaneName', {})).status, 500);
  const away = await scrape(proxy);
  assert.equal(away.count('octane_proxy_upstream_calls_unsent_total', { status: 'UNAVAILABLE' }), 1);
  assert.equal(away.sum('octane_proxy_upstream_calls_total'), 0);
  started(await Standin.start(pattern({ fps: 0 }), { port: octane.port }));
  await proxy.connected();
  const back = await scrape(proxy);
  assert.equal(back.find('octane_proxy_octane_connected'), 1);
  assert.equal(back.find('octane_proxy_octane_epoch'), away.find('octane_proxy_octane_epoch') + 1);
});

test('calls that wait and the time Octane has been busy show in the gauges', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '1']));
  // Different ones: equal reads would be asked of Octane as one. Each stalls, whichever comes first.
  const methods = ['octaneName', 'octaneVersion', 'tierIdx'];
  for (const method of methods) await octane.stall(`ApiInfo/${method}`, 20000);
  const calls = methods.map((method) => proxy.post(`/ApiInfo/${method}`, {}));
  await scrapeWhen(proxy, 'one in flight, two waiting, and busy', (metrics) =>
    metrics.find('octane_proxy_upstream_calls_in_flight') === 1 && metrics.find('octane_proxy_upstream_calls_waiting') === 2 &&
    metrics.find('octane_proxy_upstream_busy_seconds') >= 1);
  await octane.clear();
  await Promise.all(calls);
  await scrapeWhen(proxy, 'all places given back', (metrics) => ['calls_in_flight', 'calls_waiting', 'busy_seconds'].every(
    (name) => metrics.find(`octane_proxy_upstream_${name}`) === 0));
});

test('reads that were spared because an equal one was in flight are counted', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane, ['--threads', '1', '--log-level', 'debug']));
  await octane.stall('ApiInfo/octaneName', 20000);
  const reads = [0, 1, 2].map((i) => proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Call-Id': `equal-${i}` } }));
  for (const i of [0, 1, 2]) await proxy.line(new RegExp(`id=equal-${i}`));
  // On the one loop all of them have been taken up before this is answered.
  assert.equal((await scrape(proxy)).find('octane_proxy_upstream_reads_joined_total'), 0);
  await octane.clear();
  for (const answer of await Promise.all(reads)) assert.equal(answer.status, 200);
  const after = await scrape(proxy);
  assert.equal(after.find('octane_proxy_upstream_reads_joined_total'), 2);
  assert.equal(after.sum('octane_proxy_upstream_calls_total'), 1);
  assert.equal((await octane.counters()).calls['ApiInfo/octaneName'], 1);
});

test('the process tells what it uses', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, [], { octanePort: 1 }));
  const metrics = await scrape(proxy);
  const version = (await proxy.get('/health')).json.version;
  assert.equal(metrics.find('octane_proxy_build_info', { version }), 1);
  const rss = metrics.find('process_resident_memory_bytes');
  assert.ok(rss > proxy.rss() / 2 && rss < proxy.rss() * 2, `${rss} beside ${proxy.rss()}`);
  assert.ok(metrics.find('process_cpu_seconds_total') > 0);
  assert.ok(metrics.find('process_open_fds') >= 3);
  assert.ok(metrics.find('process_max_fds') > metrics.find('process_open_fds'));
  const age = Date.now() / 1000 - metrics.find('process_start_time_seconds');
  assert.ok(age > -2 && age < 300, `started ${age} s ago`);
});

test('/metrics is for those who are let in, and can only be read', async (t) => {
  const started = cleanup(t);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-metrics-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const token = path.join(directory, 'token');
  writeFileSync(token, 'a-long-enough-secret');
  const proxy = started(await Proxy.start(null, ['--token', token], { octanePort: 1 }));
  assert.equal((await proxy.get('/metrics')).status, 401);
  await scrape(proxy, { headers: { Authorization: 'Bearer a-long-enough-secret' } });
  const posted = await proxy.post('/metrics', {}, { headers: { Authorization: 'Bearer a-long-enough-secret' } });
  assert.equal(posted.status, 405);
  assert.match(posted.headers.get('allow'), /GET/);
});
