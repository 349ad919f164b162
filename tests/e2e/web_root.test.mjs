// End to end: a built single-page application served with the API on the same origin. docs/api.md §1 --web-root.

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, gunzipSync } from 'node:zlib';

import { freePort, Proxy } from '../support/octane.mjs';

const script = Array.from({ length: 400 }, (_, i) => `console.log(${i});`).join('\n');
const style = 'body { color: #123456 }\n'.repeat(200);
const shown = { headers: { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };

describe('a web root with a built application', () => {
  let top;
  let proxy;
  before(async () => {
    top = mkdtempSync(path.join(tmpdir(), 'octane-web-'));
    const root = path.join(top, 'dist');
    mkdirSync(path.join(root, 'assets'), { recursive: true });
    writeFileSync(path.join(root, 'index.html'), '<!doctype html><title>the application</title>');
    writeFileSync(path.join(root, 'assets', 'index-BkH7fK3d.js'), script);
    writeFileSync(path.join(root, 'assets', 'style.css'), style);
    writeFileSync(path.join(root, 'assets', 'style.css.br'), brotliCompressSync(style));
    writeFileSync(path.join(root, '.env'), 'SECRET=1');
    writeFileSync(path.join(top, 'outside.txt'), 'SECRET=2');
    symlinkSync('../outside.txt', path.join(root, 'outside.txt'));
    proxy = await Proxy.start(null, ['--web-root', root], { octanePort: await freePort() });
  });
  after(async () => {
    await proxy?.stop();
    rmSync(top, { recursive: true, force: true });
  });

  test('its own paths lead to its index where a browser shows them, and to 404 where a script asks', async () => {
    for (const where of ['/', '/scene', '/scene/3', '/scene/3/materials']) {
      const page = await proxy.get(where, shown);
      assert.equal(page.status, 200, where);
      assert.match(page.text, /the application/);
      assert.equal(page.headers.get('cache-control'), 'no-cache');
    }
    assert.equal((await proxy.get('/assets/gone-Aa345678.js')).status, 404);
    assert.equal((await proxy.get('/api/unknown/path', shown)).status, 404);
    assert.equal((await proxy.get('/ApiItem/name', shown)).status, 405);
    assert.match((await proxy.get('/livez', shown)).text, /"ok"/);
  });

  test('files with a hash in their name are kept for ever, all others asked about with their tag', async () => {
    const asset = await proxy.get('/assets/index-BkH7fK3d.js');
    assert.equal(asset.headers.get('cache-control'), 'max-age=31536000, immutable');
    const sheet = await proxy.get('/assets/style.css');
    assert.equal(sheet.headers.get('cache-control'), 'no-cache');
    const again = await proxy.get('/assets/style.css', { headers: { 'If-None-Match': sheet.headers.get('etag') } });
    assert.equal(again.status, 304);
    assert.equal(again.text, '');
  });

  test('what is worth it comes compressed, beforehand or now', async () => {
    const zipped = await proxy.get('/assets/index-BkH7fK3d.js', { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(zipped.headers.get('content-encoding'), 'gzip');
    assert.equal(zipped.headers.get('vary'), 'Accept-Encoding, Origin');
    assert.equal(gunzipSync(zipped.body).toString(), script);
    const ready = await proxy.get('/assets/style.css', { headers: { 'Accept-Encoding': 'br, gzip' } });
    assert.equal(ready.headers.get('content-encoding'), 'br');
    assert.deepEqual(Buffer.from(ready.body), brotliCompressSync(style));
    const plain = await proxy.get('/assets/style.css');
    assert.equal(plain.headers.get('content-encoding'), undefined);
    assert.equal(plain.text, style);
  });

  test('nothing hidden and nothing outside is served', async () => {
    for (const where of ['/.env', '/outside.txt', '/../outside.txt', '/%2e%2e/outside.txt', '/assets/../../outside.txt']) {
      const answer = await proxy.get(where, { args: ['--path-as-is'] });
      assert.equal(answer.status, 404, where);
      assert.ok(!answer.text.includes('SECRET'), where);
    }
  });
});

test('a service is described from a store: the same tag, and far fewer bytes compressed', async (t) => {
  const proxy = await Proxy.start(null, [], { octanePort: await freePort() });
  t.after(() => proxy.stop());
  const plain = await proxy.get('/services/ApiNode');
  const zipped = await proxy.get('/services/ApiNode', { headers: { 'Accept-Encoding': 'gzip' } });
  assert.equal(zipped.headers.get('content-encoding'), 'gzip');
  assert.ok(zipped.body.length < plain.body.length / 4);
  assert.equal(gunzipSync(zipped.body).toString(), plain.text);
  const again = await proxy.get('/services/ApiNode', { headers: { 'If-None-Match': plain.headers.get('etag') } });
  assert.equal(again.status, 304);
});
