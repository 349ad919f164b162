// For tools/bench/acceptance.mjs: what a camera's stream and a slow renderer need: the first picture at once, calls that end when nobody wants their
// answer, and the largest sets at full rate.

import { spawn } from 'node:child_process';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { METHOD, picture, ready, section, SetReader } from '../../../tests/support/camera.mjs';
import { configFile } from '../../../tests/support/config_file.mjs';
import { Example, examples } from '../../../tests/support/example.mjs';
import { Proxy } from '../../../tests/support/octane.mjs';
import { until } from '../../../tests/support/wait.mjs';
import { ask, cpuSeconds, judgeFlat, median, MemoryLog, mib, open, readDirectly } from './measure.mjs';

const width = 1280;
const height = 960;
const rate = 25;
const everything = { left_enabled: true, right_enabled: true, disparity_enabled: true, disparity_error_enabled: true, confidence_enabled: true };
const sse = { Accept: 'text/event-stream' };
const asBody = (body) => ['-X', 'POST', '-d', JSON.stringify(body)];

// What a stand-in tells, without a program to be started for it: this is asked while time is measured.
const told = async ({ control }) => JSON.parse((await ask(`${control}/seen`, { method: 'GET' })).text);

// Milliseconds until the camera has no call under way.
async function untilEnded(camera) {
  const begin = performance.now();
  await until('the camera has no call under way', async () => (await told(camera)).open_streams === 0, { every: 5 });
  return performance.now() - begin;
}

// One event of a stream, and then away: milliseconds to the event from the request and from the set's own time, and from leaving to the end of the
// camera's call.
async function firstEvent(proxy, camera) {
  const leaving = new AbortController();
  const begin = performance.now();
  const answer = await open(`${proxy.url}${METHOD}`, { pieces: [Buffer.from('{"left_enabled":true}')], headers: sse, signal: leaving.signal });
  answer.setEncoding('latin1').on('error', () => {});
  const chunks = [''];
  await new Promise((resolve, reject) => answer.on('error', reject).on('end', resolve).on('data', (text) => {
    const isWhole = (chunks.at(-1).slice(-1) + text).includes('\n\n');
    chunks.push(text);
    if (isWhole) resolve();
  }));
  const now = performance.timeOrigin + performance.now();
  const [first, delay] = [now - performance.timeOrigin - begin, now - (await told(camera)).noted.first_at * 1000];
  const event = JSON.parse(/^data: (.*)$/m.exec(chunks.join('').split('\n\n')[0])[1]);
  const isRight = event.timestamp.sec === 1 && Buffer.from(event.left.data, 'base64').equals(picture(1, width, height));
  leaving.abort();
  return { first, delay, left: await untilEnded(camera), wrong: isRight ? [] : [`set ${event.timestamp.sec} is not the stand-in's first one`] };
}

async function firstAndLast({ report, proxy, camera, isShort }) {
  const rounds = isShort ? 5 : 20;
  const request = { left_enabled: true };
  const direct = await readDirectly(camera, { request, rounds });
  await untilEnded(camera);
  await firstEvent(proxy, camera); // after it code and connection are warm
  const seen = [];
  for (let i = 0; i < rounds; i++) seen.push(await firstEvent(proxy, camera));
  const delays = seen.map(({ delay }) => delay);
  const both = (times) => `${Math.max(...times).toFixed(1)} ms at most of ${rounds}, ${median(times).toFixed(1)} in the middle`;
  report.check('the first event, from the time at which the camera gives its first set', Math.max(...delays) <= 100 && Math.min(...delays) > 0,
    both(delays), '100 ms');
  report.note(`from the request on ${both(seen.map(({ first }) => first))}; without the proxy ${both(direct.first_ms)}`);
  report.none('the first event is the first set, byte for byte', seen.flatMap(({ wrong }) => wrong), rounds);
  report.atMost(`a reader that leaves ends the camera's call, the slowest of ${rounds}`, Math.max(...seen.map(({ left }) => left)), 1000, 'ms');
}

// A render of 20 s that is given up after two, by the deadline of its method or by its reader.
async function slowRenders({ report, started }) {
  const deadline = 2;
  const sim = started(await Example.start('nurec', ['--render-seconds', '20']));
  const proxy = started(await Proxy.start(undefined, configFile(`
[upstream.nurec]
address = "${sim.address}"
proto-path = ["${path.join(examples, 'nurec/proto')}"]
method-timeout = ["SensorsimService/render_*=${deadline}s"]
`)));
  await ready(proxy, 'nurec');
  const url = `${proxy.url}/SensorsimService/render_rgb`;
  const request = { scene_id: 'clipgt-0001', frame_start_us: '1', frame_end_us: '2', image_format: 'JPEG', image_quality: 90 };
  const pieces = [Buffer.from(JSON.stringify(request))];
  const cancelled = async (count) => {
    await until('the renderer is told', async () => (await told(sim)).cancelled >= count, { every: 5 });
    return performance.now();
  };

  const begin = performance.now();
  const first = cancelled(1);
  first.catch(() => {}); // awaited below
  const answer = await ask(url, { pieces });
  const answered = performance.now();
  const after = (await first - begin) / 1000 - deadline;
  report.check('a render of 20 s with a deadline of its method', answer.status === 504 && JSON.parse(answer.text).status === 'DEADLINE_EXCEEDED',
    `${answer.status} after ${((answered - begin) / 1000).toFixed(2)} s`, `504 DEADLINE_EXCEEDED at ${deadline} s`);
  report.check('  the answer comes', (answered - begin) / 1000 <= deadline + 1, `${((answered - begin) / 1000 - deadline).toFixed(2)} s after the deadline`, '1 s');
  report.check('  the renderer is told', after <= 1 && after >= -0.5, `${after.toFixed(2)} s after the deadline`, '1 s');

  const leaving = new AbortController();
  const lost = ask(url, { pieces, headers: { 'X-Timeout': '1m' }, signal: leaving.signal }).catch(() => {});
  await until('it renders', async () => (await told(sim)).calls >= 2);
  await sleep(300);
  const left = performance.now();
  leaving.abort();
  await lost;
  report.atMost('a render of 20 s whose client leaves: the renderer is told', await cancelled(2) - left, 1000, 'ms');
}

// `curl` that throws away what it gets: bytes of the body.
async function discard(url, seconds, body) {
  const child = spawn('curl', ['-sS', '-N', '-o', '/dev/null', '-w', '%{http_code} %{size_download}', '--max-time', String(seconds),
    '-H', 'Accept: text/event-stream', ...asBody(body), url], { stdio: ['ignore', 'pipe', 'ignore'] });
  let said = '';
  child.stdout.on('data', (text) => (said += text));
  await new Promise((resolve, reject) => child.on('close', resolve).on('error', reject));
  const [status, bytes] = said.split(' ').map(Number);
  return { status, bytes };
}

async function fullRate({ report, proxy, camera, started, isShort }) {
  const seconds = isShort ? 8 : 60;
  const direct = await readDirectly(camera, { request: everything, seconds: isShort ? 4 : 15 });
  await untilEnded(camera);

  // Who looks at what comes: each set in order, and the pictures of every 25th.
  const reader = started(new SetReader(`${proxy.url}${METHOD}`, asBody(everything), { keep: 25 }));
  await reader.has(isShort ? 30 : 200, { within: 120_000 });
  await reader.stop();
  const { sets, kept } = reader;
  const wrong = sets.filter(({ sec, id }, i) => sec !== i + 1 || id !== sec).map(({ sec }) => `set ${sec} is out of order`);
  for (const set of kept) {
    const number = set.timestamp.sec;
    for (const image of [set.left, set.right, set.disparity_error, set.confidence])
      if (!Buffer.from(image.data, 'base64').equals(picture(number, width, height))) wrong.push(`set ${number} has other pixels`);
    if (!Buffer.from(set.disparity.image.data, 'base64').equals(picture(number, width, height, 2))) wrong.push(`set ${number} has another disparity`);
  }
  report.none(`5 pictures of ${width}×${height}: in order, pictures byte for byte`, wrong, sets.length);
  await untilEnded(camera);

  const memory = started(new MemoryLog(proxy));
  const begin = performance.now();
  const cpu = cpuSeconds(proxy);
  const { status, bytes } = await discard(`${proxy.url}${METHOD}`, seconds, everything);
  const end = performance.now();
  const used = (cpuSeconds(proxy) - cpu) / (end - begin) * 1000;
  await untilEnded(camera);
  // An event is as long as another but for the digits of its number, which stands in it three times.
  const size = (number) => sizeOf(sets[0], number);
  let whole = 0;
  let left = bytes;
  while (left >= size(whole + 1)) left -= size(++whole);
  const perSecond = whole / seconds;
  const { noted } = await told(camera);
  const alone = direct.sets / direct.seconds;
  const isEnough = Math.min(0.95 * rate, alone);
  const what = `5 pictures of ${width}×${height} at ${rate} Hz for ${seconds} s to a reader that discards`;
  report.check(`${what}: sets a second`, status === 200 && perSecond >= isEnough,
    `${perSecond.toFixed(1)} (without the proxy, to a reader in Python, ${alone.toFixed(1)})`,
    `at least ${isEnough.toFixed(1)}: 95 % of ${rate}, or what the stand-in reaches without it`);
  report.check(`${what}: none dropped`, noted.sets - whole <= 12 && noted.sets >= whole,
    `${noted.sets} given by the camera, ${whole} whole ones arrived`, '12 on their way');
  judgeFlat(report, `${what}: memory steady`, memory, begin, end);
  report.note(`${(bytes / seconds / 1e6).toFixed(0)} MB/s; ${(used * 100).toFixed(0)} % of a core for the proxy, ${mib(memory.most())} at most`);
}

// Bytes of the event of that number, by one that was seen: "id: N", "data: …" with "sec" and "nsec", both N, and an empty line.
function sizeOf({ id, size }, number) {
  const more = 2 * (String(number).length - String(id).length);
  return `id: ${number}\ndata: \n\n`.length + size + more;
}

export async function cameras({ report, started, isShort }) {
  const size = ['--width', String(width), '--height', String(height), '--rate', String(rate), '--padding', '0'];
  const camera = started(await Example.start('rc_visard', size));
  const proxy = started(await Proxy.start(undefined, configFile(section('visard', camera.address))));
  await ready(proxy, 'visard');
  await firstAndLast({ report, proxy, camera, isShort });
  await slowRenders({ report, started });
  await fullRate({ report, proxy, camera, started, isShort });
}
