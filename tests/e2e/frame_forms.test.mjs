// End to end: single frames and multipart streams, as curl gets them. docs/api.md §3.

import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { runCurl } from '../support/curl.mjs';
import { difference, identify, rgbOfRgba, rgbPixels } from '../support/images.mjs';
import { cleanup, freePort, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { Parts } from '../support/parts.mjs';
import { until } from '../support/wait.mjs';

const width = 96;
const height = 40;
const onRequest = (...extra) => pattern({ fps: 0, width, height }, ...extra);
const seqOf = (answer) => Number(answer.headers.get('x-seq'));
const withTag = (etag) => ({ headers: { 'If-None-Match': etag } });

// Until the proxy has the frame that the stand-in made last.
async function sent(octane, proxy, since = 0) {
  await octane.sendFrame();
  return until('the frame has come', async () => {
    const { seq } = (await proxy.get('/health')).json.frames;
    return seq > since && seq;
  });
}

for (const release of releases) {
  describe(`a single frame of ${release}`, () => {
    let octane;
    let proxy;
    let seq = 0;
    before(async () => {
      octane = await Standin.start(onRequest(), { release });
      proxy = await Proxy.start(octane);
      assert.equal((await proxy.post('/render/register-callback')).status, 200);
      await until('the proxy listens', async () => (await octane.counters()).streamsOpen >= 1);
      seq = await sent(octane, proxy);
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });

    const expected = async () => {
      const { pitch, data } = await octane.frame();
      return rgbOfRgba(data, width, height, pitch);
    };

    for (const [suffix, type, format, tolerance] of [['.jpg', 'image/jpeg', 'JPEG', 12], ['.png', 'image/png', 'PNG', 0],
      ['.webp', 'image/webp', 'WEBP', 12]]) {
      test(`frame${suffix} is the picture`, async () => {
        const answer = await proxy.get(`/render/frame${suffix}`);
        assert.equal(answer.status, 200, answer.text.slice(0, 200));
        assert.equal(answer.headers.get('content-type'), type);
        assert.equal(seqOf(answer), seq);
        assert.deepEqual(await identify(answer.body), { format, width, height });
        const { mean } = difference(await rgbPixels(answer.body, suffix.slice(1)), await expected());
        assert.ok(mean <= tolerance, `off by ${mean}`);
      });
    }

    test('frame.raw is the renderer\'s buffer, byte for byte, with what one must know to read it', async () => {
      const answer = await proxy.get('/render/frame.raw');
      const frame = await octane.frame();
      assert.ok(answer.body.equals(frame.data));
      assert.equal(Number(answer.headers.get('x-width')), frame.width);
      assert.equal(Number(answer.headers.get('x-height')), frame.height);
      assert.equal(Number(answer.headers.get('x-pitch')), frame.pitch);
      assert.equal(Number(answer.headers.get('x-image-type')), frame.type);
      const exposed = answer.headers.all('access-control-expose-headers').join(', ').split(', ');
      for (const name of ['ETag', 'X-Seq', 'X-Epoch', 'X-Width', 'X-Pitch', 'X-Image-Type']) assert.ok(exposed.includes(name), name);
    });

    test('frame.json is all but the pixels', async () => {
      const { json } = await proxy.get('/render/frame.json');
      assert.equal(json.seq, seq);
      assert.equal(json.render_images.data.length, 1);
      assert.deepEqual(json.render_images.data[0].size, { x: width, y: height });
      assert.equal(json.render_images.data[0].buffer.data, undefined);
    });

    test('Accept and ?format= choose where the path does not', async () => {
      for (const [accept, type] of [['*/*', 'image/jpeg'], ['image/png', 'image/png'], ['image/webp;q=0.9,image/*;q=0.1', 'image/webp'],
        ['application/json', 'application/json']]) {
        const answer = await proxy.get('/render/frame', { headers: { Accept: accept } });
        assert.equal(answer.headers.get('content-type'), type, accept);
        assert.equal(answer.headers.get('vary'), 'Accept, Origin');
      }
      assert.equal((await proxy.get('/render/frame?format=png')).headers.get('content-type'), 'image/png');
      assert.equal((await proxy.get('/render/frame', { headers: { Accept: 'text/html' } })).status, 406);
      assert.equal((await proxy.get('/render/frame?format=both')).status, 400);
    });

    test('HEAD has the headers of GET and no body', async () => {
      const whole = await proxy.get('/render/frame.png');
      const head = await proxy.get('/render/frame.png', { args: ['-I'] });
      assert.equal(head.status, 200);
      assert.equal(head.headers.get('content-length'), String(whole.body.length));
      assert.equal(head.headers.get('etag'), whole.headers.get('etag'));
      assert.equal(head.body.length, 0);
    });

    test('who has the frame is told so with 304, until the next one comes', async () => {
      const first = await proxy.get('/render/frame.jpg');
      const etag = first.headers.get('etag');
      assert.equal(first.headers.get('cache-control'), 'no-cache');
      const same = await proxy.get('/render/frame.jpg', withTag(etag));
      assert.equal(same.status, 304);
      assert.equal(same.body.length, 0);
      assert.equal((await proxy.get('/render/frame.png', withTag(etag))).status, 200);
      seq = await sent(octane, proxy, seq);
      const next = await proxy.get('/render/frame.jpg', withTag(etag));
      assert.equal(next.status, 200);
      assert.equal(seqOf(next), seq);
    });

    test('a long poll is answered by the next frame, and not before', async () => {
      const viewers = async () => (await proxy.get('/health')).json.frames.viewers;
      const polls = [proxy.get(`/render/frame.jpg?after=${seq}&wait=40000`), proxy.get(`/render/frame.json?after=${seq}&wait=40000`)];
      await until('both wait', async () => (await viewers()) === 2);
      const before = seq;
      seq = await sent(octane, proxy, seq);
      for (const answer of await Promise.all(polls)) {
        assert.equal(answer.status, 200);
        assert.equal(seqOf(answer), before + 1);
      }
      await until('nobody waits', async () => (await viewers()) === 0);
    });

    test('a long poll that ends in vain is 204 and names the newest frame; one by tag is 304', async () => {
      const answer = await proxy.get(`/render/frame.jpg?after=${seq}&wait=1`);
      assert.equal(answer.status, 204);
      assert.equal(seqOf(answer), seq);
      const etag = (await proxy.get('/render/frame.jpg')).headers.get('etag');
      assert.equal((await proxy.get('/render/frame.jpg?wait=1', withTag(etag))).status, 304);
    });

    test('a client that goes away waits no longer', async () => {
      const viewers = async () => (await proxy.get('/health')).json.frames.viewers;
      const poll = runCurl([`${proxy.url}/render/frame.jpg?after=${seq}&wait=60000`]);
      await until('it waits', async () => (await viewers()) === 1);
      poll.child.kill('SIGKILL');
      await poll.done;
      await until('nobody waits', async () => (await viewers()) === 0);
    });

    test('the parts of a multipart stream are the frames, each closed at once', async (t) => {
      const stream = cleanup(t)(new Parts(`${proxy.url}/render/mjpeg?format=png`));
      const first = await stream.part(1);
      assert.equal(stream.head.status, 200);
      assert.match(stream.head.headers.get('content-type'), /^multipart\/x-mixed-replace; *boundary=/);
      assert.equal(first.headers.get('content-type'), 'image/png');
      for (let i = 0; i < 3; i++) {
        seq = await sent(octane, proxy, seq);
        const part = await stream.part(2 + i);
        assert.deepEqual(difference(await rgbPixels(part.body, 'png'), await expected()), { mean: 0, max: 0 });
      }
    });

    test('the newest part comes again after a moment of silence, for those who show a part when the next one begins', async (t) => {
      const stream = cleanup(t)(new Parts(`${proxy.url}/render/mjpeg?format=png`));
      await stream.part(1);
      seq = await sent(octane, proxy, seq);
      const part = await stream.part(2);
      const again = await until('the repeat', () => stream.all.find((other) => other.at > part.at && other.body.equals(part.body)));
      assert.equal(again.headers.get('content-length'), String(part.body.length));
      assert.equal(again.headers.get('content-type'), 'image/png');
    });

    test('one picture serves the stream, the parts and the single answers', async (t) => {
      const started = cleanup(t);
      const stream = started(new Parts(`${proxy.url}/render/mjpeg?quality=77`));
      const viewer = started(proxy.watch('?format=jpeg&quality=77'));
      await stream.part(1);
      await viewer.type('newImage');
      seq = await sent(octane, proxy, seq);
      const { body } = await stream.part(2);
      const event = await viewer.event('the frame', (data) => data.type === 'newImage' && data.seq === seq);
      const single = await proxy.get('/render/frame.jpg?quality=77');
      assert.equal(seqOf(single), seq);
      assert.ok(single.body.equals(body));
      assert.ok(Buffer.from(event.data.imageData, 'base64').equals(body));
    });

    test('a wrong query is 400 and says what is right', async () => {
      for (const [url, word] of [['/render/frame?wait=61000', 'wait'], ['/render/frame?after=x', 'after'], ['/render/frame.jpg?width=0', 'width'],
        ['/render/mjpeg?format=raw', 'jpeg, png or webp']]) {
        const answer = await proxy.get(url);
        assert.equal(answer.status, 400, url);
        assert.ok(answer.json.error.includes(word), answer.json.error);
      }
      const missing = await proxy.get('/render/frame.jpg?pass=3');
      assert.equal(missing.status, 404);
      assert.match(missing.json.error, /has 0/);
    });
  });
}

test('a frame is to be had although nobody watched before: the request brings the callback', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(['--width', '64', '--height', '32', '--samples', '4']));
  await octane.hasFrame();
  const proxy = started(await Proxy.start(octane));
  const answer = await proxy.get('/render/frame.png?wait=40000');
  assert.equal(answer.status, 200, answer.text.slice(0, 300));
  assert.deepEqual(await identify(answer.body), { format: 'PNG', width: 64, height: 32 });
  assert.ok((await octane.counters()).registrations >= 1);
});

test('without Octane there is no frame, and the answer says so and what to do', async (t) => {
  const port = await freePort();
  const proxy = cleanup(t)(await Proxy.start(null, [], { octanePort: port }));
  const answer = await proxy.get('/render/frame.jpg');
  assert.equal(answer.status, 503);
  assert.ok(answer.json.error.includes(`127.0.0.1:${port}`), answer.json.error);
  assert.ok(answer.headers.get('retry-after'));
});

test('a proxy that goes down ends its long polls and multipart streams', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(onRequest()));
  const proxy = started(await Proxy.start(octane));
  const stream = started(new Parts(`${proxy.url}/render/mjpeg`));
  const poll = proxy.get('/render/frame.jpg?after=0&wait=60000');
  await until('both are there', async () => (await proxy.get('/health')).json.frames.viewers === 2);
  await proxy.stop();
  assert.equal((await poll).status, 503);
  await stream.closed;
});

test('a socket is opened only for those who ask for one and are let in', async (t) => {
  const started = cleanup(t);
  const port = await freePort();
  const tokenFile = path.join(mkdtempSync(path.join(tmpdir(), 'forms-')), 'token');
  writeFileSync(tokenFile, 'open-sesame');
  const upgrade = { Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' };
  const open = started(await Proxy.start(null, [], { octanePort: port }));
  assert.equal((await open.get('/render/ws')).status, 426);
  assert.equal((await open.get('/render/ws', { headers: { ...upgrade, Origin: 'https://elsewhere.example' } })).status, 403);
  assert.equal((await open.get('/render/ws?format=both', { headers: upgrade })).status, 400);
  const guarded = started(await Proxy.start(null, ['--token', tokenFile], { octanePort: port }));
  assert.equal((await guarded.get('/render/ws', { headers: upgrade })).status, 401);
  assert.equal((await guarded.get('/render/frame.jpg')).status, 401);
  assert.equal((await guarded.get('/render/mjpeg')).status, 401);
  assert.equal((await guarded.get('/render/frame.jpg?token=open-sesame')).status, 503);
});
