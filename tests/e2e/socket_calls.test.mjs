// End to end: bytes instead of JSON in a call over a WebSocket. docs/api.md §2 "Streaming methods".

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

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

async function open(t, path) {
  const socket = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}${path}`);
  if (socket.socket) t.after(() => socket.stop());
  return socket;
}

// The answers as hexadecimal digits, once there are so many of them; all must be binary.
async function answersOf(socket, count) {
  await until(`${count} answers`, () => socket.messages.length >= count);
  return socket.messages.map(({ binary }) => binary.toString('hex'));
}

async function endsWell(socket) {
  socket.sendText('');
  const { code, reason } = await socket.closeFrame();
  assert.deepEqual([code, reason], [1000, 'OK']);
}

describe('a call over a WebSocket', () => {
  test('with ?bytes=1 is of protobuf both ways, and a request as text is JSON all the same', async (t) => {
    const socket = await open(t, '/Lab/Echo?bytes=1');
    socket.sendBinary(Buffer.from('0a01611002', 'hex')); // text: "a", repeat: 2
    assert.deepEqual(await answersOf(socket, 2), ['0a0161', '0a0161']);
    socket.sendText('{"text":"b"}');
    socket.sendBinary(Buffer.alloc(0)); // a message without members, and not the end
    assert.deepEqual(await answersOf(socket, 4), ['0a0161', '0a0161', '0a0162', '']);
    await endsWell(socket);
  });

  test('with ?raw= has answers that are one field of them', async (t) => {
    const socket = await open(t, '/Lab/Echo?raw=blob');
    socket.sendText('{"text":"a","blob":"AQL/"}');
    socket.sendText('{"text":"no blob"}');
    assert.deepEqual(await answersOf(socket, 2), ['0102ff', '']);
    await endsWell(socket);
  });

  test('with ?raw-body= takes binary messages that are one field of the request, beside others as JSON', async (t) => {
    const socket = await open(t, '/Lab/Echo?raw-body=blob');
    socket.sendBinary(Buffer.from([1, 2, 255]));
    socket.sendText('{"text":"b"}');
    await until('the answers', () => socket.messages.length === 2);
    assert.deepEqual(socket.messages.map(({ json }) => json), [{ blob: 'AQL/' }, { text: 'b' }]);
    await endsWell(socket);
    const both = await open(t, '/Lab/Echo?raw-body=blob&raw=blob');
    both.sendBinary(Buffer.from([3, 4]));
    assert.deepEqual(await answersOf(both, 1), ['0304']);
    await endsWell(both);
  });

  test('with ?raw-body= gives the one request of a method that takes one', async (t) => {
    const socket = await open(t, '/Lab/Count?raw-body=inner.blob');
    socket.sendBinary(Buffer.from([1]));
    assert.deepEqual(await socket.closeFrame(), { code: 1000, reason: 'OK' });
    assert.deepEqual((await server.told()).seen.at(-1).asked, { inner: { blob: 'AQ==' } });
  });

  test('without an option takes no binary message, and says which would make it one', async (t) => {
    const socket = await open(t, '/Lab/Echo');
    socket.sendText('{"text":"a"}');
    socket.sendBinary(Buffer.from('0a0161', 'hex'));
    assert.equal((await socket.closeFrame()).code, 1008);
    const { error, status } = socket.messages.at(-1).json;
    assert.match(error, /^message 2: a binary message needs \?bytes=1 \(it is protobuf\) or \?raw-body=<field> \(it is that field\)/);
    assert.equal(status, 'INVALID_ARGUMENT');
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
  });

  test('has messages as large as the upstream takes them, and is closed with a sentence by one above that', async (t) => {
    const limited = await Proxy.start(undefined, configFile(`[upstream.lab]\naddress = "${server.address}"
proto-path = ["${lab}"]\nmax-message = "8MiB"\nmethod-max-message = ["Lab/Sum=2MiB"]\n`));
    t.after(() => limited.stop());
    await until('the upstream is connected', async () => (await limited.get('/lab/health')).status === 200);
    const openLimited = async (path) => {
      const socket = await WebSocketClient.open(`${limited.url.replace(/^http/, 'ws')}${path}`);
      t.after(() => socket.stop());
      return socket;
    };
    const frame = Buffer.alloc(4_000_000, 'rgb'); // more than a picture of 1280×960 pixels
    const socket = await openLimited('/Lab/Echo?raw-body=blob&raw=blob');
    for (let i = 1; i <= 3; i++) {
      socket.sendBinary(frame);
      await until('it comes back', () => socket.messages.length === i);
      assert.ok(socket.messages.at(-1).binary.equals(frame));
    }
    await endsWell(socket);
    for (const [path, size, words] of [['/Lab/Echo?raw-body=blob', 8 << 20, 'a message may have at most 8388608 bytes (max-message of [upstream.lab])'],
      ['/Lab/Sum?bytes=1', 2 << 20, 'a message may have at most 2097152 bytes (method-max-message of upstream lab)']]) {
      const large = await openLimited(path);
      large.sendBinary(Buffer.alloc(size + 1));
      assert.deepEqual(await large.closeFrame(), { code: 1009, reason: words });
    }
    await until('no call is left', async () => (await server.told()).open_streams === 0);
  });

  test('with an option that makes no sense is refused before it is one', async (t) => {
    for (const [query, words] of [['raw=blub', 'blub'], ['raw=repeat', 'repeat'], ['raw-body=repeat', 'repeat'],
      ['raw-body=blub', 'blub'], ['share=1', '?share= is for streams over HTTP'], ['byte=1', 'did you mean bytes']]) {
      const refused = await open(t, `/Lab/Echo?${query}`);
      assert.equal(refused.status, 400, query);
      assert.ok(JSON.parse(refused.text).error.includes(words), refused.text);
    }
    const later = await open(t, '/Lab/Count?raw-body=inner.numbers.1.padding');
    assert.equal(later.status, 400);
    assert.match(JSON.parse(later.text).error, /a list has but one element then, the first/);
  });
});
