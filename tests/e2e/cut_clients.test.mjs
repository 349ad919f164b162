// End to end: clients that end their connections without a word, and events faster than anybody can take them. docs/api.md §3 "Rules".

import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import { FrameReader } from '../support/frame_reader.mjs';
import { Metrics } from '../support/metrics.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

// A connection with that text sent, which is there once the first bytes of an answer are.
const connected = (proxy, text) => new Promise((resolve, reject) => {
  const { hostname, port } = new URL(proxy.url);
  const socket = net.connect(Number(port), hostname, () => socket.write(text));
  socket.on('error', reject).once('data', () => resolve(socket));
});

const health = async (proxy) => (await proxy.get('/health')).json;

test('viewers that reset their connections are gone, and who stays misses nothing', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width: 64, height: 48 })));
  const proxy = started(await Proxy.start(octane));
  const reader = started(new FrameReader(proxy.url, '?format=raw'));
  await until('it has joined', async () => (await health(proxy)).frames.viewers === 1);
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
  const paths = ['/render/stream?format=jpeg', '/render/stream?format=raw', '/render/stream?format=both&width=32'];
  for (let round = 0; round < 3; round++) {
    const sockets = await Promise.all(Array.from({ length: 15 }, (_, i) =>
      connected(proxy, `GET ${paths[i % paths.length]} HTTP/1.1\r\nHost: ${proxy.host}\r\n\r\n`)));
    await until('all have joined', async () => (await health(proxy)).frames.viewers === 16);
    await octane.sendFrame();
    for (const socket of sockets) socket.resetAndDestroy();
    await until('they are gone', async () => (await health(proxy)).frames.viewers === 1);
    await octane.sendFrame();
    await until('both frames are there', () => reader.frames.length === 2 * (round + 1));
  }
  const first = reader.frames[0].seq;
  assert.deepEqual(reader.frames, reader.frames.map((_, i) => ({ seq: first + i, dropped: 0 })));
});

test('calls one behind the other on a connection that is cut in the middle leave nothing behind', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  const call = (name) => `POST /${name} HTTP/1.1\r\nHost: ${proxy.host}\r\nContent-Length: 2\r\n\r\n{}`;
  const [quick, long] = ['ApiProjectManager/rootNodeGraph', 'ApiInfo/octaneName'];  // neither of which the proxy calls by itself
  await octane.stall(long, 20000);
  for (const rest of ['', call(quick).slice(0, 30), call(quick).slice(0, -1)]) {
    const before = (await octane.counters()).calls[long] ?? 0;
    const socket = await connected(proxy, call(quick) + call(long) + call(quick).repeat(20) + rest);
    await until('the second call is at Octane', async () => (await octane.counters()).calls[long] === before + 1);
    socket.resetAndDestroy();
    await until('its call is cancelled', async () => (await octane.counters()).concurrent === 0);
  }
  await octane.clear();
  assert.equal((await octane.counters()).calls[quick], 3);  // what stood behind the cut call was never begun
  assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
  await until('no call is under way', async () => (await health(proxy)).queue.in_flight === 0);
  assert.equal((await health(proxy)).queue.waiting, 0);
});

test('of events as fast as they are taken each viewer has the newest, and knows how many it missed', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width: 64, height: 48 }, '--flood')));
  const proxy = started(await Proxy.start(octane));
  const readers = ['?format=raw', '?format=raw', '?format=raw&fps=5'].map((query) => started(new FrameReader(proxy.url, query)));
  await until('thousands of events have come', async () => (await octane.counters()).eventsSent >= 3000);
  await until('each viewer has some', () => readers.every(({ frames }) => frames.length >= 10));
  const { frames, status } = await health(proxy);
  assert.equal(status, 'ok');
  assert.equal(frames.viewers, readers.length);
  const held = new Metrics((await proxy.get('/metrics')).text).find('octane_proxy_frames_held');
  assert.ok(held <= readers.length + 4, `${held} frames are held`);
  for (const reader of readers) await reader.stop();
  for (const reader of readers) {
    for (const [i, frame] of reader.frames.entries()) {
      if (i === 0) continue;
      const before = reader.frames[i - 1];
      assert.ok(frame.seq > before.seq, `${frame.seq} after ${before.seq}`);
      assert.ok(frame.dropped <= frame.seq - before.seq - 1, `${frame.dropped} missed between ${before.seq} and ${frame.seq}`);
    }
  }
  const { maxGrabsInFlight } = await octane.counters();
  assert.ok(maxGrabsInFlight <= 1, `${maxGrabsInFlight} grabs were in flight at once`);
});
