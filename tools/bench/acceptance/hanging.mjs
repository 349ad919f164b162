// For tools/bench/acceptance.mjs: what an upstream that hangs costs the calls of the others. Two that answer, an Octane and one of kind grpc; two
// that can be stopped, one of each kind. Rounds take turns: none hangs, the grpc one hangs, the Octane hangs, and so on, each in its turn the first, so
// that a machine that gets busy shows in all of them.

import http from 'node:http';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { configFile } from '../../../tests/support/config_file.mjs';
import { Example, lab } from '../../../tests/support/example.mjs';
import { pattern, Proxy, Standin } from '../../../tests/support/octane.mjs';
import { projectDir } from '../../../tests/support/program.mjs';
import { until } from '../../../tests/support/wait.mjs';
import { ask, median, quantile } from './measure.mjs';

const kAtOnce = 4;   // calls to each that answers
const kPending = 32; // calls to the one that hangs
const kLimit = 1.3;

const call = (url, agent, { body = '{}', timeout = '10s', ...more } = {}) =>
  ask(url, { agent, pieces: [Buffer.from(body)], headers: { 'X-Timeout': timeout, ...more } });

// What one upstream that answers is asked, and what it has to answer.
async function makeTarget(proxy, where) {
  const url = `${proxy.url}${where}`;
  const answer = await call(url, false);
  if (answer.status !== 200) throw new Error(`${where} answered ${answer.status} ${answer.text}`);
  return { url, where, wanted: JSON.stringify(JSON.parse(answer.text).data) };
}

// So many items of an Octane, each as the body of a call and with the answer that it gets: {body, data}. Reads of different ones are not joined.
const itemName = '/ApiItem/name';
async function namedItems(proxy, octane) {
  const teapot = BigInt(await octane.teapot());
  const items = [];
  for (let i = 0n; items.length < kPending && i < 10n * BigInt(kPending); i++) {
    const body = JSON.stringify({ objectPtr: { handle: String(teapot + i), type: 16 } });
    const answer = await call(`${proxy.url}/hung-octane${itemName}`, false, { body });
    if (answer.status === 200) items.push({ body, data: JSON.stringify(JSON.parse(answer.text).data) });
  }
  if (items.length < kPending) throw new Error(`the stand-in has names for ${items.length} items only`);
  return items;
}

// So many calls of each: milliseconds by target, and what was not answered as it has to be.
async function round(targets, calls, wrong) {
  const times = targets.map(() => []);
  await Promise.all(targets.map(async (target, i) => {
    const agent = new http.Agent({ keepAlive: true, maxSockets: kAtOnce });
    let left = calls;
    await Promise.all(Array.from({ length: kAtOnce }, async () => {
      while (left-- > 0) {
        const begin = performance.now();
        const answer = await call(target.url, agent);
        times[i].push(performance.now() - begin);
        const data = answer.status === 200 ? JSON.stringify(JSON.parse(answer.text).data) : undefined;
        if (data !== target.wanted) wrong.push(`${target.where}: ${answer.status} ${answer.text.slice(0, 200)}`);
      }
    }));
    agent.destroy();
  }));
  return times;
}

// Stops the program, with calls that wait for it, while `act` runs. Each call is one of its own: equal ones would be joined.
async function whileHanging(proxy, { name, program, where, bodyOf, isRight, isCounted }, act, wrong) {
  program.signal('SIGSTOP');
  let ended = 0;
  let isOver = false;
  const waiting = Array.from({ length: kPending }, async (_, i) => {
    const answer = await call(`${proxy.url}/${name}${where}`, false, { body: bodyOf(i), timeout: '10m' });
    if (!isOver) ended++;
    if (answer.status !== 200 || !isRight(JSON.parse(answer.text).data, i))
      wrong.push(`${name}: call ${i} was answered ${answer.status} ${answer.text.slice(0, 200)}`);
  });
  for (const one of waiting) one.catch(() => {}); // awaited below, unless something else fails first
  let result;
  try {
    // Where calls are not bounded in number they are not counted either; then all have been sent long before the round is over.
    if (isCounted) await until(`${kPending} calls wait for ${name}`, async () => {
      const { in_flight: flying, waiting: queued } = (await proxy.get(`/${name}/health`)).json.queue;
      return flying + queued === kPending;
    });
    else await sleep(500);
    result = await act();
  } finally {
    isOver = true;
    program.signal('SIGCONT');
  }
  await Promise.all(waiting);
  if (ended > 0) wrong.push(`${ended} of the ${kPending} calls to ${name} ended before the round`);
  await until(`${name} is connected`, async () => (await proxy.get(`/${name}/health`)).status === 200);
  return result;
}

export async function hanging({ report, started, isShort }) {
  const rounds = isShort ? 2 : 7;
  const calls = isShort ? 1000 : 8000;
  const quiet = pattern({ fps: 1 });
  const lively = started(await Standin.start(quiet));
  const plain = started(await Standin.start(quiet));
  const stopped = started(await Standin.start([...quiet, '--scene-nodes', '200']));
  const hung = started(await Example.start('lab'));
  started({ stop: async () => hung.status || hung.signal('SIGCONT') });
  const octane = (name, { port }) => `[upstream.${name}]\nkind = "octane"\naddress = "127.0.0.1:${port}"\n`;
  const proxy = started(await Proxy.start(undefined, configFile(`${octane('lively', lively)}${octane('hung-octane', stopped)}
[upstream.plain]
address = "127.0.0.1:${plain.port}"
proto-path = ["${path.join(projectDir, 'proto/octane/alpha5')}"]
[upstream.hung-grpc]
address = "${hung.address}"
proto-path = ["${lab}"]
`), { connected: false }));
  await until('all are connected', async () => (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state === 'connected'),
    { detail: () => proxy.tail() });

  const targets = [await makeTarget(proxy, '/lively/ApiInfo/octaneVersion'), await makeTarget(proxy, '/plain/ApiInfoService/octaneVersion')];
  const items = await namedItems(proxy, stopped);
  const states = [
    { what: 'none hangs' },
    { what: 'a hanging upstream of kind grpc', name: 'hung-grpc', program: hung, where: '/Lab/Describe', bodyOf: (i) => `{"count":${i + 1}}`,
      isRight: ({ count }, i) => Number(count) === i + 1 },
    { what: 'a hanging Octane', name: 'hung-octane', program: stopped, isCounted: true, where: itemName, bodyOf: (i) => items[i].body,
      isRight: (data, i) => JSON.stringify(data) === items[i].data }];

  const wrong = [];      // of the others' calls
  const wrongThere = []; // of the calls that wait for the one that hangs
  await round(targets, calls / 2, wrong); // connections and code are warm after it
  const figures = states.map(() => targets.map(() => ({ p50: [], p99: [] })));
  for (let turn = 0; turn < rounds; turn++) {
    for (let i = 0; i < states.length; i++) {
      const at = (i + turn) % states.length; // none of them is always the first
      const state = states[at];
      const act = () => round(targets, calls, wrong);
      const times = state.name ? await whileHanging(proxy, state, act, wrongThere) : await act();
      times.forEach((one, which) => {
        figures[at][which].p50.push(quantile(one, 0.5));
        figures[at][which].p99.push(quantile(one, 0.99));
      });
    }
  }
  const total = rounds * states.length * calls * targets.length + targets.length * calls / 2;
  report.none('beside an upstream that hangs: the others answer as ever', wrong, total);
  report.none(`an upstream that hangs: ${kPending} calls wait throughout each round, and are answered when it goes on`, wrongThere, rounds * 2 * kPending);
  targets.forEach(({ where }, i) => {
    const [without, ...hangs] = figures.map((state) => ({ p50: median(state[i].p50), p99: median(state[i].p99), all: state[i].p99 }));
    report.note(`${where}: p99 of the rounds without ${without.all.map((ms) => ms.toFixed(2)).join(', ')} ms`);
    hangs.forEach((there, at) => {
      const ratio = there.p99 / without.p99;
      report.check(`${states[at + 1].what}: p99 of ${where}`, ratio <= kLimit,
        `${ratio.toFixed(2)} times (${there.p99.toFixed(2)} ms, without ${without.p99.toFixed(2)}; p50 ${there.p50.toFixed(2)}, ` +
        `without ${without.p50.toFixed(2)}; medians of ${rounds} rounds)`,
        `${kLimit} times`);
    });
  });
}
