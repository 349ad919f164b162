// End to end: what the real renderer does to its clients: it dies of a call, and its handles mean other objects when it is back.
// docs/api.md §2, §4, §6; the epoch.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';
import { walkScene } from '../web/walk.js';

const still = ['--no-target'];

async function again(octane, args = still) {
  return Standin.start(args, { release: octane.release, port: octane.port });
}

const health = async (proxy) => (await proxy.get('/health')).json;

// The epoch after `before`, once the proxy has it.
async function newEpoch(proxy, before) {
  return until(`an epoch after ${before}`, async () => {
    const { connected, octane } = await health(proxy);
    return connected && octane.epoch > before && octane.epoch;
  });
}

for (const release of releases) {
  describe(`a call that kills ${release}`, () => {
    test('is named by /health and in the log, also when Octane is back', async (t) => {
      const started = cleanup(t);
      let octane = started(await Standin.start([...still, '--crash-on', 'ApiItem/expand'], { release }));
      const proxy = started(await Proxy.start(octane));
      const item = { objectPtr: { handle: await octane.teapot(), type: 16 } };
      await proxy.call('ApiItem/name', item, { headers: { 'X-Call-Id': 'harmless' } });
      const answer = await proxy.post('/ApiItem/expand', item, { headers: { 'X-Call-Id': 'killer' } });
      assert.equal(answer.status, 500);
      assert.equal(answer.json.status, 'UNAVAILABLE');
      assert.equal((await octane.exit()).code, 134);
      const gone = await until('/health says that Octane is gone', async () => {
        const now = await health(proxy);
        return !now.connected && now.last_calls && now;
      });
      const [first] = gone.last_calls.calls;
      assert.equal(first.method, 'ApiItem/expand');
      assert.equal(first.callId, 'killer');
      assert.equal(first.in_flight, true);
      const second = gone.last_calls.calls.find((call) => call.callId === 'harmless');
      assert.equal(second.in_flight, false);
      await proxy.line(/ApiItem[/.]expand.*killer|killer.*ApiItem[/.]expand/);

      octane = started(await again(octane));
      await newEpoch(proxy, gone.octane.epoch);
      assert.equal((await health(proxy)).last_calls.calls[0].callId, 'killer');
      assert.deepEqual(await proxy.call('ApiItem/name', item), { result: 'teapot.obj' });
    });

    test('is not let through by default if it is known to kill', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start([...still, '--crash-on', 'ApiImageComponent/create'], { release }));
      const careful = started(await Proxy.start(octane));
      const careless = started(await Proxy.start(octane, ['--allow', 'ApiImageComponent/create']));
      for (let i = 0; i < 2; i++) {
        const refused = await careful.post('/ApiImageComponent/create', {});
        assert.equal(refused.status, 403);
        assert.match(refused.json.error, /crash/);
      }
      assert.equal((await octane.counters()).calls['ApiImageComponent/create'], undefined);
      assert.equal((await careless.post('/ApiImageComponent/create', {})).status, 500);
      assert.equal((await octane.exit()).code, 134);
    });
  });

  describe(`a restart of ${release} in the middle of reading the scene`, () => {
    // Reads the scene until call number `stopAt`, before which `interrupt` runs. Every call carries the epoch of the first answer.
    async function interrupted(proxy, stopAt, interrupt) {
      let count = 0;
      let epoch;
      const names = new Map();
      const call = async (name, body) => {
        count += 1;
        if (count === stopAt) await interrupt();
        const answer = await proxy.post(`/${name}`, body, { headers: epoch ? { 'X-Octane-Epoch': epoch } : {} });
        epoch ??= answer.headers.get('x-octane-epoch');
        if (answer.status !== 200) throw Object.assign(new Error(answer.json.error), { answer, count });
        if (name === 'ApiItem/name') names.set(body.objectPtr.handle, answer.json.data.result);
        return answer.json.data;
      };
      const getValue = release === 'alpha5' ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID';
      const failure = await walkScene(call, getValue).then(() => undefined, (error) => error);
      return { failure, names, epoch: Number(epoch) };
    }

    test('ends it with a clear error: Octane away first, then handles of an older epoch', async (t) => {
      const started = cleanup(t);
      let octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      const { failure, names, epoch } = await interrupted(proxy, 40, () => octane.kill());
      assert.equal(failure.count, 40, 'the first call after the break is the one that fails');
      assert.equal(failure.answer.status, 500);
      assert.equal(failure.answer.json.status, 'UNAVAILABLE');
      const [handle, name] = [...names].at(-1);

      octane = started(await again(octane));
      const now = await newEpoch(proxy, epoch);
      const old = { objectPtr: { handle, type: 16 } };
      const refused = await proxy.post('/ApiItem/name', old, { headers: { 'X-Octane-Epoch': String(epoch) } });
      assert.equal(refused.status, 409, refused.text);
      assert.equal(refused.json.success, false);
      assert.ok(refused.json.error.includes(String(epoch)) && refused.json.error.includes(String(now)), refused.text);
      assert.equal(refused.headers.get('x-octane-epoch'), String(now));
      assert.equal((await octane.counters()).calls['ApiItem/name'], undefined, 'Octane was not asked');
      // Why that matters: the handle is in use again, and an answer would be believed.
      assert.equal((await proxy.call('ApiItem/name', old)).result, name);
      assert.ok((await proxy.post('/ApiItem/name', old, { headers: { 'X-Octane-Epoch': String(now) } })).status === 200);
    });

    test('and a quick one, unseen between two calls, is told by the epoch alone', async (t) => {
      const started = cleanup(t);
      let octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      const { failure, epoch } = await interrupted(proxy, 40, async () => {
        const before = (await health(proxy)).octane.epoch;
        await octane.kill();
        octane = started(await again(octane));
        await newEpoch(proxy, before);
      });
      assert.equal(failure.count, 40);
      assert.equal(failure.answer.status, 409);
      assert.ok(Number(failure.answer.headers.get('x-octane-epoch')) > epoch);
      const { calls } = await octane.counters();
      assert.deepEqual(Object.keys(calls).filter((name) => /^Api(Node|ItemArray)/.test(name)), [], 'Octane was not asked');
    });

    test('fails a call that is under way and does not put it to the new process', async (t) => {
      const started = cleanup(t);
      let octane = started(await Standin.start([...still, '--stall', 'ApiItem/name=60000'], { release }));
      const proxy = started(await Proxy.start(octane));
      const item = { objectPtr: { handle: await octane.teapot(), type: 16 } };
      const answer = proxy.post('/ApiItem/name', item);
      await until('the call is under way', async () => (await octane.counters()).calls['ApiItem/name'] === 1);
      const { epoch } = (await health(proxy)).octane;
      await octane.kill();
      octane = started(await again(octane));
      assert.equal((await answer).status, 500);
      assert.equal((await answer).json.status, 'UNAVAILABLE');
      await newEpoch(proxy, epoch);
      assert.equal((await octane.counters()).calls['ApiItem/name'], undefined);
    });

    test('is no different from a project being loaded or reset by somebody else', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      for (const [method, body] of [['loadProject', { projectPath: 'other.orbx' }], ['resetProject', {}]]) {
        const { failure, epoch } = await interrupted(proxy, 5, () => proxy.call(`ApiProjectManager/${method}`, body));
        assert.equal(failure?.answer?.status, 409, `${method}: ${failure}`);
        assert.ok((await health(proxy)).octane.epoch > epoch);
      }
    });
  });
}

test('resetting a project with edits opens no dialog where that can be told', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(still, { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const edit = async () => {
    const { result: ownerGraph } = await proxy.call('ApiProjectManager/rootNodeGraph');
    await proxy.call('ApiNode/create', { type: 17, configurePins: true, ownerGraph });
  };
  await edit();
  await proxy.call('ApiProjectManager/resetProject');
  assert.equal((await octane.counters()).dialogs, 0);
  await edit();
  await proxy.call('ApiProjectManager/resetProject', { suppressUI: false });
  assert.equal((await octane.counters()).dialogs, 1);
});
