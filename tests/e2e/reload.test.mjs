// End to end: SIGHUP. docs/api.md §1.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import tls from 'node:tls';
import { test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

function temporaryDirectory(t) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-reload-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

// The next line like that after the signal.
async function hangUp(proxy, pattern_) {
  const from = proxy.lines.length;
  proxy.signal('SIGHUP');
  return (await proxy.line(pattern_, { from }))[0];
}

const bearer = (token) => ({ headers: { Authorization: `Bearer ${token}` } });

test('SIGHUP reads token and configuration anew, tells what counts and what waits, and ends nothing', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  const [config, token] = ['proxy.toml', 'token'].map((name) => path.join(directory, name));
  writeFileSync(token, 'first-word\n');
  const write = (more) => writeFileSync(config, `token = "${token}"\n${more}`);
  write('timeout = "30s"\n');
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane, ['--config', config], { connected: false }));
  const viewer = started(proxy.watch('?format=jpeg&token=first-word'));
  await viewer.type('newImage');
  assert.match(await hangUp(proxy, /.*read anew.*/), /changed=nothing/);

  writeFileSync(token, 'second-word\n');
  write('timeout = "20s"\nallow-origin = ["https://studio.example"]\n');
  assert.match(await hangUp(proxy, /.*read anew.*/), /allow-origin, token|token, allow-origin/);
  await proxy.line(/only after a restart.*timeout/);
  const status = async (word) => (await proxy.get('/services', bearer(word))).status;
  await until('the new token counts', async () => await status('second-word') === 200);
  assert.equal(await status('first-word'), 401);
  const listed = { headers: { ...bearer('second-word').headers, Origin: 'https://studio.example' } };
  assert.equal((await proxy.get('/services', listed)).status, 200);
  await viewer.frames(2, { from: viewer.events.length });
  assert.ok(!(proxy.out + proxy.err).includes('-word'), 'a token stands in the log');

  // A mistake anywhere leaves all as it was.
  writeFileSync(token, 'third-word\n');
  write('allow-origin = ["https://studio.example"\n');
  assert.match(await hangUp(proxy, /.*could not be read anew.*/), /proxy\.toml.*line 2/);
  assert.equal(await status('second-word'), 200);
  assert.equal((await proxy.get('/services', listed)).status, 200);
  write('');
  writeFileSync(token, '\n');
  assert.match(await hangUp(proxy, /.*could not be read anew.*/), /holds no token/);
  assert.equal(await status('second-word'), 200);
  assert.deepEqual(await proxy.stop(), { code: 0, signal: null });
});

test('SIGHUP reads the certificate anew, and keeps the old one if the new one is of no use', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(directory, name));
  const make = (name) => execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '2', '-subj', `/CN=${name}`, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  make('first');
  const proxy = started(await Proxy.start(null, ['--tls-cert', cert, '--tls-key', key], { octanePort: await freePort() }));
  const nameShown = () => new Promise((resolve, reject) => {
    const { hostname, port } = new URL(proxy.url);
    const socket = tls.connect({ host: hostname, port: Number(port), rejectUnauthorized: false }, () => {
      resolve(socket.getPeerCertificate().subject.CN);
      socket.destroy();
    });
    socket.on('error', reject);
  });
  assert.equal(await nameShown(), 'first');
  make('second');
  assert.match(await hangUp(proxy, /.*read anew.*/), /certificate="?read anew"?/);
  await until('the new certificate is shown', async () => await nameShown() === 'second');
  writeFileSync(key, 'not a key');
  assert.match(await hangUp(proxy, /.*could not be read anew.*/), /TLS key/);
  assert.equal(await nameShown(), 'second');
});
