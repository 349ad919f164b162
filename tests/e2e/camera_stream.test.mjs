// End to end: a camera whose pictures are as large and as many as an rc_visard's: the first at once, none torn, readers of any speed
// beside one another, and a hundred of them at the cost of one.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { METHOD, picture, ready, section, SetReader } from '../support/camera.mjs';
import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example } from '../support/example.mjs';
import { convert } from '../support/images.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { inTime, patience, until } from '../support/wait.mjs';

const megabytes = 1 << 20;
const width = 1280;
const height = 960;
const everything = { left_enabled: true, right_enabled: true, disparity_enabled: true, disparity_error_enabled: true,
  confidence_enabled: true };

async function start(started, args, more = '') {
  const camera = started(await Example.start('rc_visard', args));
  const proxy = started(await Proxy.start(undefined, configFile(section('visard', camera.address, more))));
  await ready(proxy, 'visard');
  return { camera, proxy };
}

const asBody = (body) => ['-X', 'POST', '-d', JSON.stringify(body)];
const openStreams = async (camera) => (await camera.told()).open_streams;
const noneOpen = (camera) => until('no stream is open', async () => (await openStreams(camera)) === 0);
const rising = (numbers) => numbers.every((number, i) => i === 0 || number > numbers[i - 1]);

// The most that the proxy has had at the looks, above what it had at first.
function memoryOf(proxy) {
  const atFirst = proxy.rss();
  const now = () => proxy.rss() - atFirst;
  const memory = { most: 0, now, look: () => (memory.most = Math.max(memory.most, now())) };
  return memory;
}

test('the first set is an event before there is a second one', async (t) => {
  const started = cleanup(t);
  const { proxy } = await start(started, ['--rate', '0.01']); // the second one comes after 100 s
  const { child, done, out } = openCurl(['-i', '-H', 'Accept: text/event-stream', ...asBody({ left_enabled: true }),
    `${proxy.url}${METHOD}`]);
  await until('an event', () => /^data: .*\n\n/m.test(out.text));
  child.kill('SIGKILL');
  await done;
  const [head, event, rest] = [out.text.slice(0, out.text.indexOf('\r\n\r\n')), ...out.text.split('\r\n\r\n')[1].split('\n\n')];
  assert.match(head, /^HTTP\/1\.1 200 /);
  assert.match(head, /^content-type: text\/event-stream\r?$/im);
  const [, id, data] = /^id: (\d+)\ndata: (.*)$/.exec(event);
  assert.equal(id, '1');
  assert.deepEqual(Buffer.from(JSON.parse(data).left.data, 'base64'), picture(1, 8, 6, 1, 4));
  assert.equal(rest, '');
});

test('a reader that is killed ends the call of the camera at once, ten times over and with ten at a time', async (t) => {
  const started = cleanup(t);
  const { camera, proxy } = await start(started, []);
  const open = () => new SetReader(`${proxy.url}${METHOD}`, asBody({ left_enabled: true }));
  const ended = () => until('the camera is told', async () => (await openStreams(camera)) === 0);
  for (let round = 0; round < 10; round++) {
    const reader = started(open());
    await reader.has(1);
    assert.equal(await openStreams(camera), 1);
    await reader.stop();
    await ended();
  }
  const readers = Array.from({ length: 10 }, () => started(open()));
  await Promise.all(readers.map((reader) => reader.has(1)));
  assert.equal(await openStreams(camera), 10);
  await Promise.all(readers.map((reader) => reader.stop()));
  await ended();
});

describe('sets of 1280×960 pixels, 25 a second', () => {
  let camera;
  let proxy;
  before(async () => {
    camera = await Example.start('rc_visard', ['--width', String(width), '--height', String(height), '--padding', '0']);
    proxy = await Proxy.start(undefined, configFile(section('visard', camera.address)));
    await ready(proxy, 'visard');
  });
  after(async () => {
    await proxy?.stop();
    await camera?.stop();
  });

  const hasMissed = (sets) => sets.at(-1).sec - sets[0].sec >= sets.length;
  const all = (reader) => assert.deepEqual(reader.sets.map(({ sec }) => sec), reader.sets.map((_, i) => i + 1));

  test('with five pictures each: none is lost, none is torn, and the memory stays as it is', async (t) => {
    const started = cleanup(t);
    const reader = started(new SetReader(`${proxy.url}${METHOD}`, asBody(everything), { keep: 25 }));
    const memory = memoryOf(proxy);
    const limits = { look: memory.look, within: 4 * patience }; // eight seconds, where the machine has the time for them
    await reader.has(50, limits);
    const early = memory.most;
    await reader.has(200, limits);
    await reader.stop();
    all(reader);
    assert.deepEqual(reader.sets.map(({ id }) => id), reader.sets.map(({ sec }) => sec));
    assert.deepEqual(reader.events.filter(({ name }) => name), []);
    for (const set of reader.kept) {
      const { sec } = set.timestamp;
      for (const image of [set.left, set.right, set.disparity_error, set.confidence])
        assert.ok(Buffer.from(image.data, 'base64').equals(picture(sec, width, height)), `set ${sec}`);
      assert.ok(Buffer.from(set.disparity.image.data, 'base64').equals(picture(sec, width, height, 2)), `set ${sec}`);
    }
    // Twenty sets as JSON. A leak of one set in ten would be more.
    assert.ok(memory.most < 200 * megabytes, `${memory.most} bytes more than at first`);
    assert.ok(memory.most < early + 100 * megabytes, `${early} bytes after 50 sets, ${memory.most} after 200`);
    await noneOpen(camera);
  });

  // A reader of a megabyte a second beside one without a limit, until the slow one has a few sets and is as the test wants it:
  // [slow, fast]. What is on the way to it in the kernel and in curl may be several sets.
  async function slowAndFast(started, slowQuery, fastQuery, isEnough = () => true) {
    const fast = started(new SetReader(`${proxy.url}${METHOD}${fastQuery}`, asBody({ left_enabled: true }), { keep: 20 }));
    await fast.has(1);
    const memory = memoryOf(proxy);
    const args = ['--limit-rate', '1M', ...asBody({ left_enabled: true })];
    const slow = started(new SetReader(`${proxy.url}${METHOD}${slowQuery}`, args, { keep: 1 }));
    await slow.has(1, { look: memory.look });
    const begin = fast.sets.length;
    await fast.has(begin + 100, { look: memory.look });
    const meanwhile = slow.sets.length;
    assert.ok(meanwhile < 50, `the slow one has ${meanwhile}`);
    await until('the slow one has its sets', () => {
      memory.look();
      return slow.sets.length >= 6 && isEnough(slow.sets);
    }, { detail: () => `; it has ${slow.sets.map(({ sec }) => sec)}` });
    await Promise.all([slow.stop(), fast.stop()]);
    for (const { timestamp: { sec }, left } of [...slow.kept, ...fast.kept])
      assert.ok(Buffer.from(left.data, 'base64').equals(picture(sec, width, height)), `set ${sec}`);
    assert.ok(rising(slow.sets.map(({ sec }) => sec)));
    assert.ok(memory.most < 200 * megabytes, `${memory.most} bytes more`);
    return [slow, fast];
  }
  test('a reader of 1 MB/s holds its own call up and no other', async (t) => {
    const [slow, fast] = await slowAndFast(cleanup(t), '', '');
    all(slow);
    all(fast);
    await noneOpen(camera);
  });

  test('a reader of 1 MB/s with ?policy=latest is told how many it has missed; the fast one misses none', async (t) => {
    const [slow, fast] = await slowAndFast(cleanup(t), '?policy=latest', '', hasMissed);
    for (const { id, sec } of slow.sets) assert.equal(id, sec);
    all(fast);
    await noneOpen(camera);
  });

  test('readers of one shared stream, one of them of 1 MB/s, do not hold one another up', async (t) => {
    const started = cleanup(t);
    const calls = (await camera.told()).calls;
    const [slow, fast] = await slowAndFast(started, '?share=1', '?share=1', hasMissed);
    assert.equal((await camera.told()).calls, calls + 1);
    assert.ok(rising(fast.sets.map(({ sec }) => sec)));
    await noneOpen(camera);
  });

  test('parts for a reader of 1 MB/s say how many were left out, exactly', async (t) => {
    const started = cleanup(t);
    const query = '?stream=multipart&raw=left.data&policy=latest&left_enabled=true';
    const { child, done, out } = openCurl(['--limit-rate', '1M', `${proxy.url}${METHOD}${query}`]);
    started({ stop: () => child.kill('SIGKILL') && done });
    child.stdout.setEncoding('latin1');
    // [number, how many were left out, the first byte of its picture, which is the number of the set]; where nothing newer comes
    // in time, a part comes again as it was.
    const parts = () => [...out.text.matchAll(/X-Seq: (\d+)\r\nX-Dropped: (\d+)\r\n\r\n([^])/g)]
      .map(([, seq, dropped, byte]) => [Number(seq), Number(dropped), byte.charCodeAt(0)])
      .filter((part, i, all) => part[0] !== all[i - 1]?.[0]);
    const some = await until('some are left out', () => parts().at(-1)?.[1] > 0 && parts());
    some.forEach(([seq, dropped, byte], i) =>
      assert.deepEqual([seq, byte], [i + 1 + dropped, seq & 0xff], JSON.stringify(some)));
  });
});

test('a set of 100 MiB passes where the limit is above it, and is refused with the limit where it is below', async (t) => {
  const started = cleanup(t);
  const side = 10240;
  const size = ['--width', String(side), '--height', String(side), '--padding', '0'];
  const camera = started(await Example.start('rc_visard', [...size, '--rate', '0.001']));
  const proxy = started(await Proxy.start(undefined, configFile(
    section('raised', camera.address, 'max-message = "128MiB"') + section('low', camera.address, 'max-message = "64MiB"'))));
  await ready(proxy, 'raised');
  await ready(proxy, 'low');
  const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
  const wanted = sha256(picture(1, side, side));
  const memory = memoryOf(proxy);

  const raw = await proxy.get(`/raised${METHOD}?left_enabled=true&raw=left.data`, { args: ['--max-time', '300'] });
  assert.equal(raw.status, 200, raw.text.slice(0, 300));
  assert.equal(raw.headers.get('content-length'), String(100 * megabytes));
  assert.equal(sha256(raw.body), wanted);
  memory.look();
  const reader = started(new SetReader(`${proxy.url}/raised${METHOD}`, asBody({ left_enabled: true }), { keep: 1 }));
  await reader.has(1, { look: memory.look });
  await reader.stop();
  const [{ data }] = reader.sets;
  const base64 = /"data":"([^"]*)"/.exec(data)[1];
  assert.equal(sha256(Buffer.from(base64, 'base64')), wanted);
  // The set, its JSON, and one more of each on its way.
  assert.ok(memory.most < 600 * megabytes, `${memory.most} bytes more`);

  const sentence = /larger than the limit of 67108864 bytes that max-message of \[upstream\.low\] sets/;
  const refused = await proxy.get(`/low${METHOD}?left_enabled=true&raw=left.data`);
  assert.deepEqual([refused.status, refused.json.status], [502, 'RESOURCE_EXHAUSTED'], refused.text.slice(0, 300));
  assert.match(refused.json.error, sentence);
  // A stream has begun by then, where the camera takes more than a second for the set.
  const stream = await proxy.post(`/low${METHOD}?stream=sse`, { left_enabled: true });
  assert.match(stream.text, stream.status === 200 ? /^event: error\ndata: \{"success":false,/m : /^\{"success":false,/);
  assert.match(stream.text, sentence);
  // The allocator may keep 64 MiB.
  await until('the memory is given back', () => memory.now() < 96 * megabytes,
    { detail: () => `; it has ${memory.now()} bytes more` });
});

// A reader of parts in this process: a hundred programs would take their time to start.
async function openParts(url) {
  const reader = { text: '', stop: () => request.destroy() };
  const request = get(url, { agent: false });
  request.on('error', () => {});
  const answer = await new Promise((resolve) => request.once('response', resolve));
  reader.status = answer.statusCode;
  const boundary = /^multipart\/x-mixed-replace; boundary=(\S+)$/.exec(answer.headers['content-type'])[1];
  answer.setEncoding('latin1').on('data', (text) => (reader.text += text)).on('error', () => {});
  // Those that are whole: [head, body].
  reader.parts = () => reader.text.split(`--${boundary}\r\n`).slice(1)
    .map((part) => [part, /^([^]*?)\r\n\r\n/.exec(part)?.[1] ?? ''])
    .map(([part, head]) => [head, part.slice(head.length + 4), Number(/^content-length: (\d+)/im.exec(head)?.[1])])
    .filter(([, body, length]) => body.length >= length).map(([head, body, length]) => [head, body.slice(0, length)]);
  return reader;
}

test('a picture that no other follows comes once more soon, as it was, so that browsers show it', async (t) => {
  const started = cleanup(t);
  const { proxy } = await start(started, ['--rate', '0.01']); // the second one comes after 100 s
  const query = '?left_enabled=true&raw=left.data&picture=png&stream=multipart';
  for (const how of ['', '&share=1', '&policy=latest']) {
    await inTime(t, 1, 15000, async () => { // it comes again every 15 s, too
      const reader = await openParts(`${proxy.url}${METHOD}${query}${how}`);
      t.after(() => reader.stop());
      const [first, again] = await until('it is there twice', () => reader.parts().length >= 2 && reader.parts());
      assert.match(first[0], /^X-Seq: 1\r\nX-Dropped: 0\r?$/m);
      assert.deepEqual(again, first);
      reader.stop();
    });
  }
});

test('a hundred readers of one shared stream of pictures are one call of the camera, and each has whole pictures', async (t) => {
  const started = cleanup(t);
  const [columns, rows] = [64, 48];
  const { camera, proxy } = await start(started, ['--width', String(columns), '--height', String(rows), '--rate', '5']);
  const query = '?left_enabled=true&raw=left.data&picture=png&stream=multipart&share=1';
  const readers = await Promise.all(Array.from({ length: 100 }, () => openParts(`${proxy.url}${METHOD}${query}`)));
  t.after(() => readers.forEach((reader) => reader.stop()));
  // A picture comes again where the next is late.
  const pictures = (reader) => new Set(reader.parts().map(([head]) => /^X-Seq: (\d+)/m.exec(head)[1])).size;
  await until('three pictures for each', () => readers.every((reader) => pictures(reader) >= 3), { every: 200 });
  const told = await camera.told();
  assert.deepEqual([told.open_streams, told.calls], [1, 1]);
  assert.ok(readers.every(({ status }) => status === 200));
  const parts = readers.flatMap((reader) => reader.parts());
  for (const [head] of parts) assert.match(head, /^content-type: image\/png\r$/im);
  const files = [...new Set(parts.map(([, body]) => body))];
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-camera-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  files.forEach((file, i) => writeFileSync(path.join(folder, `${i}.png`), file, 'latin1'));
  const pixels = await convert([...files.map((_, i) => `png:${path.join(folder, `${i}.png`)}`), '-depth', '8'], 'gray');
  const size = columns * rows;
  assert.equal(pixels.length, files.length * size);
  const firsts = files.map((_, i) => pixels[i * size]);
  firsts.forEach((first, i) =>
    assert.ok(pixels.subarray(i * size, (i + 1) * size).equals(picture(first, columns, rows)), `a picture of set ${first}`));
  // Each set is one file, whoever reads it.
  assert.equal(new Set(firsts).size, files.length);
  readers.forEach((reader) => reader.stop());
  await noneOpen(camera);
});
