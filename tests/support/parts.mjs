// Test support. A viewer of /render/mjpeg: `curl -N`, its parts taken apart as they come.

import { spawn } from 'node:child_process';

import { Headers, parseAnswer } from './curl.mjs';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

export class Parts {
  constructor(url) {
    this.parts = []; // {headers, body}, only those that a browser would show by now
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
      if (head < 0 || !this.bytes.subarray(0, opening.length).equals(opening)) return;
      const end = this.bytes.indexOf(`\r\n--${this.boundary}\r\n`, head + 4);
      // A browser shows a part when it has the next one's header.
      if (end < 0 || this.bytes.indexOf('\r\n\r\n', end + 2) < 0) return;
      const headers = new Headers(this.bytes.subarray(opening.length, head).toString('latin1').split('\r\n'));
      this.parts.push({ headers, body: this.bytes.subarray(head + 4, end) });
      this.bytes = this.bytes.subarray(end + 2);
    }
  }

  // The `nth` part, from 1 on.
  part(nth) {
    return until(`part ${nth}`, () => this.parts[nth - 1]);
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
