// Test support. What several tests of the frame stream need.

import assert from 'node:assert/strict';

import { Proxy, Standin } from './octane.mjs';
import { until } from './wait.mjs';

// A stand-in, a proxy and a viewer that has joined, so that the next frame is new to it.
export async function single(started, release, args, query) {
  const octane = started(await Standin.start(args, { release }));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch(query));
  await viewer.type('connected');
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
  return { octane, proxy, viewer };
}

// The frame that comes after asking for one.
export async function requested(octane, viewer) {
  const from = viewer.events.length;
  await octane.sendFrame();
  return viewer.type('newImage', { from });
}

// The `status` of the registration endpoints and of the connected event.
export function assertStatus(status) {
  assert.equal(typeof status.stream_active, 'boolean');
  for (const name of ['callback_count', 'stream_errors', 'active_clients', 'total_clients', 'queue_size']) {
    assert.equal(typeof status[name], 'number', `${name}: ${status[name]}`);
  }
  for (const name of ['callback_id', 'last_callback_time']) {
    assert.ok(status[name] === null || typeof status[name] === 'number', `${name}: ${status[name]}`);
  }
}
