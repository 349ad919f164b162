// What streams and large messages cost the proxy, through tests/support/lab and tools/examples/rc_visard (build/release; needs Debian's
// python3-grpcio). Prints one line for each question:
//
//   node tools/bench/streams.mjs [slow] [shared] [large]      all of them where none is named
//
// · a stream of 1 000 000 messages to a reader that takes 1 MB/s: memory on the way
// · 100 readers of one shared stream at 25 messages a second: calls of the upstream, messages for each, processor time
// · 20 requests of 90 MiB at once, and 20 answers: memory at most

import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { configFile } from '../../tests/support/config_file.mjs';
import { Example, lab } from '../../tests/support/example.mjs';
import { Proxy } from '../../tests/support/octane.mjs';
import { until } from '../../tests/support/wait.mjs';

const kBig = 90 * 1024 * 1024;

const server = await Example.start('lab');
const proxy = await Proxy.start(undefined, configFile(`
max-body = "150MiB"
body-memory = "4GiB"
max-message = "100MiB"
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
`));
await until('the upstream is connected', async () => (await proxy.get('/lab/health')).status === 200);

const status = (field) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(readFileSync(`/proc/${proxy.pid}/status`, 'utf8'))[1]) / 1024);
const cpuSeconds = () => {
  const fields = readFileSync(`/proc/${proxy.pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
};

function reader(query, { limit } = {}) {
  const child = spawn('curl', ['-sS', '-N', ...(limit ? ['--limit-rate', limit] : []), `${proxy.url}/Lab/Count?${query}`], { stdio: ['ignore', 'pipe', 'inherit'] });
  const read = { child, lines: 0, bytes: 0, last: '' };
  child.stdout.on('data', (chunk) => {
    read.bytes += chunk.length;
    for (const byte of chunk) if (byte === 10) read.lines++;
    read.last = (read.last + chunk.toString('latin1')).slice(-200);
  });
  read.done = new Promise((resolve) => child.on('close', resolve));
  return read;
}

async function slowReader() {
  const before = status('VmRSS');
  const read = reader('count=1000000', { limit: '1M' });
  let most = 0;
  const looks = setInterval(() => { most = Math.max(most, status('VmRSS')); }, 200);
  const begin = performance.now();
  await read.done;
  clearInterval(looks);
  console.log(`1 000 000 messages at 1 MB/s: ${read.lines} lines in order of arrival, last ${read.last.trim().split('\n').at(-1)}, ` +
    `${((performance.now() - begin) / 1000).toFixed(0)} s; memory ${before} MiB before, ${most} MiB at most`);
}

async function shared() {
  const from = cpuSeconds();
  const readers = Array.from({ length: 100 }, () => reader('share=1&count=1000000000&pause_ms=40&padding=1000&stream=sse'));
  await until('all read', () => readers.every(({ bytes }) => bytes > 0));
  const counts = readers.map(({ lines }) => lines);
  const begin = performance.now();
  const cpu = cpuSeconds();
  await sleep(10_000);
  const seconds = (performance.now() - begin) / 1000;
  const rates = readers.map(({ lines }, i) => (lines - counts[i]) / 3 / seconds).sort((a, b) => a - b);
  const { open_streams: calls } = await server.told();
  console.log(`100 readers of one shared stream: ${calls} call upstream, ${rates[0].toFixed(1)} to ${rates.at(-1).toFixed(1)} messages a second each, ` +
    `${((cpuSeconds() - cpu) / seconds * 100).toFixed(0)} % of a core (${(cpu - from).toFixed(1)} s to begin with)`);
  for (const { child } of readers) child.kill('SIGKILL');
  await Promise.all(readers.map(({ done }) => done));
}

async function large() {
  const idle = status('VmRSS');
  const looks = { most: 0 };
  const timer = setInterval(() => { looks.most = Math.max(looks.most, status('VmRSS')); }, 50);
  const body = Buffer.from(`{"inner":{"blob":"${Buffer.alloc(kBig, 7).toString('base64')}"}}`);
  const one = async (path, send, size) => {
    const child = spawn('curl', ['-sS', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', '-X', 'POST', '-H', 'X-Timeout: 10m', '--data-binary', '@-', `${proxy.url}${path}`],
      { stdio: ['pipe', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.on('data', (chunk) => (said += chunk));
    child.stdin.on('error', () => {});
    child.stdin.end(send);
    await new Promise((resolve) => child.on('close', resolve));
    const [code, got] = said.split(' ').map(Number);
    if (code !== 200 || got < size) throw new Error(`${path}: ${said}`);
  };
  for (const [what, path, send, size] of [
    ['one answer of 90 MiB as bytes', '/Lab/Count?raw=padding', `{"count":1,"padding":${kBig}}`, kBig],
    ['one answer of 90 MiB as JSON', '/Lab/Count', `{"count":1,"padding":${kBig}}`, kBig],
    ['one request of 90 MiB as JSON', '/Lab/Measure', body, 1]]) {
    await until('what was used before is given back', async () => status('VmRSS') < idle + 150, { within: 60_000 });
    looks.most = 0;
    await one(path, send, size);
    console.log(`${what}: ${looks.most} MiB at most, ${idle} MiB before`);
    await until('what was used before is given back', async () => status('VmRSS') < idle + 150, { within: 60_000 });
    looks.most = 0;
    await Promise.all(Array.from({ length: 20 }, () => one(path, send, size)));
    console.log(`  20 at once: ${looks.most} MiB at most`);
  }
  await sleep(6000);
  clearInterval(timer);
  console.log(`  afterwards: ${status('VmRSS')} MiB`);
}

const parts = { slow: slowReader, shared, large };
for (const name of process.argv.length > 2 ? process.argv.slice(2) : Object.keys(parts)) await parts[name]();
await proxy.stop();
await server.stop();
