// Test support. A WebSocket as a page has it, over a bare connection, so that a test sees every frame and every refusal.

import { randomBytes } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

import { patience, within } from './wait.mjs';

const running = new Set();
process.on('exit', () => {
  for (const socket of running) socket.destroy();
});

function maskedFrame(opcode, payload) {
  const mask = randomBytes(4);
  const head = payload.length < 126
    ? Buffer.from([0x80 | opcode, 0x80 | payload.length])
    : payload.length < 1 << 16
      ? Buffer.from([0x80 | opcode, 0x80 | 126, payload.length >> 8, payload.length & 0xff])
      : Buffer.from([0x80 | opcode, 0x80 | 127, 0, 0, 0, 0, 0, 0, 0, 0]);
  if (head.length === 10) head.writeBigUInt64BE(BigInt(payload.length), 2);
  const body = Buffer.from(payload);
  for (let i = 0; i < body.length; i++) body[i] ^= mask[i % 4];
  return Buffer.concat([head, mask, body]);
}

export class WebSocketClient {
  // Resolves to an open one, or to the refusal: {status, headers, text}. `options` are those of https.request.
  static open(url, { headers = {}, ...options } = {}) {
    const target = new URL(url.replace(/^ws/, 'http'));
    const opening = new Promise((resolve, reject) => {
      const request = (target.protocol === 'https:' ? https : http).request(target, {
        ...options,
        headers: {
          Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Version': '13',
          'Sec-WebSocket-Key': randomBytes(16).toString('base64'), ...headers,
        },
      });
      request.on('error', reject);
      request.on('upgrade', (response, socket, first) => resolve(new WebSocketClient(socket, first)));
      request.on('response', (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part) => (text += part));
        response.on('end', () => resolve({ status: response.statusCode, headers: new Map(Object.entries(response.headers)), text }));
      });
      request.end();
    });
    return within(patience, 'the WebSocket opens', opening);
  }

  constructor(socket, first) {
    this.socket = socket;
    this.messages = []; // {text} or {binary}; texts also as `json`
    this.waiting = new Set();
    this.pending = first;
    running.add(socket);
    this.closed = new Promise((resolve) => socket.on('close', resolve));
    this.closed.then(() => {
      running.delete(socket);
      this.#wake();
    });
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      this.pending = Buffer.concat([this.pending, bytes]);
      this.#take();
    });
    this.#take();
  }

  #take() {
    for (;;) {
      const bytes = this.pending;
      if (bytes.length < 2) return;
      const short = bytes[1];
      const start = short === 127 ? 10 : short === 126 ? 4 : 2;
      if (bytes.length < start) return;
      const size = short === 127 ? Number(bytes.readBigUInt64BE(2)) : short === 126 ? bytes.readUInt16BE(2) : short;
      if (bytes.length < start + size) return;
      const payload = bytes.subarray(start, start + size);
      this.pending = bytes.subarray(start + size);
      this.#frame(bytes[0] & 0x0f, payload);
    }
  }

  #frame(opcode, payload) {
    if (opcode === 1) this.messages.push({ text: payload.toString('utf8'), json: JSON.parse(payload.toString('utf8')) });
    if (opcode === 2) this.messages.push({ binary: payload });
    if (opcode === 8) {
      this.code = payload.length >= 2 ? payload.readUInt16BE(0) : undefined;
      this.reason = payload.subarray(2).toString('utf8');
      this.socket.end(maskedFrame(8, payload));
    }
    if (opcode === 9) this.socket.write(maskedFrame(10, payload));
    this.#wake();
  }

  #wake() {
    for (const check of [...this.waiting]) check();
  }

  send(message) {
    this.sendText(JSON.stringify(message));
  }
  sendText(text) {
    this.socket.write(maskedFrame(1, Buffer.from(text)));
  }
  sendBinary(bytes) {
    this.socket.write(maskedFrame(2, bytes));
  }

  // How the server has ended it: {code, reason}.
  async closeFrame() {
    await within(patience, 'the WebSocket is closed', this.closed);
    return { code: this.code, reason: this.reason };
  }

  // The first message from place `from` on that `fits` accepts; past ones count.
  async message(what, fits, { within: limit = patience, from = 0 } = {}) {
    let place = from;
    let check;
    const found = new Promise((resolve, reject) => {
      check = () => {
        for (; place < this.messages.length; place++) {
          if (fits(this.messages[place])) return resolve({ ...this.messages[place], place });
        }
        if (this.socket.destroyed) reject(new Error(`the WebSocket closed (${this.code}) before: ${what}`));
      };
      this.waiting.add(check);
      check();
    });
    try {
      return await within(limit, what, found);
    } finally {
      this.waiting.delete(check);
    }
  }

  async stop() {
    this.socket.destroy();
    await this.closed;
  }
}
