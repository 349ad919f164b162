// End to end: a viewer on a thin line beside one on a thick line. Neither the fast one nor the proxy's memory may notice. docs/api.md §3 "Rules".

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FrameReader } from '../support/frame_reader.mjs';
import { Metrics } from '../support/metrics.mjs';
import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { SteadyReader } from '../support/steady_reader.mjs';
import { until } from '../support/wait.mjs';

// Only what the test compares: frames of a whole run would fill the test's own memory.
const keepLittle = (event) => ({ data: { type: event.data.type, seq: event.data.seq, dropped: event.data.dropped } });

const framesOf = (viewer) => viewer.events.filter((event) => event.data.type === 'newImage').map((event) => event.data);

// Frames come only when everybody who keeps up has the one before, so nothing here depends on how fast the machine is.
const onRequest = (width, height) => pattern({ fps: 0, width, height });

async function hasJoined(octane, proxy, count) {
  await until('all have joined', async () => (await proxy.get('/health')).json.frames.viewers === count);
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
}

// One more frame, once the fast viewer has all before.
async function next(octane, fast) {
  const count = fast.frames.length + 1;
  await octane.sendFrame();
  await until(`frame ${count} at the fast viewer`, () => fast.frames.length === count);
}

for (const release of releases) {
  test(`${release}: a viewer at 400 kB/s beside a fast one, who gets every frame`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(onRequest(512, 256), { release }));
    const proxy = started(await Proxy.start(octane));
    const fast = started(new FrameReader(proxy.url, '?format=raw'));
    const slow = started(new SteadyReader(proxy.url, '?format=raw', 400_000));
    const bursts = started(proxy.watch('?format=raw', { keep: keepLittle, args: ['--limit-rate', '400k'] }));
    await hasJoined(octane, proxy, 3);
    const missed = () => slow.frames.reduce((total, frame) => total + frame.dropped, 0);
    while (missed() < 10) await next(octane, fast);
    while (missed() < 50) await next(octane, fast);
    assertHasAll(fast.frames);
    for (const frames of [slow.frames, framesOf(bursts)]) assertDropsAdd(frames);
    await assertKeepsLittle(proxy, 3);
  });

  test(`${release}: one who stands still gets what is being written, then the newest frame, and how many it missed; the others miss none`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(onRequest(1024, 512), { release }));
    const proxy = started(await Proxy.start(octane));
    const fast = started(new FrameReader(proxy.url, '?format=raw'));
    const still = started(new FrameReader(proxy.url, '?format=raw', { stalls: true }));
    await hasJoined(octane, proxy, 2);
    const sent = 12;
    for (let i = 1; i <= sent; i++) await next(octane, fast);
    assert.equal(still.frames.length, 0);
    still.goOn();
    const first = fast.frames[0].seq;
    const newest = first + sent - 1;
    assert.deepEqual(fast.frames, [...Array(sent)].map((_, i) => ({ seq: first + i, dropped: 0 })));
    await until('it has the newest', () => still.frames.at(-1)?.seq === newest);
    const begun = still.frames.slice(0, -1);
    assert.deepEqual(begun, fast.frames.slice(0, begun.length));
    // One that was being written. The kernel's buffers, which may have taken one before it, are smaller than two of these frames of 2.8 MB.
    assert.ok(begun.length === 1 || begun.length === 2, `${begun.length} frames were begun while nothing was read`);
    assert.equal(still.frames.at(-1).dropped, sent - begun.length - 1);
  });
}

test('viewers that read nothing do not hold up the others, and few frames are held for them', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(onRequest(512, 256)));
  const proxy = started(await Proxy.start(octane));
  const stuck = [...Array(8)].map(() => started(proxy.watch('', { keep: keepLittle })));
  await Promise.all(stuck.map((viewer) => viewer.type('connected')));
  for (const viewer of stuck) viewer.child.kill('SIGSTOP');
  const fast = started(new FrameReader(proxy.url, '?format=raw'));
  await hasJoined(octane, proxy, stuck.length + 1);
  for (let i = 0; i < 60; i++) await next(octane, fast);
  assertHasAll(fast.frames);
  await assertKeepsLittle(proxy, stuck.length + 1);
});

// Dozens of frames have been missed. Each viewer may hold one that is being written; the newest, which waits, is the same for all, in
// each of two forms, and one more may be on its way.
async function assertKeepsLittle(proxy, viewers) {
  const held = new Metrics((await proxy.get('/metrics')).text).find('octane_proxy_frames_held');
  assert.ok(held >= 1 && held <= viewers + 4, `${held} frames are held for ${viewers} viewers`);
}

function assertHasAll(frames) {
  const first = frames[0].seq;
  assert.deepEqual(frames, frames.map((_, i) => ({ seq: first + i, dropped: 0 })));
}

// `dropped` says exactly which numbers are missing between a frame and the one before.
function assertDropsAdd(frames) {
  for (const [i, frame] of frames.entries()) {
    if (i > 0) assert.equal(frame.dropped, frame.seq - frames[i - 1].seq - 1, `before ${frame.seq}`);
  }
}
