#!/usr/bin/env node
// Tool: bench. What a proxy holds under three attacks on its memory: many looks at one large picture, bodies without an end to no route, and
// viewers of large frames that stop reading. Resident memory before, at most, and 10 s after the attacker has gone. See README.md here.
//
//   tools/bench/attacks.mjs [PROXY…]     the proxies to compare, by their paths; none: that of build/release
//
// The stand-in is that of build/release, or of the folder in OCTANE_BUILD_DIR.

import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

import { cleanup, pattern, Proxy, Standin } from '../../tests/support/octane.mjs';
import { buildDir } from '../../tests/support/program.mjs';
import { MemoryLog, mib, MiB } from './acceptance/measure.mjs';

const settle = 10000; // milliseconds

// Octane has rendered one picture of 4096² and sends no other; each look at it is encoded anew.
const pictures = {
  octane: ['--pattern', '--fps', '0', '--width', '4096', '--height', '4096'],
  async attack({ octane, proxy }) {
    await octane.sendFrame();
    for (let i = 1; i <= 31; ++i) {
      const status = await new Promise((resolve, reject) => {
        const query = `format=jpeg&quality=95&exposure=0.${String(i).padStart(2, '0')}`;
        http.get(`${proxy.url}/render/frame?${query}`, (answer) => answer.resume().on('end', () => resolve(answer.statusCode))).on('error', reject);
      });
      if (status !== 200) throw new Error(`look ${i} was answered with ${status}`);
    }
  },
};

const bodySize = 60 * MiB;
function slowBody(proxy) {
  return new Promise((resolve) => {
    const { hostname, port, host } = new URL(proxy.url);
    const chunk = Buffer.alloc(1 << 16, ' ');
    const socket = net.connect(Number(port), hostname);
    let sent = 0;
    let hasConnected = false;
    const more = () => { // as fast as it is taken, and never the end
      while (sent + chunk.length < bodySize) {
        sent += chunk.length;
        if (!socket.write(chunk)) return;
      }
    };
    socket.on('connect', () => (hasConnected = true));
    socket.write(`POST /no/such HTTP/1.1\r\nHost: ${host}\r\nContent-Length: ${bodySize}\r\n\r\n`);
    socket.on('drain', more).on('data', () => {}).on('error', () => {}).on('close', () => resolve({ hasConnected, sent }));
    more();
    setTimeout(() => socket.destroy(), settle);
  });
}
const bodies = {
  octane: pattern(),
  async attack({ proxy }) {
    const all = await Promise.all(Array.from({ length: 100 }, () => slowBody(proxy)));
    if (!all.every(({ hasConnected }) => hasConnected)) throw new Error('not every body found a connection');
    return `, ${mib(all.reduce((sum, { sent }) => sum + sent, 0))} were taken`;
  },
};

const stalled = {
  octane: pattern({ fps: 30, width: 1920, height: 1080 }),
  async attack({ proxy }) {
    const { hostname, port, host } = new URL(proxy.url);
    const sockets = Array.from({ length: 60 }, () => {
      const socket = net.connect(Number(port), hostname);
      socket.on('error', () => {});
      socket.write(`GET /render/stream HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      socket.once('data', (head) => {
        socket.pause();
        socket.isViewer = head.toString('latin1').startsWith('HTTP/1.1 200');
      });
      return socket;
    });
    await pause(settle);
    if (!sockets.every(({ isViewer }) => isViewer)) throw new Error('not every viewer was let in');
    for (const socket of sockets) socket.destroy();
  },
};

async function measure(attack, program) {
  const ends = [];
  const started = cleanup({ after: (end) => ends.push(end) });
  try {
    const octane = started(await Standin.start(attack.octane));
    const proxy = started(await Proxy.start(octane, [], { program }));
    const before = proxy.rss();
    const log = started(new MemoryLog(proxy, 20));
    const remark = (await attack.attack({ octane, proxy })) ?? '';
    await pause(settle);
    return [mib(before), mib(log.most()) + remark, mib(proxy.rss())];
  } finally {
    for (const end of ends) await end();
  }
}

const programs = process.argv.slice(2).map((file) => path.resolve(file));
if (programs.length === 0) programs.push(path.join(buildDir, 'octane-proxy'));
console.log('| attack | proxy | before | at most | 10 s after |\n|---|---|---|---|---|');
const attacks = {
  '31 looks at a picture of 4096²': pictures, '100 bodies of 60 MiB without an end to no route': bodies, '60 viewers of 1920×1080 stop reading': stalled };
for (const [name, attack] of Object.entries(attacks))
  for (const program of programs) console.log(`| ${name} | ${program} | ${(await measure(attack, program)).join(' | ')} |`);
