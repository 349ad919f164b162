#!/usr/bin/env node
// Reading a scene by sequential calls: from a page in Chromium through the proxy, and the same calls directly over gRPC.
//   tools/bench/sync.mjs [--nodes 2000] [--rounds 3] [--release beta2]
// Needs build/release (octane-proxy, octane-standin, octane-bench-grpc) and tests/node_modules. Rounds are interleaved; the figures
// are medians. The browser alone is as many requests that the proxy answers by itself.

import { execFile } from 'node:child_process';
import http from 'node:http';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';

import { BareBrowser } from '../../tests/support/bare_browser.mjs';
import { Proxy, Standin } from '../../tests/support/octane.mjs';
import { buildDir, projectDir } from '../../tests/support/program.mjs';
import { walkScene } from '../../tests/web/walk.js';

const { values: options } = parseArgs({
  options: { nodes: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '3' },
    release: { type: 'string', default: 'beta2' } } });

const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
const getValue = options.release === 'alpha5' ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID';

async function direct(octane) {
  const { stdout } = await promisify(execFile)(path.join(buildDir, 'octane-bench-grpc'), ['sync', '--target', `127.0.0.1:${octane.port}`]);
  const figures = Object.fromEntries(stdout.trim().split('\n').map((line) => line.split(/\s+/)));
  return { calls: Number(figures.calls), nodes: Number(figures.nodes), milliseconds: Number(figures.seconds) * 1000 };
}

// The same calls through the proxy from a program that is no browser, on one connection.
async function native(proxy) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  const call = (name, body) => new Promise((resolve, reject) => {
    const text = JSON.stringify(body);
    http.request(`${proxy.url}/${name}`, { method: 'POST', agent, headers: { 'Content-Length': Buffer.byteLength(text) } }, (answer) => {
      let all = '';
      answer.setEncoding('utf8').on('data', (part) => (all += part)).on('end', () => {
        const { success, data, error } = JSON.parse(all);
        if (success) resolve(data);
        else reject(new Error(`${name}: ${error}`));
      });
    }).on('error', reject).end(text);
  });
  const began = performance.now();
  await walkScene(call, getValue);
  agent.destroy();
  return performance.now() - began;
}

const ways = ['fetch', 'xhr', 'bare'];
// No render target: the renderer would take half of the machine.
const octane = await Standin.start(['--scene-nodes', options.nodes, '--no-target'], { release: options.release });
const proxy = await Proxy.start(octane, ['--web-root', path.join(projectDir, 'tests/web')]);
const browser = await BareBrowser.start(`${proxy.url}/sync.html`);
try {
  const samples = { direct: [], native: [], alone: [], fetch: [], xhr: [], bare: [] };
  let calls = 0;
  let connections = {};
  for (let round = 0; round < Number(options.rounds); round++) {
    const plain = await direct(octane);
    calls = plain.calls;
    samples.direct.push(plain.milliseconds);
    samples.native.push(await native(proxy));
    samples.alone.push((await browser.ask({ alone: calls })).milliseconds);
    for (const way of ways) {
      const { items, ...result } = await browser.ask({ way, getValue });
      const nodes = items.filter((item) => !item.isGraph).length;
      if (nodes !== plain.nodes || result.calls !== calls)
        throw new Error(`${way} found ${nodes} nodes in ${result.calls} calls, not ${plain.nodes} in ${calls}`);
      samples[way].push(result.milliseconds);
      connections[way] = result.connections;
    }
  }
  const base = median(samples.direct);
  const row = (name, list, opened) => {
    const ms = median(list);
    console.log(`| ${name} | ${(ms / 1000).toFixed(2)} | ${(ms / calls).toFixed(3)} | ${(ms / base).toFixed(2)} | ${opened ?? ''} |`);
  };
  console.log(`${options.nodes} nodes, ${calls} calls, ${options.release}, ${options.rounds} rounds\n`);
  console.log('| | s | ms a call | ÷ direct | connections opened |\n|---|---|---|---|---|');
  row('gRPC direct (C++)', samples.direct);
  row('program through the proxy (Node)', samples.native);
  row('Chromium alone, GET /livez', samples.alone);
  row('page, synchronous XMLHttpRequest', samples.xhr, connections.xhr);
  row('page, fetch', samples.fetch, connections.fetch);
  row('page, fetch /api/grpc', samples.bare, connections.bare);
} finally {
  await browser.stop();
  await proxy.stop();
  await octane.stop();
}
