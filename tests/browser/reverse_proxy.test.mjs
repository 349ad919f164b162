// In a browser: the page, and the pages of docs/clients.md, behind a real nginx: below a path, and while the proxy is away for a time.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, waitForSeq, waitForState } from '../support/browser.mjs';
import { codeBlocks } from '../support/documents.mjs';
import { rgbOfRgba } from '../support/images.mjs';
import { Nginx } from '../support/nginx.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { inTime, until } from '../support/wait.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

const settings = codeBlocks('NETWORKING.md', 'nginx');
const belowPath = settings.find((block) => block.includes('location /octane/'));

describe('the page below a path', () => {
  const plain = 'location /octane/ { proxy_pass http://127.0.0.1:51023/; }';
  for (const [name, location, token] of [['one line of nginx, so by the event stream', plain, ''], ['NETWORKING.md', belowPath, 'se+cret']]) {
    test(`asks for nothing outside it, shows frames and calls methods: ${name}`, async (t) => {
      const started = cleanup(t);
      const directory = mkdtempSync(path.join(tmpdir(), 'octane-path-'));
      t.after(() => rmSync(directory, { recursive: true }));
      const file = path.join(directory, 'token');
      writeFileSync(file, token);
      const octane = started(await Standin.start(pattern({ fps: 10, width: 320, height: 180 })));
      const options = token ? ['--token', file] : [];
      const proxy = started(await Proxy.start(octane, options, { connected: false }));
      const nginx = started(await Nginx.start((port) =>
        `server { listen 127.0.0.1:${port}; ${location.replaceAll('127.0.0.1:51023', proxy.host)} }`));
      const root = `http://127.0.0.1:${nginx.port}/octane/`;

      const page = await browser.newPage();
      t.after(() => page.close());
      const asked = [];
      const failed = [];
      const sockets = [];
      page.on('request', (request) => asked.push(request.url()));
      page.on('response', (response) => response.status() >= 400 && failed.push(`${response.status()} ${response.url()}`));
      page.on('websocket', (socket) => sockets.push(socket));
      await page.goto(token ? `${root}?token=${token}` : root);
      await waitForState(page, 'live');
      const first = Number(await page.evaluate(() => document.querySelector('#picture').dataset.seq));
      await waitForSeq(page, first + 2);

      await page.locator('#service-filter').fill('ApiInfo');
      await page.locator('#service-list').getByText('ApiInfo', { exact: true }).first().click();
      await page.locator('#method-list').getByText('octaneVersion', { exact: true }).first().click();
      await page.locator('#send').click();
      await page.waitForFunction(() => /"result": \d+/.test(document.querySelector('#response').textContent));
      assert.match(await page.locator('#curl-text').textContent(), new RegExp(`-X POST ${root}ApiInfo/octaneVersion$`));
      const [download] = await Promise.all([page.waitForEvent('download'), page.locator('#save').click()]);
      assert.match(download.suggestedFilename(), /\.png$/);
      await until('the picture without loss was asked for', () => asked.some((url) => url.startsWith(`${root}render/frame.png`)));

      const addresses = [...asked.filter((url) => !/^(data|blob):/.test(url)), ...sockets.map((socket) => socket.url().replace(/^ws/, 'http'))];
      assert.deepEqual(addresses.filter((url) => !url.startsWith(root)), []);
      assert.deepEqual(failed, []);
      assert.equal(asked.some((url) => url.startsWith(`${root}render/stream`)), location === plain);
    });
  }
});

describe('a page behind the nginx of NETWORKING.md', () => {
  const pages = codeBlocks('docs/clients.md', 'html');
  for (const [name, html, query] of [['EventSource', pages[0], ''], ['<img>', pages[1], '']]) {
    test(`with ${name} shows new pictures again after the proxy was away`, async (t) => {
      const started = cleanup(t);
      const directory = mkdtempSync(path.join(tmpdir(), 'octane-pages-'));
      t.after(() => rmSync(directory, { recursive: true }));
      writeFileSync(path.join(directory, 'index.html'), html);
      const octane = started(await Standin.start(pattern({ fps: 10, width: 64, height: 32 })));
      const options = ['--web-root', directory];
      const proxy = started(await Proxy.start(octane, options));
      const nginx = started(await Nginx.start((port) =>
        `server { listen 127.0.0.1:${port}; ${belowPath.replaceAll('127.0.0.1:51023', proxy.host)} }`));

      const page = await browser.newPage();
      t.after(() => page.close());
      const refused = [];
      page.on('response', (response) => response.status() === 502 && refused.push(response.url()));
      await page.goto(`http://127.0.0.1:${nginx.port}/octane/${query}`);
      const shows = (width, height) => page.waitForFunction((wanted) => {
        const { naturalWidth, naturalHeight } = document.getElementById('picture');
        return naturalWidth === wanted[0] && naturalHeight === wanted[1];
      }, [width, height]);
      await shows(64, 32);

      await proxy.stop();
      await octane.stop();
      await until('the page was told 502', () => refused.length > 0);
      // Pictures of another size: what is shown then is new.
      const other = started(await Standin.start(pattern({ fps: 10, width: 96, height: 48 })));
      started(await Proxy.start(other, [...options, '--port', new URL(proxy.url).port]));
      await shows(96, 48);
    });
  }
});

test('an <img> behind the defaults of nginx shows each frame although no other follows', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width: 64, height: 32 })));
  const proxy = started(await Proxy.start(octane));
  const nginx = started(await Nginx.start((port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass ${proxy.url}; } }`));
  const page = await browser.newPage();
  t.after(() => page.close());
  await page.goto(`http://127.0.0.1:${nginx.port}/livez`);
  await page.evaluate(() => {
    const image = document.createElement('img');
    image.src = '/render/mjpeg?format=png';
    document.body.replaceChildren(image);
  });
  await until('the picture is watched', async () => (await proxy.get('/health')).json.frames.viewers === 1);
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen === 1);
  const shown = () => page.evaluate(() => {
    const image = document.querySelector('img');
    if (image.naturalWidth === 0) return null;
    const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight);
    return [...data].filter((_, i) => i % 4 !== 3);
  });
  // After 15 s a repeat could be what makes it show the frame.
  await inTime(t, 3, 15000, async () => {
    await octane.sendFrame();
    const { width, height, pitch, data } = await octane.frame();
    const sent = rgbOfRgba(data, width, height, pitch);
    await until('it shows the frame', async () => {
      const pixels = await shown();
      return pixels !== null && sent.equals(Buffer.from(pixels));
    });
  });
});
