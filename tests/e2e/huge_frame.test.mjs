// End to end: a 4K picture of floats, 127 MiB, reaches one viewer byte for byte and another as JPEG, and everybody else is answered meanwhile.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import net from 'node:net';
import { test } from 'node:test';

import { get } from '../support/curl.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until, within } from '../support/wait.mjs';

const width = 3840;
const height = 2160;
const bytes = width * height * 16;

// Hashes the base64 of the first frame as it comes: the text is longer than a string of this language may be.
function hashFrame(proxyUrl) {
  const { hostname, port, host } = new URL(proxyUrl);
  const socket = net.connect(Number(port), hostname);
  // HTTP/1.0, so that no chunk sizes stand between the bytes.
  socket.write(`GET /render/stream?format=raw HTTP/1.0\r\nHost: ${host}\r\n\r\n`);
  const hash = createHash('sha256');
  const result = { joined: false, size: 0 };
  let head = '';
  let rest = Buffer.alloc(0);
  result.done = new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`closed after ${result.size} bytes of the frame`)));
    socket.on('data', (chunk) => {
      result.joined = true;
      if (result.size === 0) {
        head += chunk.toString('latin1');
        const begin = /"buffer":\{[^}]*?"data":"/.exec(head);
        if (!begin) return;
        chunk = Buffer.from(head.slice(begin.index + begin[0].length), 'latin1');
      }
      const end = chunk.indexOf('"');
      const text = Buffer.concat([rest, end < 0 ? chunk : chunk.subarray(0, end)]);
      const whole = end < 0 ? text.length - (text.length % 4) : text.length;
      const data = Buffer.from(text.subarray(0, whole).toString('latin1'), 'base64');
      rest = text.subarray(whole);
      result.size += data.length;
      hash.update(data);
      if (end < 0) return;
      socket.destroy();
      resolve(hash.digest('hex'));
    });
  });
  result.done.catch(() => {}); // whoever awaits it hears of it
  result.stop = async () => socket.destroy();
  return result;
}

test('a frame of 127 MiB passes whole, and as a picture, while /health goes on answering', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width, height }, '--type', 'hdr_rgba')));
  const proxy = started(await Proxy.start(octane));
  const raw = started(hashFrame(proxy.url));
  const jpeg = started(proxy.watch('?format=jpeg'));
  await jpeg.type('connected');
  await until('the viewer of raw frames has joined', () => raw.joined);
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);

  let isOver = false;
  const answers = [];
  const polling = (async () => {
    while (!isOver) answers.push((await get(`${proxy.url}/health`)).status);
  })();
  let frame;
  let hash;
  try {
    await octane.sendFrame();
    frame = await jpeg.type('newImage', { within: 60000 });
    hash = await within(60000, 'the whole raw frame', raw.done);
  } finally {
    isOver = true;
    await polling;
  }
  assert.ok(answers.length > 0 && answers.every((status) => status === 200), `/health: ${answers}`);
  assert.equal(raw.size, bytes);
  assert.equal(frame.data.width, width);
  assert.equal(frame.data.mime, 'image/jpeg');

  // The same bytes as the body of one answer.
  const body = await fetch(`${proxy.url}/render/frame.raw`);
  assert.equal(body.status, 200);
  const whole = Buffer.from(await body.arrayBuffer());
  assert.equal(whole.length, bytes);
  assert.equal(createHash('sha256').update(whole).digest('hex'), hash);
});
