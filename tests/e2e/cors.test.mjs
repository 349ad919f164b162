// End to end: the CORS headers on everything that is answered, and who gets none of them. docs/api.md §2 (CORS), §6.

import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, describe, test } from 'node:test';

import { curl } from '../support/curl.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';

const words = (list) => list.split(',').map((word) => word.trim()).sort();

function assertCors(headers, what, allowed) {
  const one = (name) => {
    const values = headers.all(name);
    assert.equal(values.length, 1, `${what}: ${name} stands ${values.length} times`);
    return values[0];
  };
  assert.equal(one('Access-Control-Allow-Origin'), allowed ?? '*', what);
  assert.deepEqual(headers.all('Access-Control-Allow-Credentials'), allowed ? ['true'] : [], what);
  assert.ok(words(headers.all('Vary').join(',')).includes('Origin'), `${what}: ${headers.all('Vary')}`);
  assert.deepEqual(words(one('Access-Control-Allow-Methods')), words('GET, POST, PUT, DELETE, OPTIONS'), what);
  assert.deepEqual(words(one('Access-Control-Allow-Headers').toLowerCase()), words(
    'content-type, accept, authorization, cache-control, last-event-id, x-grpc-web, x-call-id, x-request-id, traceparent, x-strict, '
    + 'x-timeout, grpc-timeout, connect-timeout-ms, x-octane-epoch, x-requested-with, if-none-match, if-modified-since, if-range, range'),
  what);
  assert.deepEqual(words(one('Access-Control-Expose-Headers')), words('X-Call-Id, X-Octane-Epoch, X-Warnings, Retry-After, '
    + 'ETag, X-Seq, X-Epoch, X-Timestamp, X-Samples, X-Width, X-Height'), what);
  assert.match(one('X-Octane-Epoch'), /^\d+$/, what);
  assert.equal(one('Access-Control-Max-Age'), '86400', what);
}

function assertRefused(answer, ...hints) {
  assert.equal(answer.status, 403, answer.text.slice(0, 300));
  assert.deepEqual(answer.headers.names().filter((name) => name.startsWith('access-control')), []);
  assert.equal(answer.json.success, false);
  for (const hint of hints) assert.ok(answer.json.error.includes(hint), `"${hint}" is not in: ${answer.json.error}`);
}

const origin = (value) => ({ headers: { Origin: value } });

describe('CORS', () => {
  let octane;
  let proxy;
  before(async () => {
    octane = await Standin.start(pattern());
    proxy = await Proxy.start(octane, ['--max-body', '16KiB']);
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  test('headers stand on every answer, with and without Origin', async () => {
    for (const allowed of ['http://localhost:3000', undefined]) {
      const options = allowed ? origin(allowed) : {};
      assertCors((await proxy.post('/ApiInfo/octaneVersion', {}, options)).headers, 'a call', allowed);
      for (const path of ['/health', '/livez', '/readyz', '/services', '/services/ApiItem', '/render/callback-status', '/']) {
        const answer = await proxy.get(path, options);
        assert.equal(answer.status, 200, path);
        assertCors(answer.headers, path, allowed);
      }
    }
  });

  test('headers stand on every error', async () => {
    const errors = [
      [400, proxy.post('/ApiItem/name', '{', origin('http://localhost')), 'http://localhost'],
      [404, proxy.post('/ApiItem/nmae', {}, origin('http://localhost')), 'http://localhost'],
      [404, proxy.get('/nothing-here', origin('http://localhost')), 'http://localhost'],
      [405, curl(`${proxy.url}/livez`, ['-X', 'DELETE'])],
      [413, proxy.post('/ApiItem/name', 'x'.repeat(20 << 10), origin('http://localhost')), 'http://localhost'],
      [403, proxy.post('/LiveLink/GetFile', {}, origin('http://localhost')), 'http://localhost'],
      [431, curl(`${proxy.url}/livez`, ['-H', `X-Long: ${'z'.repeat(100 * 1024)}`])],
    ];
    for (const [status, pending, allowed] of errors) {
      const answer = await pending;
      assert.equal(answer.status, status);
      assertCors(answer.headers, `status ${status}`, allowed);
    }
  });

  test('headers stand on errors of an Octane that is away', async (t) => {
    const started = cleanup(t);
    const away = started(await Proxy.start(null, [], { octanePort: await freePort() }));
    for (const [status, pending] of [[500, away.post('/ApiItem/name', {})], [503, away.get('/health')],
      [500, away.post('/render/register-callback')]]) {
      const answer = await pending;
      assert.equal(answer.status, status);
      assertCors(answer.headers, `status ${status}`);
    }
  });

  test('headers stand on the stream', async (t) => {
    const started = cleanup(t);
    const viewer = started(proxy.watch('?format=jpeg', { args: ['-H', 'Origin: http://localhost:8080'] }));
    const { status, headers } = await viewer.head;
    assert.equal(status, 200);
    assertCors(headers, 'the stream', 'http://localhost:8080');
    assertCors((await proxy.get('/render/stream?format=gif')).headers, 'a refused stream');
  });

  test('OPTIONS on any path is 204 with them and without a body', async () => {
    for (const path of ['/', '/ApiItem/name', '/No/such', '/health', '/render/stream', '/deep/er/path', '/x?y=z']) {
      const answer = await curl(`${proxy.url}${path}`, ['-X', 'OPTIONS', '-H', 'Origin: http://192.168.1.7:5173',
        '-H', 'Access-Control-Request-Method: POST', '-H', 'Access-Control-Request-Headers: content-type,x-call-id']);
      assert.equal(answer.status, 204, path);
      assert.equal(answer.body.length, 0);
      assertCors(answer.headers, `OPTIONS ${path}`, 'http://192.168.1.7:5173');
    }
  });

  test('origins of this machine and this network are let in', async () => {
    for (const value of ['http://localhost', 'https://localhost:51023', 'http://app.localhost:8080', 'http://127.0.0.1:5173',
      'http://127.8.9.10', 'http://[::1]:3000', 'http://10.1.2.3', 'http://172.16.0.1', 'http://172.31.255.255', 'http://192.168.178.20:80',
      'http://169.254.1.1', 'http://[fd00::12]:8000', 'http://[fe80::1]', `http://${os.hostname()}:51023`, 'http://renderbox:51023',
      'https://studio.local', 'https://nas.lan', 'https://db.internal', 'https://tv.home.arpa', 'HTTP://LOCALHOST']) {
      assert.equal((await proxy.get('/livez', origin(value))).status, 200, value);
    }
  });

  test('other origins get 403, no such header, and the option to use', async () => {
    for (const value of ['https://example.com', 'http://localhost.example.com', 'http://127.0.0.1.example.com', 'http://8.8.8.8',
      'http://172.32.0.1', 'http://11.0.0.1', 'http://[2001:db8::1]', 'https://example.local.org', 'garbage://',
      'http://192.168.1.1.evil.org', 'https://my.lan.example']) {
      assertRefused(await proxy.get('/health', origin(value)), value, '--allow-origin');
    }
    const call = await proxy.post('/ApiInfo/octaneVersion', {}, origin('https://example.com'));
    assertRefused(call, 'https://example.com', '--allow-origin');
    assertRefused(await proxy.get('/render/stream', origin('https://example.com')), '--allow-origin');
    const preflight = await curl(`${proxy.url}/ApiItem/name`, ['-X', 'OPTIONS', '-H', 'Origin: https://example.com']);
    assertRefused(preflight, '--allow-origin');
    await proxy.line(/--allow-origin/);
  });

  test('the origin null is refused with both ways out', async () => {
    assertRefused(await proxy.get('/health', origin('null')), '--allow-origin null', '--web-root');
  });

  test('a rebound name in Host gets nowhere', async () => {
    const port = new URL(proxy.url).port;
    for (const host of ['evil.example.com', `evil.example.com:${port}`, '8.8.8.8', `rebind.network:${port}`]) {
      assertRefused(await proxy.get('/health', { headers: { Host: host } }), '--allow-origin');
      for (const probe of ['/livez', '/readyz']) assert.equal((await proxy.get(probe, { headers: { Host: host } })).status, 200, probe);
    }
    for (const host of [`localhost:${port}`, `renderbox:${port}`, `192.168.1.9:${port}`, `[::1]:${port}`, 'studio.local']) {
      assert.equal((await proxy.get('/health', { headers: { Host: host } })).status, 200, host);
    }
  });

  test('--allow-origin lists more origins, by origin or host, and their names as Host', async (t) => {
    const started = cleanup(t);
    const more = started(await Proxy.start(octane, ['--allow-origin', 'https://studio.example.com', '--allow-origin', 'null']));
    assertCors((await more.get('/health', origin('https://studio.example.com'))).headers, 'a listed origin', 'https://studio.example.com');
    assertCors((await more.get('/health', origin('null'))).headers, 'null', 'null');
    assert.equal((await more.get('/health', { headers: { Host: 'studio.example.com' } })).status, 200);
    assertRefused(await more.get('/health', origin('https://other.example.com')), '--allow-origin');
    assertRefused(await more.get('/health', origin('http://studio.example.com:81')), '--allow-origin');
  });

  test('--allow-origin * lets every one in', async (t) => {
    const started = cleanup(t);
    const open = started(await Proxy.start(octane, ['--allow-origin', '*']));
    for (const value of ['https://example.com', 'null', 'http://8.8.8.8']) {
      assertCors((await open.get('/health', origin(value))).headers, value, value);
    }
    assert.equal((await open.get('/health', { headers: { Host: 'anything.example.com' } })).status, 200);
  });
});
