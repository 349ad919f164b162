// End to end: the CORS headers on everything that is answered, and who gets none of them. docs/api.md §2 (CORS), §6.

import assert from 'node:assert/strict';
import os from 'node:os';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { curl } from '../support/curl.mjs';
import { Example, lab } from '../support/example.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const words = (list) => list.split(',').map((word) => word.trim()).sort();

// `more`: names that this proxy lets pages send besides. `hasEpoch`: there is an Octane.
function assertCors(headers, what, allowed, { more = [], hasEpoch = true } = {}) {
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
    ['content-type, accept, authorization, cache-control, last-event-id, x-grpc-web, x-call-id, x-request-id, traceparent, tracestate',
      'x-strict, x-timeout, grpc-timeout, connect-timeout-ms, x-octane-epoch, x-requested-with, if-none-match, if-modified-since',
      'if-range, range', ...more].join()),
  what);
  // What an answer carries of the upstream's it names itself.
  const carried = headers.names().filter((name) => name.startsWith('grpc-')).join();
  assert.deepEqual(words(headers.all('Access-Control-Expose-Headers').join().toLowerCase()), [...new Set(words(['x-call-id, x-octane-epoch',
    'x-warnings, retry-after, etag, x-seq, x-epoch, x-timestamp, x-samples, x-width, x-height', ...(carried ? [carried] : [])].join()))], what);
  if (hasEpoch) assert.match(one('X-Octane-Epoch'), /^\d+$/, what);
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

describe('pages of another origin and a service of any kind', () => {
  const page = 'http://localhost:3000';
  const sent = (headers = {}, args = []) => ({ headers: { Origin: page, ...headers }, args });
  const asPage = (answer, what) => assertCors(answer.headers, what, page, { more: ['x-who', 'x-tenant'], hasEpoch: false });
  let server;
  let proxy;
  before(async () => {
    server = await Example.start('lab');
    proxy = await Proxy.start(undefined, [...configFile(`
forward-header = ["x-who"]
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
forward-header = ["x-tenant", "x-who", "x-request-id"]
[upstream.gone]
address = "127.0.0.1:${await freePort()}"
proto-path = ["${lab}"]
[route.item]
path = "/api/items/{padding}"
method = "lab/Lab/Describe"
[route.count]
path = "/api/count/{count}"
method = "lab/Lab/Count"
[route.away]
path = "/api/away"
method = "gone/Lab/Describe"
[form.plain]
path = "/api/plain"
method = "lab/Lab/Store"
[form.drake]
path = "/api/drake"
method = "lab/Lab/Store"
error-shape = "drake"
[form.away]
path = "/api/gone"
method = "gone/Lab/Store"
error-shape = "drake"
`), '--max-body', '16KiB']);
    await until('one upstream is there, and the other is known not to be', async () =>
      (await proxy.get('/lab/health')).status === 200 && (await proxy.get('/gone/health')).status === 503);
  });
  after(async () => {
    await proxy?.stop();
    await server?.stop();
  });

  test('may send the headers that go on to an upstream', async () => {
    const preflight = await curl(`${proxy.url}/lab/Lab/Store`, ['-X', 'OPTIONS', '-H', `Origin: ${page}`,
      '-H', 'Access-Control-Request-Method: POST', '-H', 'Access-Control-Request-Headers: x-who,x-tenant,traceparent,tracestate,x-request-id']);
    assert.equal(preflight.status, 204);
    asPage(preflight, 'a preflight');
    const listed = words(preflight.headers.get('Access-Control-Allow-Headers').toLowerCase());
    assert.equal(new Set(listed).size, listed.length, 'each stands there once');
    const answer = await proxy.post('/lab/Lab/Store', {}, sent({ 'X-Who': 'me', 'X-Tenant': 'one', tracestate: 'a=b' }));
    assert.equal(answer.status, 200);
    const { metadata } = (await server.told()).seen.at(-1);
    assert.deepEqual([metadata['x-who'], metadata['x-tenant'], metadata.tracestate], ['me', 'one', 'a=b']);
  });

  test('may read what an upstream says beside its answer, and beside a failure', async () => {
    for (const [body, status] of [[{ count: 3 }, 200], [{ count: 3, fail_after: 1 }, 409]]) {
      const answer = await proxy.post('/lab/Lab/Store', body, sent());
      assert.equal(answer.status, status);
      asPage(answer, `status ${status}`);
      assert.deepEqual(answer.headers.all('Grpc-Metadata-X-Shelf'), ['third', 'fourth']);
      assert.equal(answer.headers.get('Grpc-Metadata-X-Mark-Bin'), 'Af8=');
      assert.equal(answer.headers.get('Grpc-Trailer-X-Stored'), '3');
      const exposed = words(answer.headers.all('Access-Control-Expose-Headers').join().toLowerCase());
      for (const name of ['grpc-metadata-x-shelf', 'grpc-metadata-x-mark-bin', 'grpc-trailer-x-stored', 'x-call-id']) {
        assert.ok(exposed.includes(name), name);
      }
    }
    asPage(await proxy.get('/lab/Lab/Describe', sent()), 'an answer that carries none');
  });

  const large = 'x'.repeat(20 << 10);
  const upgrade = ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==']
    .flatMap((line) => ['-H', line]);
  const plain = 'plain';
  const drake = 'drake';
  for (const [what, status, shape, verb, path, { body, args = [], headers, failing } = {}] of [
    ['an unknown upstream', 404, plain, 'POST', '/nobody/Lab/Store', { body: {} }],
    ['an unknown service', 404, plain, 'POST', '/lab/Lob/Store', { body: {} }],
    ['an unknown method', 404, plain, 'POST', '/lab/Lab/Stores', { body: {} }],
    ['a method that several upstreams have', 404, plain, 'POST', '/Lab/Store', { body: {} }],
    ['a body that is no JSON', 400, plain, 'POST', '/lab/Lab/Store', { body: '{' }],
    ['an option that a path does not have', 400, plain, 'POST', '/lab/Lab/Store?enum=number', { body: {} }],
    ['a stream in a form that there is not', 400, plain, 'POST', '/lab/Lab/Count?stream=xml', { body: {} }],
    ['a stream in a type that there is not', 406, plain, 'POST', '/lab/Lab/Count', { body: {}, headers: { Accept: 'image/png' } }],
    ['a stream that fails before its first message', 404, plain, 'POST', '/lab/Lab/Count', { body: {}, failing: 'Count' }],
    ['a shared stream that fails so', 404, plain, 'GET', '/lab/Lab/Count?share=1', { failing: 'Count' }],
    ['a wrong line of a stream', 400, plain, 'POST', '/lab/Lab/Sum', { body: '{"value":1}\n[' }],
    ['a call with a header that cannot go on', 400, plain, 'POST', '/lab/Lab/Store', { body: {}, headers: { 'X-Who': 'caf\u00e9' } }],
    ['a field that GET does not find', 400, plain, 'GET', '/lab/Lab/Describe?cuont=1'],
    ['GET of a method that may have side effects', 405, plain, 'GET', '/lab/Lab/Store'],
    ['GET of nothing', 404, plain, 'GET', '/deep/er/path'],
    ['a WebSocket to a method without streams', 400, plain, 'GET', '/lab/Lab/Store', { args: upgrade }],
    ['a WebSocket with a wrong option', 400, plain, 'GET', '/lab/Lab/Echo?raw=blub', { args: upgrade }],
    ['a WebSocket to an unknown method', 404, plain, 'GET', '/lab/Lab/Ekho', { args: upgrade }],
    ['a body that is too large', 413, plain, 'POST', '/lab/Lab/Store', { body: large }],
    ['one that says no size', 413, plain, 'POST', '/lab/Lab/Store', { body: large, headers: { 'Transfer-Encoding': 'chunked' } }],
    ['an upstream that is away', 503, plain, 'POST', '/gone/Lab/Store', { body: {} }],
    ['a stream of one that is away', 503, plain, 'POST', '/gone/Lab/Count?stream=sse', { body: {} }],
    ['a failure as existing clients know it', 500, 'web', 'POST', '/api/grpc/Lab/Stores', { body: {} }],
    ['a route with a wrong value', 400, plain, 'GET', '/api/items/many'],
    ['a route with an unknown field', 400, plain, 'GET', '/api/items/1?cuont=1'],
    ['a route whose method fails', 404, plain, 'GET', '/api/items/1', { failing: 'Describe' }],
    ['a route to a stream that fails before its first message', 404, plain, 'GET', '/api/count/3', { failing: 'Count' }],
    ['a route with another verb', 405, plain, 'POST', '/api/items/1', { body: {} }],
    ['a route to an upstream that is away', 503, plain, 'GET', '/api/away'],
    ['a form with a wrong value', 400, plain, 'POST', '/api/plain', { args: ['-F', 'count=many'] }],
    ['a form whose method fails', 404, plain, 'POST', '/api/plain', { args: ['-F', 'count=1'], failing: 'Store' }],
    ['a form with an unknown field beside it', 400, plain, 'POST', '/api/plain?cuont=1', { args: ['-F', 'count=1'] }],
    ['a form that is none', 400, drake, 'POST', '/api/drake', { body: '{}' }],
    ['a form with a wrong value in the short shape', 400, drake, 'POST', '/api/drake', { args: ['-F', 'count=many'] }],
    ['a form whose method fails in it', 404, drake, 'POST', '/api/drake', { args: ['-F', 'count=1'], failing: 'Store' }],
    ['a form that is too large in it', 413, drake, 'POST', '/api/drake', { args: ['-F', `names=${large}`] }],
    ['a form of unknown size that is too large in it', 413, drake, 'POST', '/api/drake',
      { args: ['-F', `names=${large}`], headers: { 'Transfer-Encoding': 'chunked' } }],
    ['a form to an upstream that is away', 503, drake, 'POST', '/api/gone', { args: ['-F', 'count=1'] }],
  ]) {
    test(`read why: ${what}`, async () => {
      if (failing) await server.fail({ [failing]: ['NOT_FOUND', 'nothing there'] });
      const options = sent({ 'X-Call-Id': 'c1', ...headers }, verb === 'GET' ? args : ['-X', verb, ...args]);
      const answer = await (verb === 'GET' ? proxy.get(path, options) : proxy.post(path, body, options));
      if (failing) await server.fail({});
      assert.equal(answer.status, status, answer.text);
      assert.equal(answer.headers.get('content-type'), 'application/json');
      assert.equal(answer.headers.get('x-call-id'), 'c1');
      const members = { plain: ['success', 'error', 'status', 'code', 'callId'], drake: ['error', 'message', 'code'], web: ['error', 'service', 'method', 'code'] }[shape];
      assert.deepEqual(Object.keys(answer.json), members);
      assert.match(shape === drake ? answer.json.message : answer.json.error, failing ? /^nothing there$/ : /^.{10,}$/s);
      asPage(answer, what);
    });
  }
});
