// For tools/bench/acceptance.mjs: some methods of tests/support/lab, by a server that is much quicker than the one in Python. It speaks HTTP/2
// itself, in a thread of its own, so that it takes none of the measuring one's time.
//
// · Count: messages as fast as they are taken; each has bytes that belong to its number
// · Describe: an answer with `count` bytes, the same ones for the same `fail_after`
// · Store: says the SHA-256 of the message as it came, and its size

import { createCipheriv, createHash } from 'node:crypto';
import http2 from 'node:http2';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';

import { configFile } from '../../../tests/support/config_file.mjs';
import { lab } from '../../../tests/support/example.mjs';
import { within } from '../../../tests/support/wait.mjs';

const kBatch = 200; // messages
const kHead = 48;   // bytes in which one blob differs from another; a multiple of 3, so that base64 can be made of both parts alone

const made = new Map();
function noise(size) {
  if (!made.has(size)) made.set(size, createCipheriv('aes-128-ctr', Buffer.alloc(16, 7), Buffer.alloc(16)).update(Buffer.alloc(size)));
  return made.get(size);
}

// The bytes of a number, in two parts.
export function blob(index, size) {
  const head = Buffer.alloc(kHead);
  head.writeUInt32LE(index);
  return [head, noise(size).subarray(kHead)];
}

// What stands beside a number, for the whole of a stream.
const kKinds = 1000;
export function paddings(size) {
  const from = noise(size + kKinds);
  return Array.from({ length: kKinds }, (_, i) => from.subarray(i, i + size));
}

function varint(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}
const head = (number, size) => Buffer.concat([Buffer.from([(number << 3) | 2]), varint(size)]);

// What stands before a blob of that size in a CountRequest that has nothing else.
export function blobHead(size) {
  const inner = head(3, size);
  return Buffer.concat([head(7, inner.length + size), inner]);
}

// {field number: value} of the numbers in a message.
function numbersOf(message) {
  const fields = {};
  for (let at = 0; at < message.length;) {
    const read = () => {
      for (let value = 0, factor = 1; ; factor *= 0x80) {
        const byte = message[at++];
        value += (byte & 0x7f) * factor;
        if (byte < 0x80) return value;
      }
    };
    const tag = read();
    const value = read();
    if ((tag & 7) === 0) fields[tag >> 3] = value;
    else at += value;
  }
  return fields;
}

export class QuickLab {
  static async start() {
    const server = new QuickLab();
    server.counters = new Float64Array(new SharedArrayBuffer(16));
    server.worker = new Worker(new URL(import.meta.url), { workerData: { counters: server.counters } });
    const first = new Promise((resolve, reject) => server.worker.once('message', resolve).once('error', reject));
    server.port = await within(20000, 'the quick server', first);
    return server;
  }
  // The last number that Count has given away.
  get counted() {
    return this.counters[0];
  }
  get section() {
    return `[upstream.lab]\naddress = "127.0.0.1:${this.port}"\nproto-path = ["${lab}"]\n`;
  }
  // The options of a proxy in front of it.
  options(text = '') {
    return configFile(`${text}\n${this.section}`);
  }
  async stop() {
    await this.worker.terminate();
  }
}

// ---- the thread

const frame = (size) => {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt32BE(size, 1);
  return bytes;
};

function begin(stream) {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
}

async function count(stream, { 1: messages = 0, 2: size = 0 }) {
  const fillings = paddings(size).map((padding) => Buffer.concat([head(2, size), padding]));
  let wake = () => {};
  for (const event of ['drain', 'close']) stream.on(event, () => wake());
  begin(stream);
  for (let value = 1; value <= messages && !stream.destroyed;) {
    const batch = [];
    for (let i = 0; i < kBatch && value <= messages; i++, value++) {
      const number = Buffer.concat([Buffer.from([8]), varint(value)]);
      const filling = fillings[value % kKinds];
      batch.push(frame(number.length + filling.length), number, filling);
    }
    const goesOn = stream.write(Buffer.concat(batch));
    workerData.counters[0] = value - 1;
    if (!goesOn && !stream.destroyed) await new Promise((resolve) => (wake = resolve));
  }
  stream.end();
}

function describe(stream, { 1: size = 0, 4: index = 0 }) {
  const first = blobHead(size);
  begin(stream);
  stream.write(Buffer.concat([frame(first.length + size), first]));
  for (const part of blob(index, size)) stream.write(part);
  stream.end();
}

function store(stream, size, sha256) {
  const text = Buffer.from(sha256);
  const answer = Buffer.concat([Buffer.from([8]), varint(size), head(5, text.length), text]);
  begin(stream);
  stream.end(Buffer.concat([frame(answer.length), answer]));
}

function serve(stream, path) {
  stream.on('error', () => {}); // who leaves is no fault
  const chunks = [];
  const hash = createHash('sha256');
  let size = -5; // of the message, behind the frame's head
  stream.on('data', (chunk) => {
    if (path === '/lab.Lab/Store') hash.update(chunk.subarray(Math.min(chunk.length, Math.max(0, -size))));
    else chunks.push(chunk);
    size += chunk.length;
  });
  stream.on('end', () => {
    if (stream.destroyed) return;
    const request = () => numbersOf(Buffer.concat(chunks).subarray(5));
    if (path === '/lab.Lab/Count') count(stream, request());
    else if (path === '/lab.Lab/Describe') describe(stream, request());
    else if (path === '/lab.Lab/Store') store(stream, size, hash.digest('hex'));
    else stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '12' }, { endStream: true });
  });
}

if (!isMainThread && workerData?.counters) {
  const settings = { initialWindowSize: 1 << 20, maxConcurrentStreams: 1000 };
  const server = http2.createServer({ settings, maxSessionMemory: 16000 });
  server.on('session', (session) => {
    session.on('error', () => {});
    session.setLocalWindowSize?.(16 << 20);
  });
  server.on('stream', (stream, headers) => serve(stream, headers[':path']));
  server.listen(0, '127.0.0.1', () => parentPort.postMessage(server.address().port));
}
