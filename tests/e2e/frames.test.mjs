// End to end: the stream of frames, exactly as a viewer gets it. docs/api.md §3.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { assertStatus, requested, single } from '../support/frames.mjs';
import { difference, identify, rgbOfRgba, rgbPixels } from '../support/images.mjs';
import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const width = 96;
const height = 40;
// Frames come only when a test asks for one: nothing is a matter of time.
const onRequest = (...extra) => pattern({ fps: 0, width, height }, ...extra);

const memberTypes = {
  index: 'number', type: 'number', colorSpace: 'number', isLinear: 'boolean', size: 'object', pitch: 'number',
  renderPassId: 'number', tonemappedSamplesPerPixel: 'number', calculatedSamplesPerPixel: 'number',
  regionSamplesPerPixel: 'number', maxSamplesPerPixel: 'number', samplesPerSecond: 'number', renderTime: 'number',
  changeLevel: 'object', hasPendingUpdates: 'boolean', hasAlpha: 'boolean', buffer: 'object',
};

function assertFrameMembers(event) {
  const frame = event.data;
  assert.equal(frame.type, 'newImage');
  for (const name of ['timestamp', 'seq', 'epoch', 'dropped', 'width', 'height', 'callbackId', 'callback_id']) {
    assert.equal(typeof frame[name], 'number', name);
  }
  assert.ok('user_data' in frame);
  assert.equal(frame.callbackId, frame.callback_id);
  assert.equal(event.id, String(frame.seq));
  assert.ok(Math.abs(event.clock - frame.timestamp) < 10, `timestamp ${frame.timestamp}`);
}

function assertImageMembers(image) {
  for (const [name, type] of Object.entries(memberTypes)) assert.equal(typeof image[name], type, name);
  for (const side of ['x', 'y']) assert.equal(typeof image.size[side], 'number');
  for (const name of ['value', 'level']) assert.equal(typeof image.changeLevel[name], 'number', `changeLevel.${name}`);
  assert.equal(image.buffer.encoding, 'base64');
  assert.equal(image.buffer.size, Buffer.from(image.buffer.data, 'base64').length);
}

const pixelsOf = (event, index = 0) => Buffer.from(event.data.render_images.data[index].buffer.data, 'base64');

for (const release of releases) {
  describe(`frames of ${release}`, () => {
    let octane;
    let proxy;
    before(async () => {
      octane = await Standin.start(onRequest(), { release });
      proxy = await Proxy.start(octane);
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });

    // A viewer that has joined and seen a frame, so that what follows is new to it.
    async function joined(started, query) {
      const viewer = started(proxy.watch(query));
      await viewer.type('connected');
      await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
      return viewer;
    }
    const nextFrame = (viewer) => requested(octane, viewer);

    test('the stream is an event stream that no one may store or buffer', async (t) => {
      const viewer = cleanup(t)(proxy.watch());
      const { status, headers } = await viewer.head;
      assert.equal(status, 200);
      assert.match(headers.get('content-type'), /^text\/event-stream/);
      assert.equal(headers.get('cache-control'), 'no-store');
      assert.equal(headers.get('x-accel-buffering'), 'no');
      await viewer.type('connected');
      assert.equal(viewer.retry, '2000');
    });

    test('the first event is connected, with an id of the viewer and the status', async (t) => {
      const started = cleanup(t);
      const begin = Date.now() / 1000;
      const viewers = [started(proxy.watch()), started(proxy.watch())];
      const ids = new Set();
      for (const viewer of viewers) {
        const event = await viewer.event('any event', () => true);
        assert.equal(event.data.type, 'connected');
        assert.match(event.data.client_id, /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
        assert.ok(event.data.timestamp > begin - 1 && event.data.timestamp < Date.now() / 1000 + 1, `${event.data.timestamp}`);
        assertStatus(event.data.status);
        assert.equal(event.event, undefined, 'events are unnamed');
        ids.add(event.data.client_id);
      }
      assert.equal(ids.size, 2);
    });

    test('a frame has every member, a JPEG of its size, and exactly the bytes that the renderer sent', async (t) => {
      const viewer = await joined(cleanup(t), '');
      const event = await nextFrame(viewer);
      assertFrameMembers(event);
      assert.equal(event.data.width, width);
      assert.equal(event.data.height, height);
      assert.equal(event.data.mime, 'image/jpeg');
      const jpeg = Buffer.from(event.data.imageData, 'base64');
      assert.deepEqual(await identify(jpeg), { format: 'JPEG', width, height });
      const sent = await octane.frame();
      const [image] = event.data.render_images.data;
      assertImageMembers(image);
      assert.deepEqual(image.size, { x: width, y: height });
      assert.equal(image.type, 0);
      assert.equal(image.pitch, sent.pitch);
      assert.ok(pixelsOf(event).equals(sent.data), 'buffer.data is not what the renderer sent');
      const { mean } = difference(await rgbPixels(jpeg, 'jpeg'), rgbOfRgba(sent.data, width, height, sent.pitch));
      assert.ok(mean < 12, `the JPEG is off by ${mean} on average`);
    });

    test('seq grows by one and ids with it', async (t) => {
      const viewer = await joined(cleanup(t), '?format=raw');
      const seqs = [];
      for (let i = 0; i < 4; i++) {
        const event = await nextFrame(viewer);
        assert.equal(event.data.dropped, 0);
        seqs.push(event.data.seq);
      }
      assert.deepEqual(seqs, seqs.map((_, i) => seqs[0] + i));
    });

    test('a late joiner gets the newest frame at once', async (t) => {
      const started = cleanup(t);
      const early = await joined(started, '?format=raw');
      const frame = await nextFrame(early);
      const late = started(proxy.watch('?format=raw'));
      const [first] = await late.frames(1);
      assert.equal(late.events[0].data.type, 'connected');
      assert.equal(first.data.seq, frame.data.seq);
      assert.ok(pixelsOf(first).equals(pixelsOf(frame)));
      const late2 = started(proxy.watch('?format=png'));
      assert.equal((await late2.frames(1))[0].data.seq, frame.data.seq);
    });

    test('format=raw has no imageData; format=jpeg and png have no render_images', async (t) => {
      const started = cleanup(t);
      const raw = await joined(started, '?format=raw');
      const jpeg = await joined(started, '?format=jpeg');
      const png = await joined(started, '?format=png');
      const rawFrame = await nextFrame(raw);
      assertFrameMembers(rawFrame);
      assert.ok(!('imageData' in rawFrame.data) && !('mime' in rawFrame.data));
      const sent = await octane.frame();
      assert.ok(pixelsOf(rawFrame).equals(sent.data));
      const { seq } = rawFrame.data;
      const same = (data) => data.type === 'newImage' && data.seq === seq;
      const jpegFrame = await jpeg.event('the same frame', same);
      assertFrameMembers(jpegFrame);
      assert.ok(!('render_images' in jpegFrame.data));
      assert.equal(jpegFrame.data.mime, 'image/jpeg');
      assert.deepEqual(await identify(Buffer.from(jpegFrame.data.imageData, 'base64')), { format: 'JPEG', width, height });
      const pngFrame = await png.event('the same frame', same);
      assertFrameMembers(pngFrame);
      assert.ok(!('render_images' in pngFrame.data));
      assert.equal(pngFrame.data.mime, 'image/png');
      const file = Buffer.from(pngFrame.data.imageData, 'base64');
      assert.deepEqual(await identify(file), { format: 'PNG', width, height });
      assert.ok((await rgbPixels(file, 'png')).equals(rgbOfRgba(sent.data, width, height, sent.pitch)), 'PNG is not exact');
    });

    test('quality changes the size of the JPEG', async (t) => {
      const started = cleanup(t);
      const poor = await joined(started, '?format=jpeg&quality=5');
      const fine = await joined(started, '?format=jpeg&quality=98');
      const one = await nextFrame(poor);
      const other = await fine.event('the same frame', (data) => data.type === 'newImage' && data.seq === one.data.seq);
      assert.ok(one.data.imageData.length < other.data.imageData.length, `${one.data.imageData.length} ${other.data.imageData.length}`);
    });

    test('width and height make the picture fit inside, and never enlarge it', async (t) => {
      const started = cleanup(t);
      const viewers = [];
      for (const [query, ...size] of [['width=48', 48, 20], ['height=10', 24, 10], ['width=48&height=5', 12, 5],
        ['width=4000&height=4000', width, height]]) {
        viewers.push([await joined(started, `?format=png&${query}`), query, ...size]);
      }
      const first = await nextFrame(viewers[0][0]);
      for (const [viewer, query, w, h] of viewers) {
        const { data } = await viewer.event('the same frame', (other) => other.type === 'newImage' && other.seq === first.data.seq);
        assert.deepEqual([data.width, data.height], [w, h], query);
        assert.deepEqual(await identify(Buffer.from(data.imageData, 'base64')), { format: 'PNG', width: w, height: h }, query);
      }
    });

    test('a wrong query is 400 and names what would be right', async () => {
      for (const [query, ...words] of [['format=gif', 'gif', 'jpeg', 'png', 'raw', 'both'], ['quality=high', 'quality'], ['quality=0', 'quality'],
        ['quality=101', 'quality'], ['fps=-1', 'fps'], ['pass=RENDER_PASS_NOPE', 'RENDER_PASS_NOPE'],
        ['width=0', 'width'], ['height=x', 'height']]) {
        const answer = await proxy.get(`/render/stream?${query}`);
        assert.equal(answer.status, 400, `${query}: ${answer.text.slice(0, 200)}`);
        for (const word of words) assert.ok(answer.json.error.includes(word), `${query}: ${answer.json.error}`);
      }
    });

    test('the renderer is asked for nothing when nothing is new, and every grab is released', async (t) => {
      const viewer = await joined(cleanup(t), '?format=raw');
      for (let i = 0; i < 5; i++) await nextFrame(viewer);
      const counters = await until('every grab is released', async () => {
        const now = await octane.counters();
        return now.releases === now.successfulGrabs && now;
      });
      // One grab after each opening of the stream is for a picture that was ready before.
      const most = release === 'alpha5' ? counters.registrations : counters.registrations + counters.framesSent;
      assert.ok(counters.grabs <= most, JSON.stringify(counters));
      assert.ok(counters.maxGrabsInFlight <= 1, JSON.stringify(counters));
    });
  });

  describe(`frames of ${release} under way`, () => {
    test('a repeat is not sent again', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(onRequest('--duplicate'), { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=raw'));
      await viewer.type('connected');
      await until('the proxy listens', async () => (await octane.counters()).streamsOpen >= 1);
      const frames = [];
      for (let i = 0; i < 6; i++) frames.push(await requested(octane, viewer)); // what comes next shows that the repeat before it was handled
      await until('each was sent twice', async () => (await octane.counters()).framesSent >= 12);
      const seen = viewer.events.filter((event) => event.data.type === 'newImage');
      const numbers = seen.map((event) => pixelsOf(event).toString('base64') + event.data.render_images.data[0].renderTime);
      assert.equal(new Set(numbers).size, seen.length, 'a frame came twice');
      assert.deepEqual(frames.map((frame) => frame.data.seq), frames.map((_, i) => frames[0].data.seq + i));
    });

    test('padded rows arrive as they are, and the picture without the padding', async (t) => {
      const { octane, viewer } = await single(cleanup(t), release, onRequest('--padded'), '');
      const event = await requested(octane, viewer);
      const sent = await octane.frame();
      const [image] = event.data.render_images.data;
      assert.ok(sent.pitch > width);
      assert.equal(image.pitch, sent.pitch);
      assert.ok(pixelsOf(event).equals(sent.data));
      const jpeg = Buffer.from(event.data.imageData, 'base64');
      assert.deepEqual(await identify(jpeg), { format: 'JPEG', width, height });
      const { mean } = difference(await rgbPixels(jpeg, 'jpeg'), rgbOfRgba(sent.data, width, height, sent.pitch));
      assert.ok(mean < 12, `off by ${mean} on average`);
    });

    test('HDR pixels arrive as they are, and as a picture', async (t) => {
      const { octane, viewer } = await single(cleanup(t), release, onRequest('--hdr'), '');
      const event = await requested(octane, viewer);
      const sent = await octane.frame();
      const [image] = event.data.render_images.data;
      assert.equal(image.type, 2);
      assert.equal(image.buffer.size, sent.pitch * height * 16);
      assert.ok(pixelsOf(event).equals(sent.data));
      assert.deepEqual(await identify(Buffer.from(event.data.imageData, 'base64')), { format: 'JPEG', width, height });
    });

    test('pass chooses one render pass by number or name', async (t) => {
      const started = cleanup(t);
      const { octane, proxy, viewer } = await single(started, release, onRequest('--passes', '3'), '?format=raw');
      const event = await requested(octane, viewer);
      const ids = event.data.render_images.data.map((image) => image.renderPassId);
      assert.equal(ids.length, 3);
      assert.equal(new Set(ids).size, 3);
      assert.deepEqual(event.data.render_images.data.map((image) => image.index), [0, 1, 2]);
      for (const [i, id] of ids.entries()) {
        const one = started(proxy.watch(`?format=raw&pass=${id}`));
        const [frame] = await one.frames(1);
        assert.deepEqual(frame.data.render_images.data.map((image) => image.renderPassId), [id]);
        assert.ok(pixelsOf(frame).equals(pixelsOf(event, i)));
      }
      const beauty = started(proxy.watch('?format=raw&pass=RENDER_PASS_BEAUTY'));
      assert.deepEqual((await beauty.frames(1))[0].data.render_images.data.map((image) => image.renderPassId), [0]);
    });

    test('fps caps what a viewer gets and the last frame still arrives', async (t) => {
      const started = cleanup(t);
      const { octane, proxy, viewer: all } = await single(started, release, onRequest(), '?format=raw');
      const few = started(proxy.watch('?format=raw&fps=5'));
      await few.type('connected');
      await until('both have joined', async () => (await proxy.get('/health')).json.frames.viewers === 2);
      const count = (viewer) => viewer.events.filter((event) => event.data.type === 'newImage').length;
      const begin = performance.now();
      let last;
      while (count(few) < 6) last = await requested(octane, all);
      await few.event('the last frame', (data) => data.type === 'newImage' && data.seq === last.data.seq);
      // All that it got was sent within this time, however the machine spread its arrival.
      const span = (performance.now() - begin) / 1000;
      assert.ok(count(few) <= span * 5 + 2, `${count(few)} of ${count(all)} in ${span} s`);
    });
  });
}

test('at speed, grabs and releases stay even and never two are in flight', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 200, width: 128, height: 64 }), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const viewers = [started(proxy.watch('?format=raw')), started(proxy.watch('?format=jpeg'))];
  await Promise.all(viewers.map((viewer) => viewer.frames(100)));
  for (const viewer of viewers) await viewer.stop();
  await proxy.stop();
  const counters = await octane.counters();
  // The last grab may be cut off at the end: it is given back like any other.
  assert.equal(counters.releases, counters.calls['ApiRenderEngine/grabRenderResult'], JSON.stringify(counters));
  assert.equal(counters.maxGrabsInFlight, 1);
});

test('every type of pixels becomes a picture, and is passed on as it came', async (t) => {
  for (const [type, number, bytes] of [['half_rgba', 6, 8], ['ldr_mono_alpha', 4, 2], ['hdr_mono_alpha', 5, 8], ['half_mono_alpha', 8, 4]]) {
    const { octane, viewer } = await single(cleanup(t), 'alpha5', onRequest('--type', type), '');
    const event = await requested(octane, viewer);
    const [image] = event.data.render_images.data;
    assert.equal(image.type, number, type);
    assert.equal(image.buffer.size, width * height * bytes, type);
    assert.ok(pixelsOf(event).equals((await octane.frame()).data), type);
    assert.deepEqual(await identify(Buffer.from(event.data.imageData, 'base64')), { format: 'JPEG', width, height }, type);
  }
});

test('a frame whose buffer is not what its size says is reported and not shown, and the proxy lives on', async (t) => {
  const { octane, proxy, viewer } = await single(cleanup(t), 'alpha5', onRequest('--hdr', '--truncated'), '');
  await octane.sendFrame();
  await proxy.line(/frame.*(buffer|bytes)/i);
  assert.equal(viewer.events.filter((event) => event.data.type === 'newImage').length, 0);
  assert.equal((await proxy.get('/health')).status, 200);
});
