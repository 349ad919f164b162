// End to end: a hundred viewers, thirty of which stop reading altogether. The others get every frame, the proxy's memory stays small, and the
// stalled ones are disconnected after half a minute. docs/api.md §3 "Rules".

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FrameReader } from '../support/frame_reader.mjs';
import { Metrics } from '../support/metrics.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const reading = 70;
const stalled = 30;
const frames = 60;
const width = 512;
const height = 256;

test(`${stalled} viewers that stall cost ${reading} others nothing, and are gone after half a minute`, async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width, height })));
  const proxy = started(await Proxy.start(octane));
  const status = async () => (await proxy.get('/render/callback-status')).json.status;
  const stuck = [...Array(stalled)].map(() => started(new FrameReader(proxy.url, '?format=raw', { stalls: true })));
  const readers = [...Array(reading)].map(() => started(new FrameReader(proxy.url, '?format=raw')));
  await until('all have joined', async () => (await status()).active_clients === reading + stalled);
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);

  // Each frame is asked for when everybody who reads has the one before, so that nothing here depends on how fast the machine is.
  const next = async () => {
    const before = readers.map((reader) => reader.seqs.length);
    await octane.sendFrame();
    await until('everybody who reads has the frame', () => readers.every((reader, i) => reader.seqs.length > before[i]));
  };
  await next();
  for (let sent = 0; (await status()).queue_size < stalled; ++sent) {
    assert.ok(sent < 100, 'viewers that read nothing still take frames');
    await next();
  }
  const from = readers.map((reader) => reader.seqs.at(-1));
  for (let i = 0; i < frames; ++i) await next();
  readers.forEach((reader, i) => {
    assert.deepEqual(reader.seqs.filter((seq) => seq > from[i]), [...Array(frames)].map((_, n) => from[i] + 1 + n));
    assert.equal(reader.dropped, 0);
  });
  // Each of those who stall may hold the one that was being written; the newest, which waits, is the same for all.
  const held = new Metrics((await proxy.get('/metrics')).text).find('octane_proxy_frames_held');
  assert.ok(held >= 1 && held <= stalled + 4 && held < frames, `${held} frames are held`);

  await until('the stalled viewers are disconnected', async () => (await status()).active_clients === reading, {
    within: 60000, every: 500 });
  await next();
  assert.ok(stuck.every((viewer) => viewer.seqs.length === 0));
});
