// End to end: who calls through a reverse proxy. docs/api.md §6.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const from = (address) => ({ 'X-Forwarded-For': address });

test('a trusted proxy says who calls, in the log and in the order of calls; anybody else does not', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({}, '--no-serial')));
  const teapot = await octane.teapot();
  const item = { objectPtr: { handle: teapot, type: 16 } };
  for (const isTrusted of [true, false]) {
    const proxy = started(await Proxy.start(octane, isTrusted ? ['--trusted-proxy', '10.0.0.0/8,127.0.0.1'] : []));
    await proxy.post('/ApiItem/nmae', {}, { headers: { ...from('1.2.3.4, 203.0.113.9, 10.0.0.3'), 'X-Call-Id': 'who' } });
    const [line] = await proxy.line(/.*ERROR: ApiItem\.nmae.*/);
    assert.match(line, isTrusted ? /203\.0\.113\.9/ : /127\.0\.0\.1/);
    assert.ok(!line.includes('1.2.3.4'), line);

    // An edit of one client waits for its own reads, and for nobody else's.
    await octane.stall('ApiItem/name', 60000);
    const before = (await octane.counters()).calls;
    const read = proxy.post('/ApiItem/name', item, { headers: from('203.0.113.1') });
    await until('the read is at the stand-in', async () =>
      ((await octane.counters()).calls['ApiItem/name'] ?? 0) > (before['ApiItem/name'] ?? 0));
    const edit = proxy.post('/ApiItem/setName', { ...item, name: 'pot' }, { headers: from('203.0.113.2') });
    let isDone = false;
    edit.then(() => (isDone = true));
    if (isTrusted) {
      assert.equal((await edit).status, 200);
    } else {
      await until('both wait in the queue', async () => (await proxy.get('/health')).json.queue.waiting >= 1);
      assert.equal(isDone, false);
    }
    await octane.clear();
    assert.equal((await read).status, 200);
    assert.equal((await edit).status, 200);
  }
});

test('behind a proxy that speaks HTTPS the cookie is Secure, and guessing at the token slows the guesser alone', async (t) => {
  const started = cleanup(t);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-forwarded-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'token');
  writeFileSync(file, 'open-sesame');
  const proxy = started(await Proxy.start(null, ['--token', file, '--trusted-proxy', '127.0.0.1'], { octanePort: await freePort() }));
  const cookie = async (headers) => (await proxy.get('/?token=open-sesame', { headers })).headers.get('set-cookie');
  assert.match(await cookie({ 'X-Forwarded-Proto': 'https' }), /; HttpOnly; SameSite=Strict; Secure$/);
  assert.match(await cookie({ Forwarded: 'for=203.0.113.9;proto=https' }), /; Secure$/);
  assert.ok(!(await cookie({ 'X-Forwarded-Proto': 'http' })).includes('Secure'));
  assert.equal((await proxy.get('/?token=wrong', { headers: from('203.0.113.7') })).headers.get('set-cookie'), undefined);
  for (let i = 0; i < 3; i++) await proxy.get('/health?token=wrong', { headers: from('203.0.113.9') });
  const begin = performance.now();
  assert.equal((await proxy.get('/health?token=wrong', { headers: from('203.0.113.9') })).status, 401);
  assert.ok(performance.now() - begin >= 400, 'the fourth guess was answered at once');
  const [line] = await proxy.line(/.*wrong token.*203\.0\.113\.9.*/i);
  assert.ok(!line.includes('127.0.0.1'), line);
});
