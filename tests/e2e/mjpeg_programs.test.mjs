// End to end: /render/mjpeg as other programs read it, directly and through an nginx that is set up with nothing but its defaults: each frame
// is shown although no other follows, and then the next. docs/api.md §3.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { after, before, beforeEach, describe, test } from 'node:test';

import { Nginx } from '../support/nginx.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { Parts } from '../support/parts.mjs';
import { inTime, patience, until, within } from '../support/wait.mjs';

const width = 64;
const height = 32;
const laterRepeats = 15000; // milliseconds after which a part comes again, and again; the first repeat comes after a tenth of a second

// ffmpeg as it is started for a camera, which hands each picture on as it is.
class Ffmpeg {
  constructor(url) {
    this.child = spawn('ffmpeg', ['-loglevel', 'error', '-fflags', 'nobuffer', '-f', 'mpjpeg', '-i', url, '-c', 'copy', '-flush_packets', '1',
      '-f', 'mjpeg', 'pipe:1'], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.bytes = Buffer.alloc(0);
    this.child.stdout.on('data', (chunk) => (this.bytes = Buffer.concat([this.bytes, chunk])));
    this.closed = new Promise((resolve) => this.child.on('close', resolve));
  }
  has(picture) {
    return this.bytes.includes(picture);
  }
  async stop() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}

async function ffprobe(url) {
  const child = spawn('ffprobe', ['-loglevel', 'error', '-show_entries', 'stream=codec_name,width,height', '-of', 'csv=p=0', url]);
  let text = '';
  child.stdout.on('data', (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.on('close', () => resolve(text.trim())));
  try {
    return await within(patience, 'an answer of ffprobe', ended);
  } finally {
    child.kill('SIGKILL');
  }
}

for (const where of ['directly', 'through the defaults of nginx']) {
  describe(`/render/mjpeg ${where}`, () => {
    let octane;
    let proxy;
    let nginx;
    let url;
    before(async () => {
      octane = await Standin.start(pattern({ fps: 0, width, height }));
      proxy = await Proxy.start(octane);
      assert.equal((await proxy.post('/render/register-callback')).status, 200); // it stays, whoever comes and goes
      url = `${proxy.url}/render/mjpeg`;
      if (where === 'directly') return;
      nginx = await Nginx.start((port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass ${proxy.url}; } }`);
      url = `http://127.0.0.1:${nginx.port}/render/mjpeg`;
    });
    after(async () => {
      await nginx?.stop();
      await proxy?.stop();
      await octane?.stop();
    });

    beforeEach(() => until('nobody watches', async () => (await proxy.get('/health')).json.frames.viewers === 0));

    const seq = async () => (await proxy.get('/health')).json.frames.seq;
    const watched = async () => {
      await until('the stream is watched', async () => (await proxy.get('/health')).json.frames.viewers > 0);
      await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
    };
    // One more frame of the renderer, as its JPEG. No other comes until the next call.
    const next = async () => {
      const before = await seq();
      await octane.sendFrame();
      await until('the frame has come', async () => (await seq()) > before);
      return (await proxy.get('/render/frame.jpg')).body;
    };

    test('a parser that goes by the length has each frame before the next is sent', async (t) => {
      const parts = new Parts(url);
      t.after(() => parts.stop());
      await watched();
      await inTime(t, 3, laterRepeats, async () => {
        const picture = await next();
        await until('the frame is there', () => parts.parts.at(-1)?.body.equals(picture));
      });
    });

    test('ffmpeg hands on each frame before the next is sent', async (t) => {
      const ffmpeg = new Ffmpeg(url);
      t.after(() => ffmpeg.stop());
      await watched();
      await inTime(t, 3, laterRepeats, async () => {
        const picture = await next();
        await until('the frame is there', () => ffmpeg.has(picture));
      });
    });

    test('ffprobe says what a render that has ended shows', async (t) => {
      const parts = new Parts(url);
      t.after(() => parts.stop());
      await watched();
      await next();
      await inTime(t, 1, laterRepeats, async () => assert.equal(await ffprobe(url), `mjpeg,${width},${height}`));
    });
  });
}
