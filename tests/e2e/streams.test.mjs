// End to end: streaming methods of all kinds, over HTTP and over a WebSocket, and calls with GET. docs/api.md §2 "Streaming methods", "GET".

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { badRequest, badRequestDetails } from '../support/bad_request.mjs';
import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { patience, until, within } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

let server;
let proxy;
before(async () => {
  server = await Example.start('lab');
  proxy = await Proxy.start(undefined, configFile(`
allow-get = ["Lab/Store"]
forward-header = ["x-who", "x-raw-bin"]
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
`));
  await until('the upstream is connected', async () => (await proxy.get('/lab/health')).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

const stream = (body, options) => proxy.post('/Lab/Count', body, options);
const events = (text) => text.split('\n\n').filter((part) => part && !part.startsWith(':')).map((part) => Object.fromEntries(
  part.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 2)])));

// A request whose body goes out piece by piece while the answer is read.
class Talk {
  constructor(path, args = []) {
    const { child, done, out } = openCurl(['-X', 'POST', '-T', '.', ...args, `${proxy.url}${path}`]);
    Object.assign(this, { child, done, out });
  }
  say(line) {
    this.child.stdin.write(`${line}\n`);
  }
  get lines() {
    return this.out.text.split('\n').slice(0, -1).filter((line) => line !== '').map((line) => JSON.parse(line));
  }
}
describe('a method that gives a stream', () => {
  test('JSON lines, an array or events, by Accept and by ?stream=', async () => {
    const lines = await stream({ count: 3 });
    assert.equal(lines.status, 200);
    assert.equal(lines.headers.get('content-type'), 'application/x-ndjson');
    assert.equal(lines.text, '{"value":"1"}\n{"value":"2"}\n{"value":"3"}\n');
    const array = await stream({ count: 3 }, { headers: { Accept: 'application/json' } });
    assert.equal(array.headers.get('content-type'), 'application/json');
    assert.deepEqual(array.json, [{ value: '1' }, { value: '2' }, { value: '3' }]);
    const sse = await stream({ count: 2 }, { headers: { Accept: 'text/event-stream' } });
    assert.equal(sse.headers.get('content-type'), 'text/event-stream');
    assert.deepEqual(events(sse.text), [{ id: '1', data: '{"value":"1"}' }, { id: '2', data: '{"value":"2"}' },
      { event: 'end', data: '{"success":true,"status":"OK","code":0,"messages":2,"dropped":0,"trailers":{"x-counted":"2"}}' }]);
    for (const [word, type] of [['sse', 'text/event-stream'], ['ndjson', 'application/x-ndjson'], ['json', 'application/json']]) {
      const answer = await proxy.post(`/Lab/Count?stream=${word}`, { count: 1 }, { headers: { Accept: 'text/html, */*' } });
      assert.equal(answer.headers.get('content-type'), type);
    }
    assert.deepEqual((await stream({}, { headers: { Accept: 'application/json' } })).json, []);
    assert.equal((await stream({})).text, '');
  });

  test('a failure on the way is told in the stream, one before it by the status', async () => {
    const body = { count: 5, failAfter: 2 };
    const failed = { success: false, error: 'lost count after 2', status: 'DATA_LOSS', code: 15 };
    const lines = (await stream(body, { headers: { 'X-Call-Id': 'c1' } })).text.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines, [{ value: '1' }, { value: '2' }, { ...failed, callId: 'c1' }]);
    const array = (await stream(body, { headers: { Accept: 'application/json', 'X-Call-Id': 'c2' } })).json;
    assert.deepEqual(array.at(-1), { ...failed, callId: 'c2' });
    const sse = events((await stream(body, { headers: { Accept: 'text/event-stream', 'X-Call-Id': 'c3' } })).text);
    assert.equal(sse.length, 3);
    assert.equal(sse[2].event, 'error');
    assert.deepEqual(JSON.parse(sse[2].data), { ...failed, callId: 'c3' });
    await server.fail({ Count: ['NOT_FOUND', 'nothing to count'] });
    const early = await stream({ count: 3 }, { headers: { Accept: 'text/event-stream' } });
    await server.fail({});
    assert.equal(early.status, 404);
    assert.equal(early.json.error, 'nothing to count');
  });

  // A stream that stands still after `count` messages, until the upstream is told how it fails.
  function openHeld(t, count, form, args = []) {
    const reader = openCurl([...args, `${proxy.url}/Lab/Count?count=${count}&holds=true&stream=${form}`]);
    t.after(() => reader.child.kill('SIGKILL'));
    return reader;
  }

  test('a failure on the way has its details, in every form', async (t) => {
    const readers = { ndjson: openHeld(t, 2, 'ndjson'), json: openHeld(t, 2, 'json'), sse: openHeld(t, 2, 'sse') };
    const socket = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/Lab/Count`);
    socket.sendText('{"count":2,"holds":true}');
    const texts = Object.values(readers).map(({ out }) => out);
    await until('all have two messages', () => texts.every(({ text }) => text.includes('{"value":"2"}')) && socket.messages.length === 2);
    await server.fail({ Count: ['INVALID_ARGUMENT', 'not so', badRequest] });
    const closed = await socket.closeFrame();
    await within(patience, 'the ends', Promise.all(Object.values(readers).map(({ done }) => done)));
    await server.fail({});
    const { ndjson, json, sse } = readers;
    const failures = [JSON.parse(ndjson.out.text.trim().split('\n').at(-1)), JSON.parse(json.out.text).at(-1), socket.messages.at(-1).json];
    const last = events(sse.out.text).at(-1);
    assert.equal(last.event, 'error');
    for (const { callId, ...failure } of [...failures, JSON.parse(last.data)]) {
      assert.match(callId, /./);
      assert.deepEqual(failure, { success: false, error: 'not so', status: 'INVALID_ARGUMENT', code: 3, details: badRequestDetails });
    }
    assert.deepEqual([closed.code, closed.reason], [1008, 'INVALID_ARGUMENT']);
  });

  test('a failure before the first message that takes more than a second is told in the stream, whose status is 200', async (t) => {
    const readers = ['ndjson', 'json', 'sse'].map((form) => openHeld(t, 0, form, ['-i']));
    await until('all have begun', () => readers.every(({ out }) => out.text.includes('\r\n\r\n')));
    for (const { out } of readers) assert.match(out.text, /^HTTP\/1\.1 200 [^{}]*$/);
    await server.fail({ Count: ['NOT_FOUND', 'nothing to count'] });
    await within(patience, 'the ends', Promise.all(readers.map(({ done }) => done)));
    await server.fail({});
    const [ndjson, json, sse] = readers.map(({ out }) => out.text.slice(out.text.indexOf('\r\n\r\n') + 4));
    const [error, ...others] = events(sse);
    assert.deepEqual([error.event, others], ['error', []]);
    for (const failure of [JSON.parse(ndjson), JSON.parse(json)[0], JSON.parse(error.data)]) {
      assert.deepEqual([failure.success, failure.error, failure.status], [false, 'nothing to count', 'NOT_FOUND']);
    }
    assert.equal(JSON.parse(json).length, 1);
  });

  test('a later message that is too large ends the stream with the sentence that says so', async (t) => {
    const narrow = await Proxy.start(undefined, configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
method-max-message = ["Lab/Count=1KiB"]
`));
    t.after(() => narrow.stop());
    await until('the upstream is connected', async () => (await narrow.get('/lab/health')).status === 200);
    const body = { count: 1000000, padding: 500, growth: 300, pause_ms: 5 };
    const answer = await narrow.post('/Lab/Count?stream=ndjson', body);
    assert.equal(answer.status, 200);
    const lines = answer.text.trim().split('\n').map((line) => JSON.parse(line));
    assert.deepEqual(lines.slice(0, -1).map(({ value }) => value), ['1', '2']);
    const sentence = /^the answer of Lab\.Count has 11\d\d bytes as protobuf; method-max-message of upstream lab allows 1024$/;
    assert.match(lines.at(-1).error, sentence);
    const [, , error] = events((await narrow.post('/Lab/Count?stream=sse', body)).text);
    assert.equal(error.event, 'error');
    assert.match(JSON.parse(error.data).error, sentence);
    await until('the calls have ended', async () => (await server.told()).open_streams === 0);
  });

  test('what cannot be is refused before the upstream is asked', async () => {
    const seen = (await server.told()).seen.length;
    for (const [query, body, words] of [
      ['?stream=xml', '{}', "?stream= is 'xml'; it takes sse, ndjson, json, multipart or bytes"],
      ['?policy=newest', '{}', "?policy= is 'newest'; it takes all or latest"],
      ['?stream=multipart', '{}', '?raw= has to say which field they are in'],
      ['?raw=value', '{}', 'is not a bytes field of lab.Number; it has padding'],
      ['?raw=padding&stream=sse', '{}', 'which ?stream=sse cannot carry'],
      ['?type=image/png', '{}', ''],
      ['', '{"cuont":1}', ''],
      ['', '{"count":-1}', 'count'],
    ]) {
      const answer = await proxy.post(`/Lab/Count${query}`, body, { headers: { 'X-Strict': '1' } });
      if (words === '' && answer.status === 200) continue;
      assert.equal(answer.status, 400, query);
      assert.ok(answer.json.error.includes(words), answer.json.error);
    }
    assert.equal((await proxy.post('/Lab/Store?stream=sse', {})).json.error,
      '?stream= is for methods that give a stream; Lab.Store gives one answer');
    assert.equal((await stream({}, { headers: { Accept: 'image/png' } })).status, 406);
    assert.ok((await server.told()).seen.length <= seen + 1);
  });

  test('a reader that leaves ends the call upstream', async () => {
    for (let round = 0; round < 3; round++) {
      const { child, done } = openCurl(['-X', 'POST', '-d', '{"count":"1000000000","pause_ms":20}', `${proxy.url}/Lab/Count`]);
      await until('the stream is open', async () => (await server.told()).open_streams === 1);
      child.kill('SIGKILL');
      await done;
      await until('the call has ended', async () => (await server.told()).open_streams === 0);
    }
  });

  test('a deadline ends it in the stream', async () => {
    // One that passes before the first message is the status of the answer: then the next is twice as long.
    let deadline = 150;
    const answer = await until('a message before the deadline', async () => {
      const given = await stream({ count: 1000000, pause_ms: 50 }, { headers: { 'X-Timeout': `${deadline *= 2}ms` } });
      return given.status === 200 && given;
    });
    assert.equal(JSON.parse(answer.text.trim().split('\n').at(-1)).status, 'DEADLINE_EXCEEDED');
  });

  test('bytes: the first message alone, all of them, or as parts', async () => {
    const one = await proxy.post('/Lab/Count?raw=padding', { count: 1000000, padding: 5, pause_ms: 10 });
    assert.equal(one.status, 200);
    assert.deepEqual([...one.body], [0, 0, 0, 0, 0]);
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
    const all = await proxy.post('/Lab/Count?raw=padding&stream=bytes&type=image/x-test', { count: 3, padding: 2 });
    assert.equal(all.headers.get('content-type'), 'image/x-test');
    assert.equal(all.body.length, 6);
    const parts = await proxy.post('/Lab/Count?raw=padding&stream=multipart', { count: 2, padding: 3 });
    assert.match(parts.headers.get('content-type'), /^multipart\/x-mixed-replace; boundary=/);
    const boundary = /boundary=(.*)/.exec(parts.headers.get('content-type'))[1];
    // Whoever reads slowly may get one again.
    assert.ok(parts.text.endsWith(`--${boundary}--\r\n`));
    assert.deepEqual([...new Set(parts.text.match(/^X-Seq: \d+/gm))], ['X-Seq: 1', 'X-Seq: 2']);
    const bodies = await proxy.post('/Lab/Bodies', { count: 2 });
    assert.equal(bodies.headers.get('content-type'), 'text/plain');
    assert.equal(bodies.text, 'part 1\npart 2\n');
  });

  test('many readers share one call, which ends with the last of them', async () => {
    const path = '/Lab/Count?share=1&count=1000000000&pause_ms=10&stream=sse';
    const readers = Array.from({ length: 20 }, () => openCurl([`${proxy.url}${path}`]));
    await until('all read', () => readers.every(({ out }) => events(out.text).length >= 3));
    assert.equal((await server.told()).open_streams, 1);
    for (const { child } of readers) child.kill('SIGKILL');
    await Promise.all(readers.map(({ done }) => done));
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
  });

  test('an upstream that is away is 503 with its reason, and no stream', async (t) => {
    const lone = await Proxy.start(undefined, configFile(`[upstream.gone]\naddress = "127.0.0.1:1"\nproto-path = ["${lab}"]\n`));
    t.after(() => lone.stop());
    await until('it is known to be away', async () => (await lone.get('/gone/health')).status === 503);
    for (const [path, body] of [['/Lab/Count', '{"count":1}'], ['/Lab/Count?share=1', '{"count":1}'], ['/Lab/Count?raw=padding', '{"count":1}'],
      ['/Lab/Sum', '{"value":1}\n'], ['/Lab/Store', '{}']]) {
      const answer = await lone.post(path, body, { headers: path === '/Lab/Count' ? { Accept: 'text/event-stream' } : {} });
      assert.deepEqual([answer.status, answer.json.status], [503, 'UNAVAILABLE'], path);
      assert.match(answer.json.error, /cannot be reached/);
    }
    const socket = await WebSocketClient.open(`${lone.url.replace(/^http/, 'ws')}/Lab/Echo`);
    const { code, reason } = await socket.closeFrame();
    assert.deepEqual([code, reason], [1011, 'UNAVAILABLE']);
    assert.match(socket.messages.at(-1).json.error, /cannot be reached/);
  });
});

describe('a method that takes a stream', () => {
  test('JSON lines are sent while they come, and answered once', async () => {
    const body = Array.from({ length: 1000 }, (_, i) => JSON.stringify({ value: i })).join('\n');
    const answer = await proxy.post('/Lab/Sum', body);
    assert.deepEqual(answer.json, { success: true, data: { sum: '499500', count: 1000 } });
    assert.deepEqual((await proxy.post('/Lab/Sum?bare=1', '{"value":1}\r\n\n{"value":2}\n')).json, { sum: '3', count: 2 });
    assert.deepEqual((await proxy.post('/Lab/Sum', '')).json, { success: true, data: {} });
  });

  test('its one answer, and an error before any, bring what the upstream said beside them', async () => {
    const { headers } = await proxy.post('/Lab/Sum', '{"value":1}\n{"value":2}\n');
    assert.equal(headers.get('grpc-metadata-x-adder'), 'first');
    assert.equal(headers.get('grpc-trailer-x-added'), '2');
    assert.match(headers.all('access-control-expose-headers').join(), /Grpc-Metadata-x-adder, Grpc-Trailer-x-added/i);
    const failed = await proxy.post('/Lab/Echo', '{"text":"fail"}\n');
    assert.equal(failed.json.status, 'FAILED_PRECONDITION', failed.text);
    assert.equal(failed.headers.get('grpc-trailer-x-echoed'), 'nothing');
  });

  test('a line that is wrong is named, and ends the call', async () => {
    for (const [body, words] of [
      ['{"value":1}\n{"value":"x"}\n', /^line 2: "value" takes an integer/], ['{"value":1}\n\n[1]\n', /^line 3: /], ['{"value":1}\n{"value":2', /^line 2: /]]) {
      const answer = await proxy.post('/Lab/Sum', body);
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, words);
    }
    await until('no call is left', async () => (await server.told()).open_streams === 0);
  });

  test('a client that leaves in the middle ends the call', async () => {
    const talk = new Talk('/Lab/Sum');
    // Each message is at the upstream before the next comes.
    for (let i = 1; i <= 3; i++) {
      talk.say('{"value":1}');
      await until('it has come', async () => (await server.told()).noted.added === i);
    }
    assert.equal((await server.told()).open_streams, 1);
    talk.child.kill('SIGKILL');
    await talk.done;
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
  });
});

describe('a method with streams both ways', () => {
  test('over HTTP each answer comes before the next request', async () => {
    const talk = new Talk('/Lab/Echo');
    for (let i = 1; i <= 3; i++) {
      talk.say(JSON.stringify({ text: `n${i}` }));
      await until('the answer', () => talk.lines.length >= i);
      assert.deepEqual(talk.lines.at(-1), { text: `n${i}` });
    }
    talk.child.stdin.end();
    await within(patience, 'the end', talk.done);
  });

  test('over a WebSocket, with its end from either side', async () => {
    const socket = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/Lab/Echo`);
    for (let i = 1; i <= 3; i++) {
      socket.sendText(JSON.stringify({ text: `n${i}`, repeat: i }));
      await until('the answers', () => socket.messages.length === (i * (i + 1)) / 2);
      assert.deepEqual(socket.messages.at(-1).json, { text: `n${i}` });
    }
    socket.sendText('');
    const closed = await socket.closeFrame();
    assert.deepEqual([closed.code, closed.reason], [1000, 'OK']);
    const failing = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/Lab/Echo`);
    failing.sendText('{"text":"fail"}');
    const end = await failing.closeFrame();
    assert.equal(end.code, 1008);
    assert.equal(failing.messages.at(-1).json.error, 'asked to fail');
    const wrong = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/Lab/Echo`);
    wrong.sendText('{"text":1}');
    await wrong.closeFrame();
    assert.match(wrong.messages.at(-1).json.error, /^message 1: "text" takes/);
  });

  test('a socket that leaves ends the call; a unary method has none', async () => {
    const socket = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/lab/Lab/Echo`);
    socket.sendText('{"text":"a"}');
    await until('the answer', () => socket.messages.length === 1);
    assert.equal((await server.told()).open_streams, 1);
    socket.socket.destroy();
    await until('the call has ended', async () => (await server.told()).open_streams === 0);
    const refused = await WebSocketClient.open(`${proxy.url.replace(/^http/, 'ws')}/Lab/Store`);
    assert.equal(refused.status, 400);
    assert.match(JSON.parse(refused.text).error, /gives one answer to one request/);
  });
});

describe('GET', () => {
  test('fields in the query, a whole request, and both', async () => {
    const get = async (query) => (await proxy.get(`/Lab/Describe?bare=1&${query}`, { args: ['-g'] })).json;
    assert.deepEqual(await get('count=7&names=a&names=b&inner.isOn=true&inner.numbers[0].value=5&inner.numbers.1.value=6&labels.x=y'),
      { count: '7', names: ['a', 'b'], labels: { x: 'y' }, inner: { is_on: true, numbers: [{ value: '5' }, { value: '6' }] } });
    assert.deepEqual(await get(`request=${encodeURIComponent('{"count":3}')}`), { count: '3' });
    assert.deepEqual(await get(`request=${Buffer.from('{"count":3}').toString('base64url')}&padding=2`), { count: '3', padding: 2 });
    assert.deepEqual(await get('inner={"is_on":true}'), { inner: { is_on: true } });
    assert.deepEqual(await get(`inner.blob=${encodeURIComponent('+/8=')}`), { inner: { blob: '+/8=' } });
  });

  test('what does not fit is named', async () => {
    for (const [query, words] of [
      ['cuont=1', "lab.CountRequest has no field 'cuont'; did you mean count?"], ['inner.x=1', "lab.Inner has no field 'x' (in 'inner.x')"],
      ['count.x=1', "'count' is no message"], ['inner=5', 'takes an object'], ['inner=x', 'is a message'], ['count=1&count=2', "'count' was given twice"],
      ['count=many', 'count'], ['inner.numbers[4].value=1', 'the next is 0'], ['request=x', '?request= is neither'],
      [`request=${'['.repeat(3000)}`, '?request= is neither']]) {
      const answer = await proxy.get(`/Lab/Describe?${query}`, { args: ['-g'] });
      assert.equal(answer.status, 400, query);
      assert.ok(answer.json.error.includes(words), `${query}: ${answer.json.error}`);
    }
  });

  test('only where the schema or --allow-get says so', async () => {
    assert.equal((await proxy.get('/Lab/Store?count=1')).status, 200);
    const refused = await proxy.get('/Lab/Sum');
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.get('allow'), 'POST, OPTIONS');
    assert.match(refused.json.error, /--allow-get lab.Lab\/Sum would allow it/);
    assert.equal((await proxy.get('/lab/Lab/Count?count=2&stream=ndjson')).text, '{"value":"1"}\n{"value":"2"}\n');
  });
});

describe('bodies of bytes, and headers', () => {
  test('google.api.HttpBody is a body both ways', async () => {
    const answer = await proxy.post('/Lab/Body', Buffer.from('abc'), { headers: { 'Content-Type': 'text/x-test' } });
    assert.equal(answer.headers.get('content-type'), 'text/x-test');
    assert.equal(answer.text, 'cba');
  });

  test('?raw-body= puts the body into a field', async () => {
    const answer = await proxy.post('/Lab/Store?raw-body=inner.blob&count=4', Buffer.from([1, 2, 3]));
    assert.deepEqual(answer.json.data, { count: '4', inner: { blob: 'AQID' } });
    assert.equal((await proxy.post('/Lab/Store?raw-body=inner.blub', 'x')).status, 400);
    const text = await proxy.post('/Lab/Shelve?raw-body=name', Buffer.from('Bücher'));
    assert.deepEqual(text.json.data, { name: 'Bücher' });
    const broken = await proxy.post('/Lab/Shelve?raw-body=book.id', Buffer.from([0x61, 0xc3, 0x28]));
    assert.equal(broken.status, 400);
    assert.match(broken.json.error, /'id' is a string, and the bytes given for it are no UTF-8/);
  });

  test('?bytes=1 is refused where there is no WebSocket', async () => {
    for (const method of ['Store', 'Count', 'Sum']) {
      const answer = await proxy.post(`/Lab/${method}?bytes=1`, {});
      assert.equal(answer.status, 400, answer.text);
      assert.match(answer.json.error, /^\?bytes=1 is of a WebSocket's messages; over HTTP \?raw=<field> gives bytes/);
    }
    assert.equal((await proxy.post('/Lab/Store?bytes=0', {})).status, 200);
  });

  test('headers become metadata where that is wanted', async () => {
    await proxy.post('/Lab/Store', {}, { headers: { 'X-Who': 'me', 'X-Other': 'no', traceparent: '00-1', 'X-Raw-Bin': 'AQI=' } });
    const { metadata } = (await server.told()).seen.at(-1);
    assert.equal(metadata['x-who'], 'me');
    assert.equal(metadata.traceparent, '00-1');
    assert.equal(metadata['x-other'], undefined);
    assert.equal((await proxy.post('/Lab/Store', {}, { headers: { 'X-Raw-Bin': '***' } })).status, 400);
  });
});
