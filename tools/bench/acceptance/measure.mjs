// For tools/bench/acceptance.mjs: memory and processor time of a program on the way, and numbers of many numbers.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { until } from '../../../tests/support/wait.mjs';

export const MiB = 1 << 20;
export const mib = (bytes) => `${Math.round(bytes / MiB)} MiB`;

export const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
export const quantile = (numbers, part) => sorted(numbers)[Math.min(numbers.length - 1, Math.floor(numbers.length * part))];
export const median = (numbers) => quantile(numbers, 0.5);

// Processor time of all threads so far, in seconds.
export function cpuSeconds({ pid }) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

// Resident memory of a program, looked at again and again until it is stopped.
export class MemoryLog {
  constructor(program, every = 100) {
    this.program = program;
    this.looks = []; // [milliseconds of performance.now(), bytes]
    this.timer = setInterval(() => this.look(), every);
    this.look();
  }
  look() {
    try {
      this.looks.push([performance.now(), this.program.rss()]);
    } catch { /* it has ended */ }
  }
  most(from = 0, to = Infinity) {
    return Math.max(...this.looks.filter(([at]) => at >= from && at <= to).map(([, bytes]) => bytes));
  }
  // The most in each third of what is left of that time without its first tenth, in which everything grows to its size.
  thirds(from, to) {
    const begin = from + (to - from) / 10;
    const third = (to - begin) / 3;
    return [0, 1, 2].map((i) => this.most(begin + i * third, begin + (i + 1) * third));
  }
  async stop() {
    clearInterval(this.timer);
  }
}

export function judgeFlat(report, what, log, from, to) {
  const [first, middle, last] = log.thirds(from, to);
  const limit = first * 1.05 + 5 * MiB;
  report.check(what, last <= limit,
    `${mib(last)} at most in the last third (${mib(middle)} in the middle one, ${mib(first)} in the first, ${log.looks.length} looks)`,
    `${mib(limit)}: 5 % and 5 MiB above the first third`);
}

export const ready = (proxy, name) =>
  until(`${name} is connected`, async () => (await proxy.get(`/${name}/health`)).status === 200, { detail: () => proxy.tail() });

// Sends a request and resolves with the answer's head, its body unread. `pieces`: of the body.
export function open(url, { method = 'POST', headers = {}, pieces = [], agent = false, signal } = {}) {
  return new Promise((resolve, reject) => {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    const request = http.request(url, { method, agent, signal, headers: { ...(method === 'POST' ? { 'Content-Length': length } : {}), ...headers } }, resolve);
    request.on('error', reject);
    request.setNoDelay(true);
    for (const piece of pieces) request.write(piece);
    request.end();
  });
}

// The whole of a small answer: {status, headers, text}.
export async function ask(url, options) {
  const answer = await open(url, options);
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return { status: answer.statusCode, headers: answer.headers, text };
}

// What a reader in Python sees of the camera without the proxy: {sets, seconds, missed, first_ms: [of each round]}.
export function readDirectly(camera, { request, seconds = 0, rounds = 0 }) {
  const script = path.join(path.dirname(fileURLToPath(import.meta.url)), 'direct_reader.py');
  const child = spawn('/usr/bin/python3', [script, '--address', camera.address, '--request', JSON.stringify(request),
    '--seconds', String(seconds), '--rounds', String(rounds)], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (more) => (text += more));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => (code === 0 ? resolve(JSON.parse(text)) : reject(new Error(`direct_reader.py ended with ${code}`))));
  });
}
