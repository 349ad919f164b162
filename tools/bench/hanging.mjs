// What a hanging upstream costs the others' calls: two stand-in renderers behind one proxy (build/release), of which one is stopped
// while 200 calls at a time wait for it. The rounds alternate, so that a busy machine shows in both:
//
//   node tools/bench/hanging.mjs
//
// · calls of the upstream that answers, 8 at a time on connections that are kept: p50, p99 and the longest of each round

import http from 'node:http';

import { configFile } from '../../tests/support/config_file.mjs';
import { pattern, Proxy, Standin } from '../../tests/support/octane.mjs';
import { until } from '../../tests/support/wait.mjs';

const kCalls = 20000;
const kAtOnce = 8;
const kHanging = 200;

const lively = await Standin.start(pattern({ fps: 1 }));
const stopped = await Standin.start(pattern({ fps: 1 }));
const section = (name, { port }) => `[upstream.${name}]\nkind = "octane"\naddress = "127.0.0.1:${port}"\n`;
const proxy = await Proxy.start(undefined, configFile(section('lively', lively) + section('stopped', stopped)), { connected: false });
await until('both are connected', async () => (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state === 'connected'));

function agent(sockets) {
  return new http.Agent({ keepAlive: true, maxSockets: sockets });
}

function call(connections, path, timeout) {
  return new Promise((resolve, reject) => {
    const request = http.request(`${proxy.url}${path}`, { method: 'POST', agent: connections, headers: { 'X-Timeout': timeout, 'Content-Length': 2 } },
      (answer) => answer.resume().on('end', () => resolve(answer.statusCode)));
    request.on('error', reject);
    request.end('{}');
  });
}

async function round() {
  const connections = agent(kAtOnce);
  const times = [];
  let left = kCalls;
  const caller = async () => {
    while (left-- > 0) {
      const begin = performance.now();
      const status = await call(connections, '/lively/ApiInfo/octaneVersion', '10s');
      if (status !== 200) throw new Error(`answered ${status}`);
      times.push(performance.now() - begin);
    }
  };
  await Promise.all(Array.from({ length: kAtOnce }, caller));
  connections.destroy();
  times.sort((a, b) => a - b);
  return { p50: times[Math.floor(kCalls * 0.5)], p99: times[Math.floor(kCalls * 0.99)], longest: times.at(-1) };
}

const say = (what, { p50, p99, longest }) =>
  console.log(`${what}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, longest ${longest.toFixed(1)} ms`);

await round();  // connections and code are warm after it
for (let i = 0; i < 3; i++) {
  say('both answer', await round());
  stopped.signal('SIGSTOP');
  let isOver = false;
  let hung = 0;
  const connections = agent(kHanging);
  const waiting = Array.from({ length: kHanging }, async () => {
    while (!isOver) {
      await call(connections, '/stopped/ApiInfo/octaneVersion', '3s');
      hung++;
    }
  });
  say('one hangs   ', await round());
  isOver = true;
  stopped.signal('SIGCONT');
  await Promise.all(waiting);
  connections.destroy();
  console.log(`  ${hung} calls had waited for the one that hung`);
}
await proxy.stop();
await lively.stop();
await stopped.stop();
