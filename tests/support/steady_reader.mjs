// Test support. A viewer on a line of fixed speed. curl --limit-rate reads in bursts with long pauses; this one takes the same number of bytes
// in every tenth of a second. Whole events are not kept, only what stands at their beginning.

import net from 'node:net';

import { until } from './wait.mjs';

const tick = 100;

export class SteadyReader {
  constructor(proxyUrl, query, bytesPerSecond) {
    const { hostname, port, host } = new URL(proxyUrl);
    this.frames = []; // {seq, dropped}
    this.rate = bytesPerSecond;
    this.taken = 0;
    this.text = '';
    this.socket = net.connect(Number(port), hostname);
    this.socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.write(`GET /render/stream${query} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    this.socket.on('data', (chunk) => this.#take(chunk));
  }

  #take(chunk) {
    this.begin ??= performance.now();
    this.taken += chunk.length;
    this.text += chunk.toString('latin1');
    for (let end = this.text.indexOf('\n\n'); end >= 0; end = this.text.indexOf('\n\n')) {
      const head = /"type":"newImage","seq":(\d+),"dropped":(\d+)/.exec(this.text.slice(0, Math.min(end, 1000)));
      if (head) this.frames.push({ seq: Number(head[1]), dropped: Number(head[2]) });
      this.text = this.text.slice(end + 2);
    }
    const due = this.begin + (this.taken / this.rate) * 1000 - performance.now();
    if (due > 0) {
      this.socket.pause();
      setTimeout(() => this.socket.resume(), Math.max(due, tick));
    }
  }

  async until(what, fits, limit) {
    return until(what, () => fits(this.frames), { within: limit, every: tick });
  }

  async stop() {
    this.socket.destroy();
    await this.closed;
  }
}
