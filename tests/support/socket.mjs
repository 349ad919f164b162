// Test support. HTTP over a bare socket, for what curl does not do: pipelining, half requests, broken ones.

import net from 'node:net';

import { patience, within } from './wait.mjs';

export class Socket {
  static async open(host) {
    const { hostname, port } = new URL(`http://${host}`);
    const socket = new Socket();
    socket.raw = net.connect(Number(port), hostname);
    socket.text = '';
    socket.waiting = new Set();
    socket.raw.setEncoding('latin1').on('data', (chunk) => {
      socket.text += chunk;
      for (const check of [...socket.waiting]) check();
    });
    socket.raw.on('error', (error) => (socket.error = error));
    socket.closed = new Promise((resolve) => socket.raw.on('close', () => {
      socket.isClosed = true;
      for (const check of [...socket.waiting]) check();
      resolve();
    }));
    await new Promise((resolve, reject) => socket.raw.once('connect', resolve).once('error', reject));
    return socket;
  }

  write(text) {
    this.raw.write(text);
  }

  // What has come once `isEnough` says so of it.
  async read(what, isEnough, limit = patience) {
    let check;
    const enough = new Promise((resolve, reject) => {
      check = () => {
        if (isEnough(this.text)) resolve(this.text);
        else if (this.isClosed) reject(new Error(`closed before ${what}; got ${this.text.slice(0, 300)}`));
      };
      this.waiting.add(check);
      check();
    });
    try {
      return await within(limit, what, enough, () => `; got ${this.text.slice(0, 300)}`);
    } finally {
      this.waiting.delete(check);
    }
  }

  async stop() {
    this.raw.destroy();
    await this.closed;
  }
}

// All requests [path, body, call id, further headers] written at once on one connection; the answers {status, id, body} in the order they come.
export async function pipeline(host, requests) {
  const socket = await Socket.open(host);
  try {
    socket.write(requests.map(([path, body, id, more = {}]) => {
      const text = JSON.stringify(body);
      const headers = { Host: host, 'X-Call-Id': id, 'Content-Length': Buffer.byteLength(text), ...more };
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`).join('');
      return `POST ${path} HTTP/1.1\r\n${lines}\r\n${text}`;
    }).join(''));
    const parse = (text) => {
      const answers = [];
      for (let from = 0; ;) {
        const end = text.indexOf('\r\n\r\n', from);
        if (end < 0) return answers;
        const head = text.slice(from, end);
        const length = Number(/^content-length: (\d+)/im.exec(head)[1]);
        if (text.length < end + 4 + length) return answers;
        answers.push({ status: Number(head.slice(9, 12)), id: /^x-call-id: (\S+)/im.exec(head)?.[1],
          body: text.slice(end + 4, end + 4 + length) });
        from = end + 4 + length;
      }
    };
    return parse(await socket.read(`${requests.length} answers`, (text) => parse(text).length === requests.length));
  } finally {
    await socket.stop();
  }
}
