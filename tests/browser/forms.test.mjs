// In a browser: an image tag, an event source and a WebSocket show the same newest frame; the socket also moves the camera and changes its view.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { launch, openPage, waitForState } from '../support/browser.mjs';
import { difference, rgbOfRgba } from '../support/images.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

// A page of the proxy's own origin without a viewer in it, and a way to read pixels.
async function emptyPage(started, proxy) {
  const page = started(await openPage(browser, `${proxy.url}/livez`));
  await page.evaluate(() => {
    window.rgbOf = (source, width, height) => {
      const context = new OffscreenCanvas(width, height).getContext('2d');
      context.drawImage(source, 0, 0);
      const { data } = context.getImageData(0, 0, width, height);
      let text = '';
      for (let i = 0; i < data.length; i += 4) text += String.fromCharCode(data[i], data[i + 1], data[i + 2]);
      return { width, height, base64: btoa(text) };
    };
    window.rgbOfBytes = async (bytes, type) => {
      const bitmap = await createImageBitmap(new Blob([bytes], { type }), { colorSpaceConversion: 'none' });
      return window.rgbOf(bitmap, bitmap.width, bitmap.height);
    };
  });
  return page;
}

// Each of the three: show(page, proxy) begins, shown(page) is {width, height, base64, seq?} of what it shows now, or null.
const forms = {
  'an image tag': {
    tolerance: 0,
    show: (page) => page.evaluate(() => {
      const image = document.createElement('img');
      image.src = '/render/mjpeg?format=png';
      document.body.replaceChildren(image);
    }),
    shown: (page) => page.evaluate(() => {
      const image = document.querySelector('img');
      return image.naturalWidth > 0 ? window.rgbOf(image, image.naturalWidth, image.naturalHeight) : null;
    }),
  },
  'an event source': {
    tolerance: 12,
    show: (page) => page.evaluate(() => {
      new EventSource('/render/stream?format=jpeg').onmessage = (message) => {
        const event = JSON.parse(message.data);
        if (event.type === 'newImage') window.newest = event;
      };
    }),
    shown: (page) => page.evaluate(async () => {
      if (!window.newest) return null;
      const { seq, mime, imageData } = window.newest;
      const bytes = Uint8Array.from(atob(imageData), (c) => c.charCodeAt(0));
      return { seq, ...(await window.rgbOfBytes(bytes, mime)) };
    }),
  },
  'a WebSocket': {
    tolerance: 0,
    show: (page) => openSocket(page, '?format=png'),
    shown: (page) => page.evaluate(async () => {
      const frame = window.frames_.at(-1);
      return frame ? { seq: frame.header.seq, ...(await window.rgbOfBytes(frame.payload, frame.header.mime)) } : null;
    }),
  },
};

function openSocket(page, query = '') {
  return page.evaluate((search) => {
    window.frames_ = [];
    window.events_ = [];
    window.socket = new WebSocket(`${location.origin.replace('http', 'ws')}/render/ws${search}`);
    window.socket.binaryType = 'arraybuffer';
    window.socket.onmessage = ({ data }) => {
      if (typeof data === 'string') return window.events_.push(JSON.parse(data));
      const size = new DataView(data).getUint32(0, true);
      const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, size)));
      return window.frames_.push({ header, payload: new Uint8Array(data, 4 + size) });
    };
    window.socket.onclose = ({ code }) => (window.closeCode = code);
    return new Promise((resolve) => (window.socket.onopen = () => resolve()));
  }, query);
}

const tell = (page, message) => page.evaluate((text) => window.socket.send(text), typeof message === 'string' ? message : JSON.stringify(message));
const newestHeader = (page) => page.evaluate(() => window.frames_.at(-1)?.header);
const eventOf = (page, type, nth = 1) => until(`${nth} × ${type}`, () =>
  page.evaluate(([name, count]) => window.events_.filter((event) => event.type === name)[count - 1], [type, nth]));

test('an image tag, an event source and a WebSocket show the same newest frame, each frame at once', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width: 128, height: 64 })));
  const proxy = started(await Proxy.start(octane));
  const pages = [];
  for (const [name, form] of Object.entries(forms)) {
    const page = await emptyPage(started, proxy);
    await form.show(page);
    pages.push([name, form, page]);
  }
  await until('all watch', async () => (await proxy.get('/health')).json.frames.viewers === 3);
  await until('the proxy listens', async () => (await octane.counters()).streamsOpen === 1);
  for (let round = 1; round <= 4; round++) {
    const before = (await proxy.get('/health')).json.frames.seq;
    await octane.sendFrame();
    const { width, height, pitch, data } = await octane.frame();
    const wanted = rgbOfRgba(data, width, height, pitch);
    for (const [name, { shown, tolerance }, page] of pages) {
      // No further frame follows, so what shows this one does not wait for the next.
      await until(`${name} shows frame ${round}`, async () => {
        const now = await shown(page);
        if (!now || now.width !== width || now.height !== height || (now.seq ?? before + 1) !== before + 1) return false;
        return difference(Buffer.from(now.base64, 'base64'), wanted).mean <= tolerance;
      });
    }
  }
});

describe('over the WebSocket', () => {
  test('the first message is connected, then comes the state of Octane, and ping is answered', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0 })));
    const proxy = started(await Proxy.start(octane));
    const page = await emptyPage(started, proxy);
    await openSocket(page);
    await eventOf(page, 'octane');
    const [first, second] = await page.evaluate(() => window.events_);
    assert.equal(first.type, 'connected');
    assert.match(first.client_id, /^[0-9a-f-]{36}$/);
    assert.equal(typeof first.status.active_clients, 'number');
    assert.equal(second.type, 'octane');
    assert.equal(second.state, 'connected');
    await tell(page, { type: 'ping' });
    assert.equal(typeof (await eventOf(page, 'pong')).timestamp, 'number');
  });

  test('what makes no sense is answered with a sentence, and the connection stays', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0 })));
    const proxy = started(await Proxy.start(octane));
    const page = await emptyPage(started, proxy);
    await openSocket(page);
    const wrong = [['nonsense', /JSON/], ['[]', /JSON object/], [{}, /camera.*view.*ping/], [{ type: 'dance' }, /dance/],
      [{ type: 'view', format: 'both' }, /jpeg, png, webp, raw/], [{ type: 'view', width: 0 }, /width/], [{ type: 'view', pass: [] }, /pass/],
      [{ type: 'camera', zoom: 1 }, /zoom/], [{ type: 'camera', fov: 'wide' }, /fov/]];
    for (const [i, [message, words]] of wrong.entries()) {
      await tell(page, message);
      const { error, status } = await eventOf(page, 'error', i + 1);
      assert.match(error, words);
      assert.equal(status, 'INVALID_ARGUMENT');
    }
    await tell(page, { type: 'ping' });
    await eventOf(page, 'pong');
  });

  test('a view is changed in flight, and the newest frame comes in it at once', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0, width: 128, height: 64 })));
    const proxy = started(await Proxy.start(octane));
    const page = await emptyPage(started, proxy);
    await openSocket(page);
    await until('the proxy listens', async () => (await octane.counters()).streamsOpen === 1);
    await octane.sendFrame();
    const first = await until('a frame', () => newestHeader(page));
    assert.equal(first.format, 'jpeg');
    const shows = (what, fits) => until(what, async () => {
      const header = await newestHeader(page);
      return fits(header) && header;
    });
    await tell(page, { type: 'view', format: 'png', width: 32 });
    const small = await shows('the small one', ({ format, width }) => format === 'png' && width === 32);
    assert.equal(small.seq, first.seq);
    await tell(page, { type: 'view', format: 'raw' });
    const raw = await shows('the raw one', ({ format }) => format === 'raw');
    assert.equal(raw.payloadSize, (await octane.frame()).data.length);
    await tell(page, { type: 'view', format: null });
    const back = await shows('JPEG again', ({ format }) => format === 'jpeg');
    assert.equal(back.width, 32, 'what the message does not name stays');
    await octane.sendFrame();
    const next = await shows('the next frame', ({ seq }) => seq === first.seq + 1);
    assert.equal(next.format, 'jpeg');
    assert.equal(next.dropped, 0);
  });

  test('a drag moves the camera by a stream of cameras, and its last position is rendered', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(['--width', '96', '--height', '48', '--samples', '4'], { release: 'beta2' }));
    const proxy = started(await Proxy.start(octane));
    const page = await emptyPage(started, proxy);
    await openSocket(page);
    const before = await until('a frame', () => newestHeader(page));
    const { target } = await octane.camera();
    await page.evaluate((at) => {
      for (let i = 1; i <= 40; i++) {
        window.socket.send(JSON.stringify({ type: 'camera', position: { x: 3 + i * 0.1, y: 2, z: 4 }, target: at }));
      }
    }, target);
    await until('the camera is where it was put last', async () => Math.abs((await octane.camera()).position.x - 7) < 1e-4);
    const counters = await until('the cameras are counted', async () => {
      const now = await octane.counters();
      return now.calls['LiveLink/StreamCamera'] >= 1 && now.streamedCameras >= 1 && now.calls['ApiChangeManager/update'] >= 1 && now;
    });
    assert.equal(counters.calls['LiveLink/SetCamera'] ?? 0, 0);
    await until('a picture of it has come', async () => {
      const { changeLevel, hasPendingUpdates } = await newestHeader(page);
      return changeLevel.value > before.changeLevel.value && !hasPendingUpdates && changeLevel.value === (await octane.counters()).changeLevel;
    });
    await tell(page, { type: 'camera', fov: 60 });
    await until('only the field of view has changed', async () => {
      const { fov, position } = await octane.camera();
      return Math.abs(fov - 60) < 1e-4 && Math.abs(position.x - 7) < 1e-4;
    });
    assert.deepEqual(await page.evaluate(() => window.events_.filter(({ type }) => type === 'error')), []);
  });

  test('a proxy that goes down says so', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0 })));
    const proxy = started(await Proxy.start(octane));
    const page = await emptyPage(started, proxy);
    await openSocket(page);
    await eventOf(page, 'connected');
    await proxy.stop();
    await eventOf(page, 'bye');
    assert.equal(await until('the socket is closed', () => page.evaluate(() => window.closeCode)), 1001);
  });
});

describe('the page', () => {
  async function dragged(page) {
    const box = await page.locator('#picture').boundingBox();
    await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 80, box.y + box.height / 2, { steps: 6 });
    await page.mouse.up();
  }
  const moved = (octane, before) => until('the camera has moved', async () => (await octane.camera()).position.x !== before.position.x);

  test('has its pictures and moves the camera over the socket', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(['--width', '96', '--height', '48', '--samples', '4']));
    const proxy = started(await Proxy.start(octane));
    const page = started(await openPage(browser, proxy.url));
    await waitForState(page, 'live');
    const before = await octane.camera();
    await dragged(page);
    await moved(octane, before);
    const { calls } = await until('it was streamed', async () => {
      const now = await octane.counters();
      return now.streamedCameras >= 1 && now;
    });
    assert.equal(calls['LiveLink/SetCamera'] ?? 0, 0);
    assert.deepEqual(page.complaints, []);
  });

  test('does without, where sockets do not come through', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(['--width', '96', '--height', '48', '--samples', '4']));
    const proxy = started(await Proxy.start(octane));
    const page = started(await openPage(browser, `${proxy.url}/livez`));
    await page.addInitScript(() => {
      window.WebSocket = class extends EventTarget {
        constructor() {
          super();
          setTimeout(() => this.dispatchEvent(new Event('close')));
        }
        close() {}
      };
    });
    await page.goto(proxy.url);
    await waitForState(page, 'live');
    const before = await octane.camera();
    await dragged(page);
    await moved(octane, before);
    assert.ok((await octane.counters()).calls['LiveLink/SetCamera'] >= 1);
  });
});
