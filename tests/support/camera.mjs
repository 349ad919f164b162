// Test support. The image stream of the rc_visard stand-in, behind a proxy: its pictures as they have to arrive, and a reader of its
// events that is quick enough for the largest sets.

import { spawn } from 'node:child_process';
import path from 'node:path';

import { examples } from './example.mjs';
import { until } from './wait.mjs';

export const METHOD = '/ImageInterface/StreamImageSets';
const proto = path.join(examples, 'rc_visard/proto');

export const section = (name, address, more = '') =>
  `[upstream.${name}]\naddress = "${address}"\nproto-path = ["${proto}"]\nallow-get = ["ImageInterface/*"]\n${more}\n`;
export const ready = (proxy, name) =>
  until(`${name} is connected`, async () => (await proxy.get(`/${name}/health`)).status === 200);

// The stand-in's picture of that size in set `number`: rows of a ramp, and bytes 0xEE behind each.
export function picture(number, width, height, bytes = 1, padding = 0) {
  const size = width * bytes;
  const ramp = Buffer.from(Uint8Array.from({ length: size + 256 }, (_, i) => i));
  const all = Buffer.alloc((size + padding) * height, 0xee);
  for (let y = 0; y < height; y++) ramp.copy(all, y * (size + padding), (number + y) & 0xff, ((number + y) & 0xff) + size);
  return all;
}

const running = new Set();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

// The events of a stream of sets, by curl. Of each it keeps `id`, `sec` of the set, `size` of the data and `name` of the event; `data`,
// too, of every `keep`th, and of those that are no set.
export class SetReader {
  constructor(url, args = [], { keep = Infinity } = {}) {
    this.events = [];
    this.keep = keep;
    const all = ['-sS', '-N', '-H', 'Accept: text/event-stream', ...args, url];
    this.child = spawn('curl', all, { stdio: ['ignore', 'pipe', 'ignore'] });
    running.add(this.child);
    this.closed = new Promise((resolve) => this.child.on('close', () => {
      running.delete(this.child);
      resolve();
    }));
    this.#nextEvent();
    this.#nextLine();
    this.child.stdout.on('data', (chunk) => this.#take(chunk));
  }

  #nextEvent() {
    this.event = {};
  }
  #nextLine() {
    this.pieces = [];
    this.size = 0;
    this.begin = '';
  }

  #take(chunk) {
    for (let from = 0; from < chunk.length;) {
      const end = chunk.indexOf(10, from);
      const piece = chunk.subarray(from, end < 0 ? chunk.length : end);
      if (this.begin.length < 200) this.begin += piece.subarray(0, 200).toString('latin1');
      if (!this.begin.startsWith('data: {"timestamp"') || this.isKept()) this.pieces.push(piece);
      this.size += piece.length;
      if (end < 0) return;
      this.#line();
      this.#nextLine();
      from = end + 1;
    }
  }

  isKept() {
    return (this.events.length + 1) % this.keep === 0;
  }

  #line() {
    const [, field, value] = /^(\w*): ?([^]*)$/.exec(this.begin) ?? [];
    if (this.size === 0 && this.event.size !== undefined) {
      this.events.push(this.event);
      this.#nextEvent();
    } else if (field === 'id') {
      this.event.id = Number(value);
    } else if (field === 'event') {
      this.event.name = value;
    } else if (field === 'data') {
      this.event.size = this.size - 'data: '.length;
      const set = /^\{"timestamp":\{"sec":(\d+)/.exec(value);
      if (set) this.event.sec = Number(set[1]);
      if (!set || this.isKept()) this.event.data = Buffer.concat(this.pieces).subarray('data: '.length).toString('latin1');
    }
  }

  get sets() {
    return this.events.filter(({ sec }) => sec !== undefined);
  }
  get kept() {
    return this.events.filter(({ data, sec }) => data !== undefined && sec !== undefined).map(({ data }) => JSON.parse(data));
  }

  // Once it has so many sets. `look` is called each time it has not.
  has(count, { look = () => {}, within } = {}) {
    return until(`${count} sets`, () => {
      look();
      return this.sets.length >= count;
    }, { within, detail: () => `; it has ${this.sets.length}` });
  }

  async stop() {
    this.child.kill('SIGKILL');
    await this.closed;
  }
}
