// End to end: HTTPS. docs/api.md §1 (--tls-cert, --tls-key).

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { writeCertificate } from '../support/certificate.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { buildDir, Program } from '../support/program.mjs';
import { Viewer } from '../support/viewer.mjs';

test('with certificate and key everything is served over TLS', async (t) => {
  const started = cleanup(t);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-tls-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const { cert, key } = writeCertificate(directory, ['IP:127.0.0.1', 'DNS:localhost']);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane, ['--tls-cert', cert, '--tls-key', key], { connected: false }));
  assert.match(proxy.url, /^https:/);
  const trust = { args: ['--cacert', cert] };
  assert.equal((await proxy.get('/livez', trust)).status, 200);
  const teapot = await octane.teapot();
  const answer = await proxy.post('/ApiItem/name', { objectPtr: { handle: teapot, type: 16 } }, trust);
  assert.deepEqual(answer.json, { success: true, data: { result: 'teapot.obj' } });
  const viewer = started(new Viewer(`${proxy.url}/render/stream`, trust));
  await viewer.frames(3);
  await assert.rejects(proxy.get('/livez', { args: ['--tls-max', '1.1', '--cacert', cert] }));
  await assert.rejects(proxy.get('/livez'), /certificate/i);

  writeFileSync(key, 'not a key');
  const broken = new Program(path.join(buildDir, 'octane-proxy'), ['--port', '0', '--tls-cert', cert, '--tls-key', key]);
  const { code } = await broken.exit();
  assert.notEqual(code, 0);
  assert.match(broken.err, /key/);
  assert.ok(!/terminate called/.test(broken.err), broken.err);
});
