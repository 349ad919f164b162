// Test support. Plain HTTP requests the way a person at a terminal makes them: by curl.

import { spawn } from 'node:child_process';

// Splits what `curl -i` prints; the heads of interim answers (100 Continue) are passed over.
export function parseAnswer(bytes) {
  let offset = 0;
  for (;;) {
    const end = bytes.indexOf('\r\n\r\n', offset);
    if (end < 0) throw new Error(`no HTTP head in ${bytes.length} bytes: ${bytes.subarray(0, 200)}`);
    const [statusLine, ...fields] = bytes.subarray(offset, end).toString('latin1').split('\r\n');
    const status = Number(/^HTTP\/[\d.]+ (\d{3})/.exec(statusLine)[1]);
    offset = end + 4;
    if (status >= 200) return { status, headers: new Headers(fields), offset };
  }
}

// Header fields without regard to case; of one that stands twice, all values.
export class Headers {
  constructor(fields) {
    this.fields = fields.map((field) => {
      const colon = field.indexOf(':');
      return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
    });
  }
  all(name) {
    return this.fields.filter(([key]) => key === name.toLowerCase()).map(([, value]) => value);
  }
  get(name) {
    return this.all(name)[0];
  }
  names() {
    return this.fields.map(([key]) => key);
  }
}

export class Answer {
  constructor(bytes) {
    const { status, headers, offset } = parseAnswer(bytes);
    this.status = status;
    this.headers = headers;
    this.body = bytes.subarray(offset);
  }
  get text() {
    return this.body.toString('utf8');
  }
  get json() {
    try {
      return JSON.parse(this.text);
    } catch {
      throw new Error(`status ${this.status}, not JSON: ${this.text.slice(0, 400)}`);
    }
  }
}

// Runs curl to its end. `input` goes to its stdin, for bodies by `--data-binary @-`. Resolves with {code, bytes, err} whatever happened.
export function runCurl(args, input) {
  const child = spawn('curl', ['-sS', ...args], { stdio: ['pipe', 'pipe', 'pipe'] });
  const chunks = [];
  let err = '';
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  child.stdin.on('error', () => {}); // curl may stop reading a body that is refused
  child.stdin.end(input);
  const done = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, bytes: Buffer.concat(chunks), err }));
  });
  return { child, done };
}

// One request, one answer; throws if curl itself failed.
export async function curl(url, args = [], input) {
  const { code, bytes, err } = await runCurl(['-i', '--max-time', '60', ...args, url], input).done;
  if (code !== 0) throw new Error(`curl ${[...args, url].join(' ')} ended with ${code}: ${err.trim()}`);
  return new Answer(bytes);
}

// A call as in `curl -XPOST $proxy/ApiItem/name -d '{…}'`. `body`: an object, a ready string, or undefined for none at all.
export async function post(url, body, { headers = {}, args = [] } = {}) {
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const all = ['-X', 'POST', ...fields, ...args];
  if (body === undefined) return curl(url, all);
  const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
  return curl(url, [...all, '--data-binary', '@-'], text);
}

export const get = (url, { headers = {}, args = [] } = {}) =>
  curl(url, [...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]), ...args]);

// One that goes on: {child, done, out}, whose `out.text` grows as it comes. The body can be written to its stdin, with `-T .`.
export function openCurl(args) {
  const child = spawn('curl', ['-sS', '-N', ...args], { stdio: ['pipe', 'pipe', 'ignore'] });
  const out = { text: '' };
  child.stdout.setEncoding('utf8').on('data', (text) => (out.text += text));
  child.stdin.on('error', () => {});
  const done = new Promise((resolve) => child.on('close', resolve));
  return { child, done, out };
}
