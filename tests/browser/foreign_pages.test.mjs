// In a browser: a page of a foreign origin can neither read, nor frame, nor embed what the proxy serves; one that is let in can.
// docs/api.md §6.

import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { after, before, describe, test } from 'node:test';

import { launch } from '../support/browser.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';

let browser;
let octane;
let proxy;
let elsewhere; // a web server with one empty page; its origin is the name by which it is called
before(async () => {
  browser = await launch(['--host-resolver-rules=MAP evil.example 127.0.0.1, MAP studio.lan 127.0.0.1, MAP render.lan 127.0.0.1']);
  octane = await Standin.start(pattern());
  proxy = await Proxy.start(octane);
  await octane.hasFrame();
  elsewhere = createServer((request, response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>elsewhere</title>'))
    .listen(0, '127.0.0.1');
  await new Promise((resolve) => elsewhere.once('listening', resolve));
});
after(async () => {
  await browser?.close();
  await proxy?.stop();
  await octane?.stop();
  elsewhere?.closeAllConnections();
  elsewhere?.close();
});

// What a page of that origin gets of the proxy at `target`, by every way that a page has.
async function tryAll(t, origin, target) {
  const context = await browser.newContext();
  t.after(() => context.close());
  const page = await context.newPage();
  await page.goto(`http://${origin}:${elsewhere.address().port}/`);
  const got = await page.evaluate(async (site) => {
    const element = (name, attribute, path) => new Promise((resolve) => {
      const made = document.createElement(name);
      made[attribute] = site + path;
      made.onload = () => resolve(true);
      made.onerror = () => resolve(false);
      document.body.append(made);
    });
    const stream = () => new Promise((resolve) => {
      const source = new EventSource(`${site}/render/stream?format=jpeg`);
      source.onmessage = () => { source.close(); resolve(true); };
      source.onerror = () => { source.close(); resolve(false); };
    });
    const socket = () => new Promise((resolve) => {
      const opened = new WebSocket(`${site.replace('http', 'ws')}/render/ws`);
      opened.onopen = () => { opened.close(); resolve(true); };
      opened.onerror = () => resolve(false);
    });
    return {
      reads: await fetch(`${site}/health`).then((answer) => answer.ok, () => false),
      calls: await fetch(`${site}/ApiInfo/octaneVersion`, { method: 'POST', body: '{}' }).then((answer) => answer.ok, () => false),
      picture: await element('img', 'src', '/render/frame.png?wait=40000'),
      video: await element('img', 'src', '/render/mjpeg'),
      script: await element('script', 'src', '/address.js'),
      stream: await stream(),
      socket: await socket(),
    };
  }, target);
  // A refused frame loads as well: as the browser's own error page, or as the proxy's 403.
  await page.evaluate((site) => new Promise((resolve) => {
    const frame = document.createElement('iframe');
    frame.onload = resolve;
    frame.src = `${site}/`;
    document.body.append(frame);
  }), target);
  const titles = await Promise.all(page.frames().filter((frame) => frame !== page.mainFrame()).map((frame) => frame.title().catch(() => '')));
  return { ...got, frame: titles.some((title) => /octane/i.test(title)) };
}

const all = (value) => ({ reads: value, calls: value, picture: value, video: value, script: value, stream: value, socket: value });

describe('pages of other origins', () => {
  // A browser sends Sec-Fetch-Site only where it trusts the connection, as to localhost; elsewhere the answer's own header has to do.
  for (const name of ['localhost', 'render.lan']) {
    test(`a foreign one gets nothing of http://${name}`, async (t) => {
      const target = `http://${name}:${new URL(proxy.url).port}`;
      assert.deepEqual(await tryAll(t, 'evil.example', target), { ...all(false), frame: false });
    });

    test(`a near one may read and embed http://${name}, and not frame it`, async (t) => {
      const target = `http://${name}:${new URL(proxy.url).port}`;
      assert.deepEqual(await tryAll(t, 'studio.lan', target), { ...all(true), frame: false });
    });
  }
});
