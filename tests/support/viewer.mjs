// Test support. A viewer of /render/stream: `curl -N`, its events parsed as EventSource would.

import { spawn } from 'node:child_process';

import { parseAnswer } from './curl.mjs';
import { patience, within } from './wait.mjs';

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// One event: {id, retry, data (parsed), userData (of 64 bits, which JSON.parse would round), size (bytes),
// at (performance.now() when its last byte came), clock (the same as seconds since 1970)}.
function parseEvent(text) {
  const event = { size: text.length, at: performance.now(), clock: Date.now() / 1000 };
  const userData = /"user_data":"?(\d+)/.exec(text.slice(0, 1000));
  if (userData) event.userData = BigInt(userData[1]);
  const data = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith(':')) continue;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (name === 'data') data.push(value);
    else event[name] = value;
  }
  if (data.length > 0) event.data = JSON.parse(data.join('\n'));
  return event;
}

export class Viewer {
  // `keep`: called for each event, its result is kept in `events` (frames are large: tests that watch long keep little).
  constructor(url, { args = [], keep = (event) => event } = {}) {
    this.events = [];
    this.waiting = new Set();
    this.bytes = 0;
    this.retry = undefined;
    this.keep = keep;
    this.child = spawn('curl', ['-sS', '-N', '-i', ...args, url], { stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this.child);
    this.err = '';
    this.child.stderr.setEncoding('utf8').on('data', (text) => (this.err += text));
    this.head = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.#read(resolve);
      this.child.on('close', (code) => {
        running.delete(this.child);
        this.code = code;
        reject(new Error(`curl ended with ${code} before an answer came: ${this.err.trim()}`));
        this.#wake();
      });
    });
    this.head.catch(() => {});
    this.closed = new Promise((resolve) => this.child.on('close', resolve));
  }

  // The bytes of an unfinished event are kept as they came and joined only when its blank line is there.
  #read(onHead) {
    let pending = [];
    let hasHead = false;
    let lastByte = 0;
    const take = (chunk) => {
      let from = 0;
      if (lastByte === 10 && chunk[0] === 10) {
        this.#event(Buffer.concat([...pending, chunk.subarray(0, 1)]));
        pending = [];
        from = 1;
      }
      for (;;) {
        const end = chunk.indexOf('\n\n', from);
        if (end < 0) break;
        this.#event(Buffer.concat([...pending, chunk.subarray(from, end + 2)]));
        pending = [];
        from = end + 2;
      }
      if (from < chunk.length) pending.push(chunk.subarray(from));
      lastByte = pending.length > 0 ? chunk[chunk.length - 1] : 0;
    };
    this.child.stdout.on('data', (chunk) => {
      this.bytes += chunk.length;
      if (hasHead) return take(chunk);
      pending.push(chunk);
      const all = Buffer.concat(pending);
      if (all.indexOf('\r\n\r\n') < 0) return;
      const { status, headers, offset } = parseAnswer(all);
      hasHead = true;
      pending = [];
      const rest = all.subarray(offset);
      if (status !== 200 || !(headers.get('content-type') ?? '').startsWith('text/event-stream')) {
        this.refusal = rest.toString('utf8');
      } else if (rest.length > 0) {
        take(rest);
      }
      onHead({ status, headers, body: rest.toString('utf8') });
    });
  }

  #event(bytes) {
    const event = parseEvent(bytes.toString('utf8'));
    if (event.retry !== undefined) this.retry = event.retry;
    if (event.data === undefined) return;
    const kept = this.keep(event);
    if (kept !== undefined) this.events.push(kept);
    this.#wake();
  }

  #wake() {
    for (const check of [...this.waiting]) check();
  }

  // The first event from place `from` on that `fits` accepts (its data and itself); past ones count.
  async event(what, fits, { within: limit = patience, from = 0 } = {}) {
    let place = from;
    let check;
    const found = new Promise((resolve, reject) => {
      check = () => {
        for (; place < this.events.length; place++) {
          const event = this.events[place];
          if (fits(event.data, event)) return resolve({ ...event, place });
        }
        if (this.code !== undefined) reject(new Error(`the stream ended while waiting for ${what}; curl ${this.code} ${this.err.trim()}`));
      };
      this.waiting.add(check);
      check();
    });
    const seen = () => `; seen from ${from}: ${this.events.slice(from, from + 60).map((event) => event.data.type).join(' ')}`;
    try {
      return await within(limit, what, found, seen);
    } finally {
      this.waiting.delete(check);
    }
  }

  type(name, options) {
    return this.event(`event ${name}`, (data) => data.type === name, options);
  }

  // `count` frames from place `from` on.
  async frames(count, { within: limit = patience, from = 0 } = {}) {
    const end = performance.now() + limit;
    const frames = [];
    let place = from;
    while (frames.length < count) {
      const frame = await this.type('newImage', { from: place, within: Math.max(1, end - performance.now()) });
      frames.push(frame);
      place = frame.place + 1;
    }
    return frames;
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
