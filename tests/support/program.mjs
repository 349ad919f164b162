// Test support. A program under test: its lines as they come, its exit, its memory. Stopped by its own pid, always.

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { patience, within } from './wait.mjs';

export const projectDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const buildDir = path.resolve(process.env.OCTANE_BUILD_DIR ?? path.join(projectDir, 'build/release'));

const running = new Set();
process.on('exit', () => {
  for (const program of running) program.child.kill('SIGKILL');
});

// The variables that change what the programs do must not leak in from the shell that runs the tests.
export function cleanEnvironment(extra) {
  const environment = {};
  for (const [name, value] of Object.entries(process.env)) {
    if (!name.startsWith('OCTANE_') && !name.toLowerCase().endsWith('_proxy')) environment[name] = value;
  }
  return { ...environment, ...extra };
}

export class Program {
  constructor(command, args, { env = {}, cwd } = {}) {
    this.name = path.basename(command);
    this.lines = [];
    this.out = '';
    this.err = '';
    this.watchers = new Set();
    this.child = spawn(command, args, { env: cleanEnvironment(env), cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(this);
    this.exited = new Promise((resolve, reject) => {
      this.child.on('error', reject);
      this.child.on('close', (code, signal) => {
        running.delete(this);
        this.status = { code, signal };
        for (const watcher of [...this.watchers]) watcher(null);
        resolve(this.status);
      });
    });
    this.exited.catch(() => {});
    this.#read('out');
    this.#read('err');
  }

  get pid() {
    return this.child.pid;
  }

  #read(which) {
    let rest = '';
    const stream = which === 'out' ? this.child.stdout : this.child.stderr;
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      this[which] += text;
      const parts = (rest + text).split('\n');
      rest = parts.pop();
      for (const line of parts) this.#line(line);
    });
    stream.on('end', () => rest && this.#line(rest));
  }

  #line(line) {
    this.lines.push(line);
    for (const watcher of [...this.watchers]) watcher(line);
  }

  // The match of the first line, past or to come, from line number `from` on.
  async line(pattern, { within: limit = patience, from = 0 } = {}) {
    for (const line of this.lines.slice(from)) {
      const match = pattern.exec(line);
      if (match) return match;
    }
    let watcher;
    const found = new Promise((resolve, reject) => {
      const gone = () => reject(new Error(`${this.name} ended without a line like ${pattern}${this.tail()}`));
      if (this.status) gone();
      watcher = (line) => {
        if (line === null) return gone();
        const match = pattern.exec(line);
        if (match) resolve(match);
      };
      this.watchers.add(watcher);
    });
    try {
      return await within(limit, `a line of ${this.name} like ${pattern}`, found, () => this.tail());
    } finally {
      this.watchers.delete(watcher);
    }
  }

  linesLike(pattern) {
    return this.lines.filter((line) => pattern.test(line));
  }

  tail(count = 20) {
    return `\n--- last lines of ${this.name}:\n${this.lines.slice(-count).map((line) => line.slice(0, 400)).join('\n')}\n---`;
  }

  // Resident memory in bytes.
  rss() {
    const status = readFileSync(`/proc/${this.pid}/status`, 'utf8');
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)[1]) * 1024;
  }

  signal(name) {
    this.child.kill(name);
  }

  async exit(limit = patience) {
    return within(limit, `the end of ${this.name}`, this.exited, () => this.tail());
  }

  // Ends it for sure; says so if it had to be killed.
  async stop(limit = 20000) {
    if (this.status) return this.status;
    this.signal('SIGTERM');
    try {
      return await this.exit(limit);
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  async kill() {
    if (!this.status) {
      this.signal('SIGKILL');
      await this.exit();
    }
    return this.status;
  }
}
