// In the browser: the snippets of docs/clients.md and docs/frames.md, word for word, in Chromium.

import assert from 'node:assert/strict';
import { createServer, request as ask } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { launch } from '../support/browser.mjs';
import { codeBlocks } from '../support/documents.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { patience, until } from '../support/wait.mjs';

const width = 64;
const height = 32;

// A reverse proxy in front of `url` that shows `html` at / and answers the first request below /render/ with 502, as nginx does while
// the proxy behind it is away. Resolves to {url, refused(), stop()}.
async function reverseProxy(url, html) {
  let refused = 0;
  const server = createServer((request, response) => {
    if (request.url === '/') return response.writeHead(200, { 'Content-Type': 'text/html' }).end(html);
    if (!request.url.startsWith('/render/')) return response.writeHead(204).end();
    if (refused++ === 0) return response.writeHead(502).end('Bad Gateway');
    const onward = ask(url + request.url, { headers: { ...request.headers, host: new URL(url).host } }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.destroy());
    response.on('close', () => onward.destroy());
    onward.end();
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    refused: () => refused > 0,
    stop: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

describe('snippets', () => {
  let octane;
  let proxy;
  let browser;
  before(async () => {
    octane = await Standin.start(pattern({ fps: 10, width, height }));
    proxy = await Proxy.start(octane);
    browser = await launch();
  });
  after(async () => {
    await browser?.close();
    await proxy?.stop();
    await octane?.stop();
  });

  const pages = codeBlocks('docs/clients.md', 'html');
  for (const [name, html] of [['EventSource', pages[0]], ['<img>', pages[1]]]) {
    test(`the page with ${name} comes back after a 502`, async (t) => {
      const between = await reverseProxy(proxy.url, html);
      t.after(() => between.stop());
      const page = await browser.newPage();
      t.after(() => page.close());
      await page.goto(between.url);
      const shown = await page.waitForFunction(() => {
        const { naturalWidth, naturalHeight } = document.getElementById('picture');
        return naturalWidth > 0 && [naturalWidth, naturalHeight];
      }, undefined, { timeout: patience });
      assert.deepEqual(await shown.jsonValue(), [width, height]);
      assert.ok(between.refused());
    });
  }

  test('the WebSocket of docs/frames.md shows pictures and moves the camera', async (t) => {
    const code = codeBlocks('docs/frames.md', 'js').find((block) => block.includes('new WebSocket'));
    const page = await browser.newPage();
    t.after(() => page.close());
    await page.goto(proxy.url);
    const sizes = await page.evaluate(`new Promise((resolve) => {
      const show = async (blob) => {
        const { width, height } = await createImageBitmap(blob);
        resolve([blob.type, width, height]);
      };
      ${code.replace('localhost:51023', proxy.host)}
    })`);
    assert.deepEqual(sizes, ['image/jpeg', width, height]);
    await until('the camera has moved', async () => {
      const { position } = await octane.camera();
      return position.x === 5 && position.y === 3 && position.z === 5;
    });
  });
});
