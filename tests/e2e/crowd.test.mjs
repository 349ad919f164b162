// End to end: more clients than there is room for, and a client that wants all of it. docs/api.md §8.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { buildDir } from '../support/program.mjs';
import { Socket } from '../support/socket.mjs';
import { Metrics } from '../support/metrics.mjs';
import { until } from '../support/wait.mjs';

async function openIdle(started, proxy, count) {
  const sockets = [];
  for (let i = 0; i < count; i++) sockets.push(started(await Socket.open(proxy.host)));
  return sockets;
}

test('idle connections shut out nobody: the oldest makes room, and the log says so', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, ['--max-connections', '8'], { octanePort: await freePort() }));
  const idle = await openIdle(started, proxy, 40);
  for (let i = 0; i < 20; i++) assert.equal((await proxy.get('/livez')).status, 200);
  await proxy.line(/idle for the longest was closed/);
  await until('the oldest are closed', () => idle.slice(0, 30).every((socket) => socket.isClosed));
});

test('one address has as many connections as it may, if that is given, and streams count', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane, ['--max-connections-per-client', '5', '--trusted-proxy', '127.0.0.1']));
  const headers = { 'X-Forwarded-For': '203.0.113.9' };
  const viewers = [...Array(5)].map(() => started(proxy.watch('?format=jpeg', { args: ['-H', 'X-Forwarded-For: 203.0.113.9'] })));
  await Promise.all(viewers.map((viewer) => viewer.type('connected')));
  const refused = await proxy.get('/health', { headers });
  assert.equal(refused.status, 503);
  assert.match(refused.json.error, /203\.0\.113\.9.*--max-connections-per-client/);
  assert.equal((await proxy.get('/health', { headers: { 'X-Forwarded-For': '203.0.113.10' } })).status, 200);
  await proxy.line(/has as many connections.*203\.0\.113\.9/);
  const metrics = new Metrics((await proxy.get('/metrics')).text);
  assert.equal(metrics.count('octane_proxy_http_refused_total', { reason: 'too_many_of_client' }), 1);
  await viewers[0].stop();
  await until('its place is free', async () => (await proxy.get('/health', { headers })).status === 200);
});

test('32 views of different widths leave room for the default pictures', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane));
  const views = [...Array(32)].map((_, i) => started(proxy.watch(`?format=jpeg&width=${i + 1}`)));
  await Promise.all(views.map((viewer) => viewer.type('newImage')));
  assert.equal((await proxy.get('/render/stream?format=jpeg&width=50')).status, 429);
  for (const query of ['', '?format=jpeg', '?format=raw', '?format=both']) {
    const viewer = started(proxy.watch(query));
    await viewer.type('newImage');
    await viewer.stop();
  }
});

// The proxy under a limit of open files of its own.
async function startWithFiles(octane, count, args = []) {
  const proxy = new Proxy('/bin/sh', ['-c', `ulimit -n ${count}; exec "$0" "$@"`, path.join(buildDir, 'octane-proxy'),
    '--host', '127.0.0.1', '--port', '0', '--octane-host', '127.0.0.1', '--octane-port', String(octane.port), ...args]);
  proxy.url = (await proxy.line(/listening on (http:\/\/\S+:\d+)/))[1];
  await proxy.connected();
  return proxy;
}

test('however many connections clients hold, Octane can be reached again and the log is written', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await startWithFiles(octane, 128));
  await proxy.line(/Fewer connections can be served/);
  await openIdle(started, proxy, 200);
  const streams = [...Array(30)].map(() => started(proxy.watch('?format=jpeg')));
  await Promise.all(streams.map((viewer) => viewer.type('newImage')));
  await openIdle(started, proxy, 200);
  await octane.kill();
  await proxy.line(/lost/i);
  const again = started(await Standin.start(pattern(), { port: octane.port }));
  await proxy.connected();
  await streams[0].type('newImage', { from: streams[0].events.length });
  assert.equal(again.port, octane.port);
});

test('without a free descriptor it waits, says so, and goes on', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await startWithFiles(octane, 1024));
  const limit = (value) => execFileSync('prlimit', ['--pid', String(proxy.pid), `--nofile=${value}:`]);
  limit(8);
  const waiting = [...Array(8)].map(() => proxy.get('/livez'));
  await proxy.line(/cannot accept a connection.*Too many open files/);
  limit(1024);
  for (const answer of await Promise.all(waiting)) assert.equal(answer.status, 200);
});
