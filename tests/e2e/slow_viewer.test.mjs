// End to end: a viewer on a thin line beside one on a thick line. Neither the fast one nor the proxy's memory may notice. CONTRACT §3 "Rules".

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { FrameReader } from '../support/frame_reader.mjs';
import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { SteadyReader } from '../support/steady_reader.mjs';
import { until } from '../support/wait.mjs';

const fps = 10;

// Only what the test compares: frames of a whole run would fill the test's own memory.
const keepLittle = (event) => ({ data: { type: event.data.type, seq: event.data.seq, dropped: event.data.dropped } });

const framesOf = (viewer) => viewer.events.filter((event) => event.data.type === 'newImage').map((event) => event.data);

for (const release of releases) {
  test(`${release}: a viewer at 100 kB/s beside a fast one at ${fps} frames/s`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps, width: 256, height: 128 }), { release }));
    const proxy = started(await Proxy.start(octane));
    const fast = started(proxy.watch('?format=raw', { keep: keepLittle }));
    const slow = started(new SteadyReader(proxy.url, '?format=raw', 100_000));
    const bursts = started(proxy.watch('?format=raw', { keep: keepLittle, args: ['--limit-rate', '100k'] }));
    await bursts.type('connected');
    await fast.frames(fps, { within: 15000 });
    const early = proxy.rss();
    await slow.until('the slow viewer has missed three seconds of frames', (frames) => sum(frames) > 3 * fps, 30000);
    const late = proxy.rss();
    assertFewMissed(t, framesOf(fast), 3 * fps);
    for (const frames of [framesOf(fast), slow.frames, framesOf(bursts)]) assertDropsAdd(frames);
    assert.ok(late - early < 8 * 1024 * 1024, `memory went from ${early} to ${late} bytes`);
  });

  test(`${release}: one who stands still gets what is being written, then the newest frame, and how many it missed; the others miss none`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0, width: 1024, height: 512 }), { release }));
    const proxy = started(await Proxy.start(octane));
    const fast = started(new FrameReader(proxy.url, '?format=raw'));
    const still = started(new FrameReader(proxy.url, '?format=raw', { stalls: true }));
    await until('both have joined', async () => (await proxy.get('/health')).json.frames.viewers === 2);
    await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
    const sent = 12;
    for (let i = 1; i <= sent; i++) {
      await octane.sendFrame();
      await until(`frame ${i} at the fast viewer`, () => fast.frames.length === i);
    }
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

test('a viewer that reads nothing does not hold up the others, and memory stays flat', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps, width: 512, height: 256 })));
  const proxy = started(await Proxy.start(octane));
  const stuck = [...Array(8)].map(() => started(proxy.watch('', { keep: keepLittle })));
  await Promise.all(stuck.map((viewer) => viewer.type('connected')));
  for (const viewer of stuck) viewer.child.kill('SIGSTOP');
  const fast = started(proxy.watch('?format=raw', { keep: keepLittle }));
  const first = framesOf({ events: await fast.frames(fps, { within: 15000 }) })[0].seq;
  const early = proxy.rss();
  await fast.event('four seconds of frames', (data) => data.type === 'newImage' && data.seq >= first + 4 * fps, { within: 20000 });
  const late = proxy.rss();
  assertFewMissed(t, framesOf(fast), 4 * fps);
  assertDropsAdd(framesOf(fast));
  assert.ok(late - early < 16 * 1024 * 1024, `memory went from ${early} to ${late} bytes`);
});

const sum = (frames) => frames.reduce((total, frame) => total + frame.dropped, 0);

// Of the frames that were published while it watched. One in ten may be lost to a machine that keeps this test or curl waiting; a viewer that
// waits for a slow one loses nearly all of them.
function assertFewMissed(t, frames, least) {
  const published = frames.at(-1).seq - frames[0].seq + 1;
  t.diagnostic(`${frames.length} of ${published} frames`);
  assert.ok(published >= least, `only ${published} frames were published`);
  assert.ok(frames.length >= 0.9 * published, `${frames.length} of ${published} frames`);
}

// `dropped` says exactly which numbers are missing between a frame and the one before.
function assertDropsAdd(frames) {
  for (const [i, frame] of frames.entries()) {
    if (i > 0) assert.equal(frame.dropped, frame.seq - frames[i - 1].seq - 1, `before ${frame.seq}`);
  }
}
