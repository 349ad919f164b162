// End to end: readers of streaming methods that are slower than the upstream. docs/api.md §2 "Streaming methods".

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { patience, until, within } from '../support/wait.mjs';

const padding = 100_000; // bytes of each message: many times more than a connection keeps, and few messages

let server;
let proxy;
before(async () => {
  server = await Example.start('lab');
  proxy = await Proxy.start(undefined, configFile(`[upstream.lab]\naddress = "${server.address}"\nproto-path = ["${lab}"]\n`));
  await until('the upstream is connected', async () => (await proxy.get('/lab/health')).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

// A reader that takes nothing until it is resumed.
function openStalled(t, query) {
  const reader = openCurl([`${proxy.url}/Lab/Count?padding=${padding}&${query}`]);
  t.after(() => reader.child.kill('SIGKILL'));
  reader.child.stdout.pause();
  return reader;
}

const sent = async () => (await server.told()).noted.counted;

// What a reader with ?policy=latest has got once it reads on, after the upstream has sent everything.
async function readLatest(t, form, count) {
  const reader = openStalled(t, `policy=latest&stream=${form}&count=${count}`);
  await until('the upstream has sent all', async () => (await sent()) === count);
  reader.child.stdout.resume();
  await within(patience, 'the end of the stream', reader.done);
  return reader.out.text;
}

describe('a reader that stands still', () => {
  test('holds the upstream up, and loses nothing', async (t) => {
    const reader = openStalled(t, 'count=1000000');
    let last;
    let looks = 0;
    await until('the upstream sends no more', async () => {
      const now = await sent();
      looks = now > 0 && now === last ? looks + 1 : 0;
      last = now;
      return looks === 40;
    });
    assert.ok(last * padding < 100e6, `${last} messages are on their way`);
    assert.ok(proxy.rss() < 200e6, `the proxy has ${proxy.rss()} bytes`);
    reader.child.stdout.resume();
    await until('it reads on', () => reader.out.text.length > 2 * last * padding);
    reader.child.kill('SIGKILL');
    await reader.done;
    const values = [...reader.out.text.matchAll(/^\{"value":"(\d+)"/gm)].map(([, value]) => Number(value));
    assert.ok(values.length > last && (await sent()) > last, `${values.length} after ${last}`);
    assert.deepEqual(values, values.map((_, i) => i + 1));
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
  });

  test('with ?policy=latest holds nobody up, gets the newest, and is told how many it has missed', async (t) => {
    const count = 400;
    const parts = (await readLatest(t, 'sse', count)).trim().split('\n\n');
    const messages = parts.slice(0, -1).map((part) => /^id: (\d+)\ndata: \{"value":"(\d+)"/.exec(part).slice(1).map(Number));
    for (const [id, value] of messages) assert.equal(id, value);
    assert.deepEqual(messages.at(-1), [count, count]);
    const end = JSON.parse(/^event: end\ndata: (.*)$/.exec(parts.at(-1))[1]);
    assert.equal(end.messages, messages.length);
    assert.ok(end.dropped > 0, `${end.dropped} were dropped`);
    assert.equal(end.messages + end.dropped, count);
  });

  test('with ?policy=latest and without events it gets the newest, and finds no word on what it has missed', async (t) => {
    for (const [form, count, parse] of [['ndjson', 401, (text) => text.trim().split('\n').map((line) => JSON.parse(line))],
      ['json', 402, JSON.parse]]) {
      const messages = parse(await readLatest(t, form, count));
      assert.ok(messages.length < count, `${form}: ${messages.length}`);
      assert.equal(messages.at(-1).value, String(count), form);
      assert.ok(messages.every((message) => Object.keys(message).join() === 'value,padding'), form);
    }
  });
});

test('a deadline of a reader of a shared stream is its own: the others read on', async (t) => {
  const path = '/Lab/Count?share=1&count=1000000000&pause_ms=20&stream=ndjson&padding=1';
  const other = openCurl([`${proxy.url}${path}`]);
  t.after(() => other.child.kill('SIGKILL'));
  await until('it reads', () => other.out.text.split('\n').length > 2);
  for (const header of ['X-Timeout: 300ms', 'grpc-timeout: 300m']) {
    const ended = await proxy.get(path, { args: ['-H', header, '--max-time', '60'] });
    assert.equal(JSON.parse(ended.text.trim().split('\n').at(-1)).status, 'DEADLINE_EXCEEDED', header);
  }
  // Who wants one message waits for it as long as for any answer.
  const never = `/Lab/Count?share=1&holds=true&raw=padding`;
  const one = await proxy.get(never, { args: ['-H', 'X-Timeout: 300ms', '--max-time', '60'] });
  assert.deepEqual([one.status, one.json.status], [504, 'DEADLINE_EXCEEDED'], one.text);
  await until('only the other reads', async () => (await server.told()).open_streams === 1);
  const seen = other.out.text.length;
  await until('the other reads on', () => other.out.text.length > seen);
  other.child.kill('SIGKILL');
  await until('the call has ended', async () => (await server.told()).open_streams === 0);
});
