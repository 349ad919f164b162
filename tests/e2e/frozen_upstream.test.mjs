// End to end: one upstream takes calls and answers nothing. It holds up no other, and its own calls end at their deadlines.
// docs/api.md §2 "Upstreams", §4.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example, examples, lab } from '../support/example.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { Viewer } from '../support/viewer.mjs';
import { patience, until, within } from '../support/wait.mjs';

const SIM = '/sim/SensorsimService';
const origin = 'http://localhost:3000';
const octaneCall = '/ApiInfo/octaneVersion';

describe('a gRPC server that is stopped', () => {
  let parts;
  let proxy;
  before(async () => {
    parts = {
      sim: await Example.start('nurec'),
      lab: await Example.start('lab'),
      traffic: await Example.start('alpasim', ['--services', 'TrafficService', '--reflection', 'v1']),
      octane: await Standin.start(pattern({ fps: 20 })),
    };
    proxy = await Proxy.start(undefined, ['--threads', '2', ...configFile(`
[upstream.sim]
address = "${parts.sim.address}"
proto-path = ["${path.join(examples, 'nurec/proto')}"]
timeout = "2s"
probe-after = "200ms"
probe-timeout = "1s"
concurrency = 2
[upstream.lab]
address = "${parts.lab.address}"
proto-path = ["${lab}"]
[upstream.traffic]
address = "${parts.traffic.address}"
[upstream.scene]
kind = "octane"
address = "127.0.0.1:${parts.octane.port}"
`)], { connected: false });
    await until('all are connected', async () => Object.values(await states()).every((state) => state === 'connected'));
  });
  after(async () => {
    goOn();
    await proxy?.stop();
    for (const part of Object.values(parts ?? {})) await part.stop();
  });

  const states = async () =>
    Object.fromEntries((await proxy.get('/upstreams')).json.upstreams.map(({ name, state }) => [name, state]));
  const goOn = () => parts?.sim && !parts.sim.status && parts.sim.signal('SIGCONT');
  const freeze = (t) => {
    t.after(goOn);
    parts.sim.signal('SIGSTOP');
  };
  const thawed = async () => {
    goOn();
    await until('it answers again', async () => (await proxy.post(`${SIM}/get_version`, {})).status === 200);
    await until('it is connected', async () => (await states()).sim === 'connected');
  };
  // Another client each, since the calls of one follow each other.
  const client = (i) => ['--interface', `127.0.0.${i}`];
  const forever = (i = 2) => ({ headers: { 'X-Timeout': '0' }, args: [...client(i), '--max-time', '300'] });

  // Its answer, and whether it has come.
  function pending(promise) {
    const call = { promise, isDone: false };
    promise.finally(() => (call.isDone = true)).catch(() => {});
    return call;
  }

  async function assertOthersAnswer(count) {
    const calls = Array.from({ length: count }, (_, i) => [['/lab/Lab/Store', { count: i }],
      ['/traffic/TrafficService/get_metadata', {}], [`/scene${octaneCall}`, {}], [octaneCall, {}],
      ['/Lab/Describe', { count: i }]][i % 5]);
    const results = await Promise.all(calls.map(async ([where, body]) => {
      const response = await fetch(`${proxy.url}${where}`, { method: 'POST', body: JSON.stringify(body) });
      return [response.status, await response.json(), body];
    }));
    for (const [status, json, body] of results) {
      assert.equal(status, 200, JSON.stringify(json));
      if (body.count) assert.equal(json.data.count, String(body.count));
    }
  }

  test('holds up no other: fifty calls to the rest are answered while calls to it wait', async (t) => {
    freeze(t);
    const waiting = [2, 3, 4, 5].map((i) => pending(proxy.post(`${SIM}/get_version`, {}, forever(i))));
    await until('two are under way and two wait', async () => {
      const { queue } = (await proxy.get('/sim/health')).json;
      return queue.in_flight === 2 && queue.waiting === 2;
    });
    await assertOthersAnswer(50);
    assert.ok(waiting.every(({ isDone }) => !isDone));
    const late = await proxy.post(`${SIM}/get_version`, {});
    assert.deepEqual([late.status, late.json.status], [504, 'DEADLINE_EXCEEDED'], 'a deadline counts in the queue, too');
    assert.match(late.json.error, /\bsim\b/);
    goOn();
    for (const { promise } of waiting) assert.equal((await promise).status, 200);
    await thawed();
  });

  test('lets streams and frames of the rest go on', async (t) => {
    const viewer = new Viewer(`${proxy.url}/render/stream?format=jpeg`);
    t.after(() => viewer.stop());
    await viewer.frames(1);
    const stream = openCurl([`${proxy.url}/lab/Lab/Count?count=1000000&pause_ms=20`]);
    t.after(() => (stream.child.kill('SIGKILL'), stream.done));
    await until('the stream has begun', () => stream.out.text.includes('\n'));
    freeze(t);
    const waiting = pending(proxy.post(`${SIM}/get_version`, {}, forever()));
    await until('it is under way', async () => (await proxy.get('/sim/health')).json.queue.in_flight === 1);
    const lines = stream.out.text.split('\n').length;
    await viewer.frames(10, { from: viewer.events.length });
    await until('ten more messages', () => stream.out.text.split('\n').length > lines + 10);
    assert.equal(waiting.isDone, false);
    goOn();
    assert.equal((await waiting.promise).status, 200);
    await thawed();
  });

  test('ends each call at its own deadline with a sentence that names it, and answers again when it goes on', async (t) => {
    freeze(t);
    const headers = { Origin: origin };
    const calls = [[`${SIM}/get_version`, {}], [`${SIM}/get_available_scenes`, { 'X-Timeout': '500ms' }],
      [`${SIM}/render_rgb?raw=image_bytes`, { 'grpc-timeout': '1S' }]];
    const answers = await within(patience, 'all have ended',
      Promise.all(calls.map(([where, more], i) =>
        proxy.post(where, {}, { headers: { ...headers, ...more }, args: client(3 + i) }))));
    for (const [i, answer] of answers.entries()) {
      assert.deepEqual([answer.status, answer.json.status, answer.json.code], [504, 'DEADLINE_EXCEEDED', 4],
        `${calls[i][0]}: ${answer.text}`);
      assert.match(answer.json.error, /\bsim\b/, calls[i][0]);
      assert.equal(answer.headers.get('access-control-allow-origin'), origin);
    }
    await until('it counts as silent', async () => (await states()).sim === 'silent');
    assert.deepEqual(await states(), { sim: 'silent', lab: 'connected', traffic: 'connected', scene: 'connected' });
    const health = await proxy.get('/sim/health');
    assert.deepEqual([health.status, health.json.connected], [503, false]);
    assert.match(health.json.error, /sim is silent/);
    for (const name of ['lab', 'traffic', 'scene']) assert.equal((await proxy.get(`/${name}/health`)).status, 200, name);
    await assertOthersAnswer(10);
    const silent = await proxy.post(`${SIM}/get_version`, {}, { headers: { 'X-Timeout': '300ms' } });
    assert.equal(silent.status, 504);
    assert.match(silent.json.error, /sim is silent/);
    await thawed();
  });
});
