// Test support. A viewer of /render/mjpeg: `curl -N`, its parts taken apart as they come, by the length that each one has.

import { spawn } from 'node:child_process';

import { Headers, parseAnswer } from './curl.mjs';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Parts {
  constructor(url) {
    this.all = []; // {headers, body, at}: every part, `at` in milliseconds of performance.now()
    this.parts = []; // the same without the repeats
    this.bytes = Buffer.alloc(0);
    this.child = spawn('curl', ['-sS', '-N', '-i', url], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.child);
    this.closed = new Promise((resolve) => this.child.on('close', () => {
      running.delete(this.child);
      this.isClosed = true;
      resolve();
    }));
    this.child.stdout.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.#take();
    });
  }

  #take() {
    if (!this.head) {
      if (this.bytes.indexOf('\r\n\r\n') < 0) return;
      const { status, headers, offset } = parseAnswer(this.bytes);
      this.head = { status, headers };
      this.boundary = /boundary=(\S+)/.exec(headers.get('content-type') ?? '')?.[1];
      this.bytes = this.bytes.subarray(offset);
    }
    const opening = Buffer.from(`--${this.boundary}\r\n`);
    for (;;) {
      const head = this.bytes.indexOf('\r\n\r\n');
      if (head < 0) return;
      if (!this.bytes.subarray(0, opening.length).equals(opening)) throw new Error('a part does not begin with the boundary');
      const headers = new Headers(this.bytes.subarray(opening.length, head).toString('latin1').split('\r\n'));
      const length = Number(headers.get('content-length'));
      if (!Number.isInteger(length)) throw new Error('a part does not say how long it is');
      const end = head + 4 + length;
      if (this.bytes.length < end + 2) return;
      if (this.bytes.subarray(end, end + 2).toString('latin1') !== '\r\n') throw new Error('a part is not as long as it says');
      const part = { headers, body: this.bytes.subarray(head + 4, end), at: performance.now() };
      if (!this.all.at(-1)?.body.equals(part.body)) this.parts.push(part);
      this.all.push(part);
      this.bytes = this.bytes.subarray(end + 2);
    }
  }

  // The `nth` part that is none of its predecessor again, from 1 on.
  part(nth) {
    return until(`part ${nth}`, () => this.parts[nth - 1]);
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
