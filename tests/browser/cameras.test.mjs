// In a browser: an image tag shows a live camera, pages of other origins get its events and its pictures where they may, and a form
// of a page that is not the proxy's has its picture rendered.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { launch, openPage } from '../support/browser.mjs';
import { METHOD, picture, ready, section } from '../support/camera.mjs';
import { configFile } from '../support/config_file.mjs';
import { drakeForm } from '../support/drake.mjs';
import { Example } from '../support/example.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

let browser;
before(async () => {
  browser = await launch(['--host-resolver-rules=MAP studio.example 127.0.0.1, MAP evil.example 127.0.0.1']);
});
after(async () => {
  await browser?.close();
});

// A web server with one page: its origin is the name by which it is called.
async function elsewhere(html = '<!doctype html><title>elsewhere</title>') {
  const type = { 'Content-Type': 'text/html; charset=utf-8' };
  const server = createServer((_, response) => response.writeHead(200, type).end(html)).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    at: (name) => `http://${name}:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

const noneOpen = (camera) => until('no stream is open', async () => (await camera.told()).open_streams === 0);

test('an image tag shows one set after the other, as they come', async (t) => {
  const started = cleanup(t);
  const [width, height] = [320, 240];
  const size = ['--width', String(width), '--height', String(height), '--padding', '5'];
  const camera = started(await Example.start('rc_visard', size));
  const proxy = started(await Proxy.start(undefined, configFile(section('visard', camera.address))));
  await ready(proxy, 'visard');
  const page = started(await openPage(browser, `${proxy.url}/livez`)); // of the proxy's origin, so that it may read the pixels
  await page.evaluate((address) => {
    const image = new Image();
    image.src = address;
    document.body.replaceChildren(image);
    window.shown = []; // the first pixel of each picture that is another than the one before, and whether its last one fits
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const pixel = (x, y) => {
      context.drawImage(image, -x, -y);
      return context.getImageData(0, 0, 1, 1).data[0];
    };
    const look = () => {
      requestAnimationFrame(look);
      if (!image.naturalWidth) return;
      const first = pixel(0, 0);
      if (first === window.shown.at(-1)?.first) return;
      const last = pixel(image.naturalWidth - 1, image.naturalHeight - 1);
      window.shown.push({ first, last, size: [image.naturalWidth, image.naturalHeight] });
    };
    look();
  }, `${METHOD}?left_enabled=true&raw=left.data&picture=png&stream=multipart`);
  // The camera has 25 a second, and a browser with nothing else to do shows them all. Here it is enough that many are shown.
  const shown = await until('thirty pictures', async () => {
    const seen = await page.evaluate(() => window.shown);
    return seen.length >= 30 && seen;
  });
  assert.equal((await camera.told()).open_streams, 1);
  for (const { first, last, size } of shown) {
    assert.deepEqual(size, [width, height]);
    assert.equal(last, picture(first, width, height).at(-1));
  }
  // Each is of a later set than the one before: the first pixel is the set's number, which begins anew after 255.
  const firsts = shown.map(({ first }) => first);
  firsts.slice(1).forEach((first, i) => assert.ok(((first - firsts[i]) & 0xff) < 128, `${first} after ${firsts[i]}`));
  await page.evaluate(() => document.querySelector('img').remove());
  await page.stop();
  await noneOpen(camera);
});

test('an image tag shows the only picture of a camera that waits for its trigger', async (t) => {
  const started = cleanup(t);
  const camera = started(await Example.start('rc_visard', ['--rate', '0.01'])); // the second one comes after 100 s
  const proxy = started(await Proxy.start(undefined, configFile(section('visard', camera.address))));
  await ready(proxy, 'visard');
  const page = started(await openPage(browser, `${proxy.url}/livez`));
  await page.evaluate((address) => {
    const image = new Image();
    image.src = address;
    document.body.replaceChildren(image);
  }, `${METHOD}?left_enabled=true&raw=left.data&picture=png&stream=multipart`);
  await until('it is shown', () => page.evaluate(() => document.querySelector('img').naturalWidth > 0));
});

describe('pages of other origins', () => {
  let camera;
  let proxy;
  let web;
  before(async () => {
    camera = await Example.start('rc_visard');
    web = await elsewhere();
    const origin = ['--allow-origin', web.at('studio.example')];
    proxy = await Proxy.start(undefined, [...configFile(section('visard', camera.address)), ...origin]);
    await ready(proxy, 'visard');
  });
  after(async () => {
    await proxy?.stop();
    await web?.stop();
    await camera?.stop();
  });

  // What an EventSource and an image tag of a page of that origin get.
  async function ask(t, name) {
    const context = await browser.newContext();
    t.after(() => context.close());
    const page = await context.newPage();
    await page.goto(web.at(name));
    const got = await page.evaluate(([address, withCredentials]) => new Promise((resolve) => {
      const source = new EventSource(`${address}?left_enabled=true`, { withCredentials });
      const events = [];
      source.onmessage = ({ data, lastEventId }) => {
        events.push({ id: lastEventId, set: JSON.parse(data) });
        if (events.length < 3) return;
        source.close();
        resolve(events);
      };
      source.onerror = () => {
        source.close();
        resolve('refused');
      };
    }), [proxy.url + METHOD, name === 'studio.example']);
    const image = await page.evaluate((address) => new Promise((resolve) => {
      const shown = new Image();
      shown.onload = () => resolve([shown.naturalWidth, shown.naturalHeight]);
      shown.onerror = () => resolve('refused');
      shown.src = address;
    }), `${proxy.url}${METHOD}?left_enabled=true&raw=left.data&picture=png&stream=multipart&share=1`);
    await page.close();
    return { got, image };
  }

  test('one that --allow-origin lists gets events and pictures', async (t) => {
    const { got, image } = await ask(t, 'studio.example');
    assert.deepEqual(got.map(({ id }) => id), ['1', '2', '3']);
    got.forEach(({ set }, i) => {
      assert.deepEqual(Object.keys(set), ['timestamp', 'left']);
      assert.deepEqual(Buffer.from(set.left.data, 'base64'), picture(i + 1, 8, 6, 1, 4));
    });
    assert.deepEqual(image, [8, 6]);
    await noneOpen(camera);
  });

  test('any other gets neither', async (t) => {
    const { calls } = await camera.told();
    assert.deepEqual(await ask(t, 'evil.example'), { got: 'refused', image: 'refused' });
    assert.equal((await camera.told()).calls, calls);
  });
});

const field = ([name, value]) => `<input name="${name}" value="${value}">`;
const form = (action, values) => `<!doctype html><title>a form</title>
<form action="${action}" method="post" enctype="multipart/form-data">
${Object.entries(values).map(field).join('\n')}
<input type="file" name="scene">
<input type="submit" name="submit" value="Render">
</form>`;

describe("the form of Drake's render server", () => {
  const scene = Buffer.from('{"asset":{"version":"2.0"},\r\n"nodes":[{"name":"Würfel"}]}\n');
  const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const values = { image_type: 'color', width: 64, height: 48, near: 0.01, far: 10, focal_x: 57.9, focal_y: 57.9, fov_x: 1.006,
    fov_y: 0.785, center_x: 31.5, center_y: 23.5, scene_sha256: sha256(scene) };
  let renderer;
  let proxy;
  before(async () => {
    renderer = await Example.start('drake');
    proxy = await Proxy.start(undefined, drakeForm(renderer.address));
    await ready(proxy, 'drake');
  });
  after(async () => {
    await proxy?.stop();
    await renderer?.stop();
  });

  // A page with the form, filled in, from a server on this machine that is not the proxy.
  async function filled(started, given) {
    const web = started(await elsewhere(form(`${proxy.url}/render`, given)));
    const page = started(await openPage(browser, web.at('localhost')));
    await page.setInputFiles('input[type=file]', { name: 'Würfel "1".gltf', mimeType: 'model/gltf+json', buffer: scene });
    return page;
  }
  async function submit(page) {
    const [answer] = await Promise.all([page.waitForResponse(`${proxy.url}/render`), page.waitForNavigation(),
      page.click('input[type=submit]')]);
    return answer;
  }

  test('a page that posts it shows the picture', async (t) => {
    const page = await filled(cleanup(t), values);
    const answer = await submit(page);
    assert.equal(answer.status(), 200);
    assert.equal(answer.headers()['content-type'], 'image/png');
    const { seen, noted } = await renderer.told();
    const body = await answer.body();
    assert.deepEqual({ size: body.length, sha256: sha256(body) }, noted.image);
    assert.deepEqual(Buffer.from(seen.at(-1).asked.scene, 'base64'), scene);
    const shown = await page.evaluate(() => [document.contentType, document.images[0].naturalWidth, document.images[0].naturalHeight]);
    assert.deepEqual(shown, ['image/png', 64, 48]);
  });

  test('a mistake in it is shown as JSON that names the field', async (t) => {
    const page = await filled(cleanup(t), { ...values, width: '1.5' });
    const answer = await submit(page);
    assert.equal(answer.status(), 400);
    const { error, message, code } = JSON.parse(await page.evaluate(() => document.body.textContent));
    assert.deepEqual([error, code], [true, 400]);
    assert.match(message, /width/);
  });

  test('a script of the page gets the picture by the same form', async (t) => {
    const page = await filled(cleanup(t), values);
    const size = await page.evaluate(async (address) => {
      const answer = await fetch(address, { method: 'POST', body: new FormData(document.querySelector('form')) });
      const { width, height } = await createImageBitmap(await answer.blob());
      return [answer.status, width, height];
    }, `${proxy.url}/render`);
    assert.deepEqual(size, [200, 64, 48]);
  });

  test('its address, opened, says that it takes a form', async (t) => {
    const page = cleanup(t)(await openPage(browser, `${proxy.url}/livez`));
    const answer = await page.goto(`${proxy.url}/render`);
    assert.equal(answer.status(), 405);
    assert.match(answer.headers().allow, /\bPOST\b/);
  });
});
