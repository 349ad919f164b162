// Test support. A viewer of /render/stream over a bare socket, for tests with very many of them: it keeps the number of each frame, or, if it
// stalls, reads nothing after its first bytes until it is told to go on.

import net from 'node:net';

export class FrameReader {
  constructor(proxyUrl, query, { stalls = false } = {}) {
    const { hostname, port, host } = new URL(proxyUrl);
    this.frames = []; // {seq, dropped}
    this.rest = '';
    this.socket = net.connect(Number(port), hostname);
    this.socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.write(`GET /render/stream${query} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    this.socket.on('data', (chunk) => this.#take(chunk));
    if (stalls) this.socket.once('data', () => this.socket.pause());
  }

  // Looks for the heads of events only; one may be cut by the end of a chunk.
  #take(chunk) {
    const text = this.rest + chunk.toString('latin1');
    let last = 0;
    for (const found of text.matchAll(/"type":"newImage","seq":(\d+),"dropped":(\d+),/g)) {
      this.frames.push({ seq: Number(found[1]), dropped: Number(found[2]) });
      last = found.index + found[0].length;
    }
    this.rest = text.slice(Math.max(last, text.length - 200));
  }

  goOn() {
    this.socket.resume();
  }

  get seqs() {
    return this.frames.map((frame) => frame.seq);
  }

  get dropped() {
    return this.frames.reduce((sum, frame) => sum + frame.dropped, 0);
  }

  async stop() {
    this.socket.destroy();
    await this.closed;
  }
}
