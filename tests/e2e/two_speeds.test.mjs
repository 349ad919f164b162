// End to end: ?motion= makes frames small while the camera is moved through the proxy, and ?final= sends the last picture of a converged
// render once more. docs/api.md §3.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';

const camera = { position: { x: 1, y: 2, z: 3 } };

for (const release of releases) {
  test(`${release}: frames are small while the camera moves and full again when it rests`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 20, width: 128, height: 64 }), { release }));
    const proxy = started(await Proxy.start(octane));
    const viewer = started(proxy.watch('?format=jpeg&motion=32,50'));
    const plain = started(proxy.watch('?format=jpeg'));
    const before = await viewer.type('newImage');
    assert.equal(before.data.width, 128);
    assert.equal(before.data.motion, undefined);

    // Moves until the viewer has seen it, so that no frame needs to come within the third of a second that a move counts for.
    let isMoving = true;
    const moving = (async () => {
      while (isMoving) await proxy.call('LiveLink/SetCamera', camera);
    })();
    const small = await viewer.event('a small frame', (data) => data.motion === true, { from: before.place });
    isMoving = false;
    await moving;
    assert.equal(small.data.width, 32);
    assert.equal(small.data.height, 16);
    const full = await viewer.event('a full frame', (data) => data.type === 'newImage' && !data.motion, { from: small.place });
    assert.equal(full.data.width, 128);
    await plain.type('newImage');
    assert.ok(plain.events.every((event) => event.data.type !== 'newImage' || event.data.width === 128));
  });
}

test('the last picture of a render that has converged comes once more without loss', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(['--width', '64', '--height', '32', '--samples', '8']));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch('?format=jpeg&final=png'));
  const last = await viewer.event('the final frame', (data) => data.final === true);
  assert.equal(last.data.mime, 'image/png');
  assert.equal(last.data.tonemappedSamplesPerPixel, last.data.maxSamplesPerPixel);
  assert.equal(Buffer.from(last.data.imageData, 'base64').subarray(1, 4).toString(), 'PNG');
  const others = viewer.events.filter((event) => event.data.type === 'newImage' && !event.data.final);
  assert.ok(others.every((event) => event.data.mime === 'image/jpeg'));
});

test('a wish that makes no sense is refused with one that does', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(undefined, [], { octanePort: 1 }));
  for (const [query, hint] of [['motion=640', '640,60'], ['motion=0,60', '640,60'], ['motion=640,101', '640,60'],
    ['final=gif', 'webp,95'], ['final=png,90', 'webp,95'], ['final=webp,0', 'webp,95'], ['final=raw', 'webp,95']]) {
    const answer = await proxy.get(`/render/stream?format=jpeg&${query}`);
    assert.equal(answer.status, 400, query);
    assert.ok(answer.json.error.includes(hint), answer.text);
  }
  const parts = await proxy.get('/render/mjpeg?final=png');
  assert.equal(parts.status, 400);
  assert.ok(parts.json.error.includes('jpeg,95'), parts.text);
});
