// End to end: the token. docs/api.md §6.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';

const token = 'sesame-4711-do-not-print';

describe('with --token', () => {
  let directory;
  let octane;
  let proxy;
  before(async () => {
    directory = mkdtempSync(path.join(os.tmpdir(), 'octane-token-'));
    writeFileSync(path.join(directory, 'token'), `${token}\n`);
    octane = await Standin.start(pattern());
    proxy = await Proxy.start(octane, ['--token', path.join(directory, 'token'), '--log-level', 'trace'], { connected: false });
    await proxy.connected({ headers: { Authorization: `Bearer ${token}` } });
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
    if (directory) rmSync(directory, { recursive: true });
  });

  test('everything but /livez needs it', async () => {
    assert.equal((await proxy.get('/livez')).status, 200);
    for (const pending of [proxy.get('/health'), proxy.get('/'), proxy.get('/services'), proxy.get('/render/stream'),
      proxy.get('/nothing-here'), proxy.post('/ApiInfo/octaneVersion', {}), proxy.post('/render/register-callback')]) {
      const answer = await pending;
      assert.equal(answer.status, 401);
      assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
      assert.equal(answer.json.status, 'UNAUTHENTICATED');
      assert.equal(answer.json.code, 16);
      assert.match(answer.json.error, /Authorization: Bearer/);
    }
  });

  test('a wrong one is as good as none', async () => {
    for (const value of [`Bearer ${token}x`, `Bearer ${token.slice(1)}`, 'Bearer', `Basic ${token}`, token]) {
      assert.equal((await proxy.get('/health', { headers: { Authorization: value } })).status, 401, value);
    }
    assert.equal((await proxy.get(`/health?token=${token}x`)).status, 401);
    assert.equal((await proxy.get('/health?token=')).status, 401);
  });

  test('the right one is taken from the header or from the query', async (t) => {
    const started = cleanup(t);
    const headers = { Authorization: `Bearer ${token}` };
    assert.equal((await proxy.post('/ApiInfo/octaneVersion', {}, { headers })).status, 200);
    assert.equal((await proxy.get(`/health?token=${token}`)).status, 200);
    const viewer = started(proxy.watch(`?format=jpeg&token=${token}`));
    await viewer.type('newImage');
  });

  test('it is never logged, not even at trace', async () => {
    await proxy.get(`/health?token=${token}`);
    await proxy.post('/ApiItem/nmae', {}, { headers: { Authorization: `Bearer ${token}`, 'X-Call-Id': 'after-all' } });
    await proxy.line(/after-all/);
    assert.ok(!(proxy.out + proxy.err).includes(token), 'the token stands in the log');
  });
});

test('a token file that is missing or empty ends the start with one line and status 2', async (t) => {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-token-'));
  t.after(() => rmSync(directory, { recursive: true }));
  writeFileSync(path.join(directory, 'empty'), '\n');
  for (const file of ['missing', 'empty']) {
    const proxy = new Proxy(path.join((await import('../support/program.mjs')).buildDir, 'octane-proxy'),
      ['--port', '0', '--token', path.join(directory, file)]);
    assert.deepEqual(await proxy.exit(), { code: 2, signal: null });
    assert.equal(proxy.err.trim().split('\n').length, 1, proxy.err);
    assert.match(proxy.err, /--token/);
  }
});
