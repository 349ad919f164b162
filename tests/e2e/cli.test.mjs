// End to end: the command line, the environment, the configuration file, the end of the program. docs/api.md §1.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { post } from '../support/curl.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { buildDir, Program } from '../support/program.mjs';
import { until } from '../support/wait.mjs';

const binary = path.join(buildDir, 'octane-proxy');

async function run(args, env) {
  const program = new Program(binary, args, { env });
  const status = await program.exit().catch(async (error) => {
    await program.kill();
    throw error;
  });
  return { ...status, out: program.out, err: program.err };
}

function temporaryDirectory(t) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-cli-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

async function assertUsageError(args, env, ...words) {
  const { code, out, err } = await run(args, env);
  assert.equal(code, 2, `${args}: ${out}${err}`);
  assert.equal(out, '');
  assert.equal(err.trim().split('\n').length, 1, err);
  for (const word of words) assert.ok(err.includes(word), `"${word}" is not in: ${err}`);
}

const isRefused = (port) => new Promise((resolve) => {
  const socket = net.connect(Number(port), '127.0.0.1');
  socket.on('connect', () => resolve(false)).on('error', (error) => resolve(error.code === 'ECONNREFUSED'));
  socket.on('connect', () => socket.destroy());
});
const portClosed = ({ url }) => until('the port is closed', () => isRefused(new URL(url).port));

// A proxy with a call that its Octane, stalled by the test, does not end. The call is at Octane.
async function withCall(started, octane) {
  const proxy = started(await Proxy.start(octane));
  const arrived = async () => (await octane.counters()).calls['ApiInfo/octaneName'] ?? 0;
  const before = await arrived();
  const call = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } }).catch((error) => error);
  await until('the call is at the stand-in', async () => (await arrived()) > before);
  return { proxy, call };
}

// Of a test that has to act within the 5 s for which the proxy waits for its calls, and took so many milliseconds: it was too slow. The
// fifth attempt is judged whatever it took.
const mayTryAgain = (attempt, took) => attempt < 5 && took > 3000;

// How long it took to end, by its own log.
function goingDownTook(proxy) {
  const [begin, end] = [/Going down/, /Stopped/].map((words) => Date.parse(proxy.linesLike(words)[0].split(' ')[0]));
  return end - begin;
}

describe('words and values', () => {
  test('--help explains every option and --version says which this is', async () => {
    const help = await run(['--help']);
    assert.equal(help.code, 0);
    for (const option of ['--host', '--port', '--octane-host', '--octane-port', '--api', '--proto-path', '--descriptor-set',
      '--upstream-concurrency', '--probe-after', '--probe-timeout', '--keepalive', '--keepalive-timeout', '--timeout', '--max-body', '--body-memory',
      '--max-message', '--max-connections', '--max-connections-per-client', '--frame-ancestor', '--trusted-proxy', '--allow-origin', '--token',
      '--deny', '--allow',
      '--web-root', '--state-dir', '--tls-cert', '--tls-key', '--threads', '--log-level', '--log-format', '--log-file', '--config', '--version',
      '--help', '51023', '51022', 'OCTANE_HOST', 'OCTANE_PORT']) {
      assert.ok(help.out.includes(option), option);
    }
    const version = await run(['--version']);
    assert.equal(version.code, 0);
    assert.match(version.out, /^octane-proxy \d+\.\d+\.\d+\n$/);
  });

  test('an unknown option, a bad value or an unreadable file ends the start with one line and status 2', async (t) => {
    const directory = temporaryDirectory(t);
    await assertUsageError(['--prot', '1'], {}, '--prot');
    await assertUsageError(['stray'], {}, 'stray');
    await assertUsageError(['--port'], {}, '--port');
    await assertUsageError(['--port', '70000'], {}, '--port', '70000');
    await assertUsageError(['--port', 'http'], {}, '--port', 'http');
    await assertUsageError(['--api', 'alpha6'], {}, '--api', 'alpha6', 'alpha5', 'beta2');
    await assertUsageError(['--timeout', 'soon'], {}, '--timeout', 'soon');
    await assertUsageError(['--max-body', '5 apples'], {}, '--max-body');
    await assertUsageError(['--log-level', 'loud'], {}, '--log-level', 'loud', 'debug');
    await assertUsageError(['--log-format', 'xml'], {}, '--log-format', 'json');
    await assertUsageError(['--config', path.join(directory, 'none.toml')], {}, '--config');
    await assertUsageError(['--tls-cert', path.join(directory, 'none.pem')], {}, '--tls-key');
    await assertUsageError(['--proto-path', path.join(directory, 'none')], {}, '--proto-path');
    await assertUsageError(['--descriptor-set', path.join(directory, 'none')], {}, '--descriptor-set');
    await assertUsageError([], { OCTANE_PROXY_PORT: 'many' }, 'OCTANE_PROXY_PORT', 'many');
    await assertUsageError([], { OCTANE_PORT: '-5' }, 'OCTANE_PORT');
    writeFileSync(path.join(directory, 'wrong.toml'), 'prot = 1\n');
    await assertUsageError(['--config', path.join(directory, 'wrong.toml')], {}, 'prot');
    writeFileSync(path.join(directory, 'half.toml'), 'allow-origin = ["https://a.example",\n');
    await assertUsageError(['--config', path.join(directory, 'half.toml')], {}, 'half.toml', 'line 1', 'close it with ]');
    await assertUsageError(['--allow-origin', 'ht tp://x'], {}, '--allow-origin', 'ht tp://x', 'https://example.org');
    await assertUsageError(['--frame-ancestor', 'wiki'], {}, '--frame-ancestor', 'https://example.org');
    await assertUsageError(['--trusted-proxy', 'nginx'], {}, '--trusted-proxy', 'nginx', '10.0.0.0/8');
  });

  test('flag goes before environment, environment before file, file before default', async (t) => {
    const started = cleanup(t);
    const directory = temporaryDirectory(t);
    const file = path.join(directory, 'proxy.toml');
    const [a, b, c, d] = [await freePort(), await freePort(), await freePort(), await freePort()];
    writeFileSync(file, `octane-host = "127.0.0.1"\noctane-port = ${a}\nlog-level = "debug"\n`);
    const address = async (args, env) => {
      const proxy = started(await Proxy.start(null, args, { env }));
      return (await proxy.get('/health')).json.octane.address;
    };
    assert.equal(await address(['--config', file], {}), `127.0.0.1:${a}`);
    assert.equal(await address(['--config', file], { OCTANE_PORT: String(b) }), `127.0.0.1:${b}`);
    assert.equal(await address(['--config', file], { OCTANE_PORT: String(b), OCTANE_PROXY_OCTANE_PORT: String(c) }), `127.0.0.1:${c}`);
    assert.equal(await address(['--config', file, '--octane-port', String(d)], { OCTANE_PROXY_OCTANE_PORT: String(c) }), `127.0.0.1:${d}`);
    assert.equal(await address(['--octane-port', String(d)], { OCTANE_HOST: '127.0.0.2' }), `127.0.0.2:${d}`);
  });

  test('a port in use is said plainly', async (t) => {
    const started = cleanup(t);
    const first = started(await Proxy.start(null, [], { octanePort: await freePort() }));
    const { port } = new URL(first.url);
    const { code, err } = await run(['--host', '127.0.0.1', '--port', port]);
    assert.notEqual(code, 0);
    assert.match(err, new RegExp(`127\\.0\\.0\\.1:${port}.*in use`));
    assert.ok(!/terminate called|what\(\)/.test(err), err);
  });

  test('listening for everyone without a token is warned of once', async (t) => {
    const started = cleanup(t);
    const port = await freePort();
    const open = started(new Proxy(binary, ['--host', '0.0.0.0', '--port', '0', '--octane-port', String(port)]));
    await open.line(/listening on http:\/\/0\.0\.0\.0:\d+/);
    await open.line(/--token/);
    assert.equal(open.linesLike(/--token/).length, 1);
    const closed = started(await Proxy.start(null, [], { octanePort: port }));
    await closed.stop();
    assert.equal(closed.linesLike(/--token/).length, 0);
  });
});

describe('the end', () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    test(`${signal}: the call in flight is finished, streams end with bye, the callback is unregistered, status 0`, async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(pattern()));
      const proxy = started(await Proxy.start(octane));
      const teapot = await octane.teapot();
      const viewer = started(proxy.watch('?format=jpeg'));
      await viewer.frames(1);
      await octane.stall('ApiItem/name', 1000);
      const call = post(`${proxy.url}/ApiItem/name`, { objectPtr: { handle: teapot, type: 16 } });
      await until('the call is at the stand-in', async () => (await octane.counters()).calls['ApiItem/name'] >= 1);
      proxy.signal(signal);
      await viewer.type('bye');
      assert.deepEqual((await call).json, { success: true, data: { result: 'teapot.obj' } });
      assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
      assert.equal(await viewer.closed, 0, 'the stream did not end cleanly');
      assert.equal((await octane.counters()).unregistrations, 1);
    });
  }

  test('no new connection is accepted while it drains', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    for (let attempt = 1, again = true; again; attempt++) {
      await octane.stall('ApiInfo/octaneName', 600000);
      const { proxy, call } = await withCall(started, octane);
      const begin = performance.now();
      proxy.signal('SIGTERM');
      await portClosed(proxy);
      await octane.clear();
      again = mayTryAgain(attempt, performance.now() - begin);
      const { status } = await call;
      assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
      if (!again) assert.equal(status, 200);
    }
  });

  test('a call that does not end is given up after 5 s', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    await octane.stall('ApiInfo/octaneName', 600000);
    const { proxy, call } = await withCall(started, octane);
    const begin = performance.now();
    proxy.signal('SIGTERM');
    assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
    const took = performance.now() - begin;
    assert.ok(took > 4900, `given up after ${took} ms`);
    const told = await call;
    assert.equal(told.status, 503, 'the call that was cut off got no answer');
    assert.match(told.json.error, /^the proxy is going down, and ApiInfo\.octaneName had not ended/);
    assert.equal(told.json.status, 'UNAVAILABLE');
  });

  test('a second signal does not even wait for that', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({}, '--no-serial')));
    await octane.stall('ApiInfo/octaneName', 600000);
    for (let attempt = 1, again = true; again; attempt++) {
      const { proxy, call } = await withCall(started, octane);
      const begin = performance.now();
      proxy.signal('SIGTERM');
      await portClosed(proxy);
      proxy.signal('SIGTERM');
      again = mayTryAgain(attempt, performance.now() - begin);
      const status = await proxy.exit();
      const told = await call;
      if (again) continue;
      assert.deepEqual(status, { code: 128 + 15, signal: null });
      assert.ok(told instanceof Error, `it was waited for until the call was given up: ${told.text}`);
      assert.deepEqual(proxy.linesLike(/Stopped/), []);
    }
  });

  test('whoever reads its output and goes away does not end it', async (t) => {
    const started = cleanup(t);
    const proxy = started(await Proxy.start(null, ['--log-level', 'debug'], { octanePort: await freePort() }));
    proxy.child.stdout.destroy();
    proxy.child.stderr.destroy();
    for (let i = 0; i < 3; i++) assert.equal((await proxy.post('/ApiItem/name', {})).status, 500);
    assert.equal((await proxy.get('/livez')).status, 200);
    assert.deepEqual(await proxy.stop(), { code: 0, signal: null });
  });

  test('without anything to do it ends at once, also when Octane is away', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const idle = started(await Proxy.start(null, [], { octanePort: await freePort() }));
    await octane.stall('ApiInfo/octaneName', 600000);
    const { proxy: draining, call } = await withCall(started, octane);
    for (const proxy of [draining, idle]) proxy.signal('SIGTERM');
    for (const proxy of [draining, idle]) assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
    await call;
    assert.ok(goingDownTook(draining) > 4900, 'its log says how long it took');
    assert.ok(goingDownTook(idle) < 4900, 'it drains for as long as one that has a call to wait for');
  });
});

describe('the page from elsewhere', () => {
  test('--web-root serves a directory at / and nothing outside of it', async (t) => {
    const started = cleanup(t);
    const directory = temporaryDirectory(t);
    writeFileSync(path.join(directory, 'index.html'), '<!doctype html><title>own page</title>');
    writeFileSync(path.join(directory, 'code.js'), 'export const a = 1;\n');
    const proxy = started(await Proxy.start(null, ['--web-root', directory], { octanePort: await freePort() }));
    const page = await proxy.get('/');
    assert.match(page.text, /own page/);
    assert.match(page.headers.get('content-type'), /^text\/html/);
    assert.match((await proxy.get('/code.js')).headers.get('content-type'), /javascript/);
    for (const way of ['/../../etc/passwd', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc/passwd', '//etc/passwd']) {
      const answer = await proxy.get(way, { args: ['--path-as-is'] });
      assert.ok([400, 403, 404].includes(answer.status), `${way}: ${answer.status}`);
      assert.ok(!answer.text.includes('root:'));
    }
    assert.equal((await proxy.get('/livez')).status, 200);
  });
});
