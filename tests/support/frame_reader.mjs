// Test support. A viewer of /render/stream over a bare socket, for tests with very many of them: it keeps the number of each frame, or, if it
// stalls, reads nothing after its first bytes.

import net from 'node:net';

export class FrameReader {
  constructor(proxyUrl, query, { stalls = false } = {}) {
    const { hostname, port, host } = new URL(proxyUrl);
    this.seqs = [];
    this.dropped = 0;
    this.rest = '';
    this.socket = net.connect(Number(port), hostname);
    this.socket.on('error', (error) => (this.error = error));
    this.closed = new Promise((resolve) => this.socket.on('close', resolve));
    this.socket.write(`GET /render/stream${query} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
    if (stalls) this.socket.once('data', () => this.socket.pause());
    else this.socket.on('data', (chunk) => this.#take(chunk));
  }

  // Looks for the heads of events only; one may be cut by the end of a chunk.
  #take(chunk) {
    const text = this.rest + chunk.toString('latin1');
    let last = 0;
    for (const found of text.matchAll(/"type":"newImage","seq":(\d+),"dropped":(\d+),/g)) {
      this.seqs.push(Number(found[1]));
      this.dropped += Number(found[2]);
      last = found.index + found[0].length;
    }
    this.rest = text.slice(Math.max(last, text.length - 200));
  }

  async stop() {
    this.socket.destroy();
    await this.closed;
  }
}
