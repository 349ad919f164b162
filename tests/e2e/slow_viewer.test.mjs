// End to end: a viewer on a thin line beside one on a thick line. Neither the fast one nor the proxy's memory may notice. CONTRACT §3 "Rules".

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { SteadyReader } from '../support/steady_reader.mjs';
import { until } from '../support/wait.mjs';

const fps = 30;

// Only what the test compares: frames of a whole run would fill the test's own memory.
const keepLittle = (event) => ({ at: event.at, size: event.size,
  data: { type: event.data.type, seq: event.data.seq, dropped: event.data.dropped } });

const framesOf = (viewer) => viewer.events.filter((event) => event.data.type === 'newImage');

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
    await slow.until('the slow viewer has missed a second of frames', (frames) => sum(frames) > fps, 30000);
    // Four seconds on end, so that a machine which holds its breath for a moment is not taken for a slow viewer's doing.
    const from = fast.events.length;
    await until('the fast viewer misses nothing for four seconds on end', () => longestRun(framesOf(fast).slice(from)) >= 4 * fps,
      { within: 25000, every: 100 });
    const late = proxy.rss();
    const seen = framesOf(fast);
    const span = (seen.at(-1).at - seen[0].at) / 1000;
    assert.ok(seen.length / span > 0.8 * fps, `${seen.length} frames in ${span} s`);
    assertDropsAdd(seen.map((frame) => frame.data));
    assertDropsAdd(slow.frames);
    assert.ok(late - early < 8 * 1024 * 1024, `memory went from ${early} to ${late} bytes`);
  });
}

test('a frame that a slow viewer gets was the newest when its write began', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 15, width: 512, height: 512 }), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const rate = 500_000;
  const slow = started(new SteadyReader(proxy.url, '?format=raw', rate));
  await slow.until('four frames', (frames) => frames.length >= 4, 30000);
  assertDropsAdd(slow.frames);
  // One write takes size / rate, or longer where the machine keeps this reader waiting. What is left of the second is for the sockets'
  // buffers in the kernel, which hold under a megabyte.
  for (const frame of slow.frames) {
    assert.ok(frame.age < 2 * Math.max(frame.size / rate, frame.took), `frame ${frame.seq} of ${frame.size} bytes came ${frame.age} s old`);
  }
});

test('a viewer that reads nothing does not hold up the others, and memory stays flat', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps, width: 512, height: 256 })));
  const proxy = started(await Proxy.start(octane));
  const stuck = [...Array(8)].map(() => started(proxy.watch('', { keep: keepLittle })));
  await Promise.all(stuck.map((viewer) => viewer.type('connected')));
  for (const viewer of stuck) viewer.child.kill('SIGSTOP');
  const fast = started(proxy.watch('?format=raw', { keep: keepLittle }));
  await fast.frames(fps, { within: 15000 });
  const early = proxy.rss();
  await fast.frames(4 * fps, { within: 20000, from: fast.events.length });
  const late = proxy.rss();
  const frames = framesOf(fast);
  assert.ok(longestRun(frames) >= 2 * fps, `at most ${longestRun(frames)} frames in a row`);
  assert.ok(late - early < 16 * 1024 * 1024, `memory went from ${early} to ${late} bytes`);
});

const sum = (frames) => frames.reduce((total, frame) => total + frame.dropped, 0);

// The most frames in a row without a miss.
function longestRun(frames) {
  let longest = 0;
  let run = 0;
  for (const [i, { data }] of frames.entries()) {
    run = i > 0 && data.dropped === 0 && data.seq === frames[i - 1].data.seq + 1 ? run + 1 : 1;
    longest = Math.max(longest, run);
  }
  return longest;
}

// `dropped` says exactly which numbers are missing between a frame and the one before.
function assertDropsAdd(frames) {
  for (const [i, frame] of frames.entries()) {
    if (i > 0) assert.equal(frame.dropped, frame.seq - frames[i - 1].seq - 1, `before ${frame.seq}`);
  }
}
