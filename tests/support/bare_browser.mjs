// Test support. Chromium without a debugger, which would see every request and slow it down: a page asks for orders and posts its
// results to a small server here.

import { spawn } from 'node:child_process';
import { createServer } from 'node:http';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { args, executablePath } from './browser.mjs';
import { whileProgressing, within } from './wait.mjs';

const running = new Set();
process.on('exit', () => {
  for (const browser of running) browser.kill();
});

export class BareBrowser {
  // Opens `url` with ?report= the address of the server. The page must fetch orders from there and post answers, as tests/web/sync.js does.
  static async start(url) {
    const browser = new BareBrowser();
    browser.server = createServer((request, response) => browser.#serve(request, response)).listen(0, '127.0.0.1');
    await new Promise((resolve) => browser.server.once('listening', resolve));
    browser.profile = mkdtempSync(path.join(tmpdir(), 'octane-browser-'));
    const report = `http://127.0.0.1:${browser.server.address().port}/`;
    browser.child = spawn(executablePath, [...args, `--user-data-dir=${browser.profile}`, `${url}?report=${encodeURIComponent(report)}`],
      { stdio: 'ignore', detached: true });
    running.add(browser);
    browser.ended = new Promise((resolve) => browser.child.once('close', resolve));
    return browser;
  }

  async #serve(request, response) {
    const headers = { 'Access-Control-Allow-Origin': '*', 'Cache-Control': 'no-store' };
    if (request.method === 'POST') {
      const chunks = [];
      for await (const chunk of request) chunks.push(chunk);
      response.writeHead(204, headers).end();
      return this.answered(JSON.parse(Buffer.concat(chunks)));
    }
    // The page waits here until there is something to do.
    this.asking = (order) => response.writeHead(200, { ...headers, 'Content-Type': 'application/json' }).end(JSON.stringify(order));
    if (this.order) this.#send();
  }

  #send() {
    this.asking(this.order);
    this.asking = this.order = undefined;
  }

  // The page's result of an order. `progress` gives a value that changes while the page gets on; without it there are five minutes.
  async ask(order, progress) {
    const answer = new Promise((resolve, reject) => {
      this.answered = resolve;
      this.ended.then(() => reject(new Error('the browser ended')));
      this.order = order;
      if (this.asking) this.#send();
    });
    const result = await (progress ? whileProgressing('an answer of the page', answer, progress) : within(300000, 'an answer of the page', answer));
    if (result.error) throw new Error(`the page failed: ${result.error}`);
    return result;
  }

  // Its helper processes are in its process group and go with it.
  kill() {
    if (this.child.exitCode === null && this.child.signalCode === null) process.kill(-this.child.pid, 'SIGKILL');
  }

  async stop() {
    this.kill();
    running.delete(this);
    await this.ended;
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}
