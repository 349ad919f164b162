// End to end: a server that describes itself comes back with another schema under the same names. docs/api.md §2 "Upstreams".

import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, test } from 'node:test';

import { Example } from '../support/example.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { patience, until, within } from '../support/wait.mjs';

const folder = mkdtempSync(path.join(tmpdir(), 'octane-change-'));
after(() => rmSync(folder, { recursive: true, force: true }));

// The same names mean other numbers, and what one calls Measure the other calls Weigh. Read by the wrong one, first and second change places.
const sources = {
  old: `syntax = "proto3";
package scale;
message Asked { int32 first = 1; int32 second = 2; }
message Answer { int32 first = 1; int32 second = 2; string maker = 3; string asked = 4; }
service Scale {
  rpc Measure(Asked) returns (Answer);
  rpc Look(Asked) returns (Answer);
  rpc Watch(Asked) returns (stream Answer);
}
`,
  young: `syntax = "proto3";
package scale;
message Asked { int32 first = 2; int32 second = 1; }
message Answer { int32 first = 2; int32 second = 1; string maker = 3; string asked = 4; }
service Scale {
  rpc Weigh(Asked) returns (Answer);
  rpc Look(Asked) returns (Answer);
  rpc Watch(Asked) returns (stream Answer);
}
`,
};

for (const [name, text] of Object.entries(sources)) {
  mkdirSync(path.join(folder, name));
  writeFileSync(path.join(folder, name, 'scale.proto'), text);
}

const start = (name, reflection, options) => Example.start('any', ['--proto', path.join(folder, name), '--reflection', reflection,
  '--answer', JSON.stringify({ first: 1, second: 2, maker: name })], options);

const asked = { first: 10, second: 20 };

// Right is what the server meant, of a request that it understood.
function assertRight(data, makers = ['old', 'young']) {
  const { asked: understood, ...answer } = data;
  assert.ok(makers.includes(answer.maker), JSON.stringify(data));
  assert.deepEqual({ ...answer, asked: JSON.parse(understood) }, { first: 1, second: 2, maker: answer.maker, asked });
}

const answers = (proxy, maker) => until(`${maker} answers`, async () => {
  const answer = await proxy.post('/Scale/Look', asked);
  return answer.status === 200 && answer.json.data.maker === maker;
});

// Calls as fast as they are answered, from several clients at once, and streams, until stop(); every answer is right. Only after
// some failures in a row it takes its time.
function startPolling(proxy) {
  let isEnough = false;
  const seen = { old: 0, young: 0, failures: 0, streamed: 0 };
  const post = (method) => fetch(`${proxy.url}/Scale/${method}`, { method: 'POST', body: JSON.stringify(asked) });
  const ask = async () => {
    const response = await post('Look');
    const json = await response.json();
    if (response.status !== 200) return false;
    assertRight(json.data);
    seen[json.data.maker] += 1;
    return true;
  };
  // JSON lines, of which the last may be a failure.
  const read = async () => {
    const response = await post('Watch?stream=ndjson');
    if (response.status !== 200) return response.text().then(() => false);
    let rest = '';
    for await (const part of response.body.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + part).split('\n');
      rest = lines.pop();
      for (const message of lines.filter((line) => line !== '').map((line) => JSON.parse(line))) {
        if (message.success === false) return false;
        assertRight(message);
        seen.streamed += 1;
      }
      if (isEnough) break;
    }
    return true;
  };
  const repeat = async (act) => {
    let failures = 0;
    while (!isEnough) {
      failures = (await act()) ? 0 : failures + 1;
      seen.failures += Math.min(failures, 1);
      if (failures > 3) await new Promise((resolve) => setTimeout(resolve, 5));
    }
  };
  const all = Promise.all([ask, ask, read].map(repeat));
  let wrong;
  all.catch((error) => (wrong = error));
  return {
    seen,
    // Until the condition holds, or an answer is wrong.
    async until(what, condition) {
      await until(what, () => wrong ?? condition(), { detail: () => JSON.stringify(seen) });
      if (wrong) throw wrong;
    },
    async stop() {
      isEnough = true;
      await all;
    },
  };
}

for (const reflection of ['v1', 'v1alpha']) {
  test(`after a restart with another schema the new one counts, and no answer was read by the wrong one (${reflection})`, async (t) => {
    const started = cleanup(t);
    const old = started(await start('old', reflection));
    const proxy = started(await Proxy.start(undefined, ['--upstream', `scale=${old.address}`], { connected: false }));
    await answers(proxy, 'old');
    assertRight((await proxy.post('/scale/Scale/Measure', asked)).json.data, ['old']);
    assert.equal((await proxy.post('/scale/Scale/Weigh', asked)).status, 404);
    const polling = started(startPolling(proxy));
    await polling.until('the old one answers', () => polling.seen.old > 20);
    await old.kill();
    await polling.until('it is missed', () => polling.seen.failures > 0);
    started(await start('young', reflection, { port: old.port }));
    await polling.until('the new one answers', () => polling.seen.young > 20);
    const gone = await proxy.post('/scale/Scale/Measure', asked);
    assert.equal(gone.status, 404);
    assert.match(gone.json.error, /no method "Measure"/);
    assertRight((await proxy.post('/scale/Scale/Weigh', asked)).json.data, ['young']);
    assert.deepEqual(Object.keys((await proxy.get('/services/Scale')).json.methods[0].template), ['first', 'second']);
    await polling.stop();
  });
}

// One address, behind which the one server gives way to the other at once: no moment at which nobody listens.
async function openAddress(first) {
  let port = first;
  const sockets = new Set();
  const server = net.createServer((near) => {
    const far = net.connect(port, '127.0.0.1');
    for (const [socket, other] of [[near, far], [far, near]]) {
      sockets.add(socket);
      socket.setNoDelay(true).on('error', () => {}).on('close', () => sockets.delete(socket) && other.destroy()).pipe(other);
    }
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const leave = () => sockets.forEach((socket) => socket.resetAndDestroy());
  return {
    address: `127.0.0.1:${server.address().port}`,
    lead(to) {
      port = to;
      leave();
    },
    async stop() {
      leave();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

test('where one server gives way to the other without a pause, no answer is read by the wrong schema', async (t) => {
  const started = cleanup(t);
  const ports = { old: started(await start('old', 'v1')).port, young: started(await start('young', 'v1')).port };
  const way = started(await openAddress(ports.old));
  const proxy = started(await Proxy.start(undefined, ['--upstream', `scale=${way.address}`], { connected: false }));
  await answers(proxy, 'old');
  const polling = started(startPolling(proxy));
  for (let i = 0; i < 10; ++i) {
    const next = i % 2 === 0 ? 'young' : 'old';
    const before = polling.seen[next];
    way.lead(ports[next]);
    await polling.until(`${next} answers`, () => polling.seen[next] > before + 5);
  }
  await polling.stop();
  assert.ok(polling.seen.streamed > 0);
});

// A call whose body is kept back until finish(): the proxy has read its head, and so knows by which schema it is to be made.
async function beginCall(proxy, where) {
  const { hostname, port } = new URL(proxy.url);
  const body = JSON.stringify(asked);
  const socket = net.connect(Number(port), hostname);
  let text = '';
  socket.setEncoding('utf8').on('data', (part) => (text += part));
  socket.write(`POST ${where} HTTP/1.1\r\nHost: ${proxy.host}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n` +
    'Expect: 100-continue\r\nConnection: close\r\n\r\n');
  await until('the body is awaited', () => text.startsWith('HTTP/1.1 100'));
  return async () => {
    const ended = new Promise((resolve) => socket.once('close', resolve));
    socket.write(body);
    await within(patience, 'the end of the answer', ended, () => `\n${text.slice(0, 2000)}`).finally(() => socket.destroy());
    return text.slice(text.indexOf('\r\n\r\n') + 4);
  };
}

for (const method of ['Look', 'Watch']) {
  test(`a call that was begun by the old schema is not made by it when the new one counts (${method})`, async (t) => {
    const started = cleanup(t);
    const old = started(await start('old', 'v1'));
    const proxy = started(await Proxy.start(undefined, ['--upstream', `scale=${old.address}`], { connected: false }));
    await answers(proxy, 'old');
    const finish = await beginCall(proxy, `/scale/Scale/${method}`);
    await old.stop();
    const young = started(await start('young', 'v1', { port: old.port }));
    await answers(proxy, 'young');
    const calls = (await young.told()).calls;
    const told = await finish();
    assert.match(told, /^HTTP\/1\.1 409 /);
    assert.match(told, /its schema has changed/);
    assert.equal((await young.told()).calls, calls, 'it was not sent');
  });
}
