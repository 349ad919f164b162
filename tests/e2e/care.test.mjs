// End to end: care for the renderer, the epoch of handles, and pages that stay in step. docs/api.md §2, §3; docs/octane.md §1.9, §6.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const still = pattern({ fps: 0 }, '--no-serial');
const arrived = (octane, method, count) =>
  until(`${count} of ${method} at the stand-in`, async () => ((await octane.counters()).calls[method] ?? 0) >= count);
const item = (handle) => ({ objectPtr: { handle, type: 16 } });
const epochOf = (answer) => Number(answer.headers.all('X-Octane-Epoch')[0]);
const isState = (state) => (data) => data.type === 'octane' && data.state === state;

for (const release of releases) {
  describe(`Octane ${release}`, () => {
    test('a null object is refused before it reaches Octane, but where null means something it goes through', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      for (const body of [{}, { objectPtr: {} }, item(0)]) {
        const answer = await proxy.post('/ApiItem/name', body);
        assert.equal(answer.status, 400);
        assert.equal(answer.json.status, 'INVALID_ARGUMENT');
        assert.match(answer.json.error, /objectPtr/);
      }
      assert.equal((await octane.counters()).calls['ApiItem/name'] ?? 0, 0);
      assert.equal((await proxy.post('/ApiRenderEngine/setRenderTargetNode', { targetNode: { handle: 0, type: 17 } })).status, 200);
      assert.equal((await octane.counters()).calls['ApiRenderEngine/setRenderTargetNode'], 1);
    });

    test('equal reads in flight are one call to Octane', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      // One loop: a call that it has logged has gone as far as it can before the loop answers anything later.
      const proxy = started(await Proxy.start(octane, ['--log-level', 'debug', '--threads', '1']));
      const teapot = await octane.teapot();
      await octane.stall('ApiItem/name', 20000);
      const reads = [...Array(4)].map((_, i) =>
        proxy.post('/ApiItem/name', item(teapot), { headers: { 'X-Call-Id': `same-${i}` } }));
      await Promise.all(reads.map((_, i) => proxy.line(new RegExp(`id=same-${i}`))));
      await arrived(octane, 'ApiItem/name', 1);
      await proxy.get('/health');
      await octane.clear();
      for (const read of reads) assert.deepEqual((await read).json.data, { result: 'teapot.obj' });
      assert.equal((await octane.counters()).calls['ApiItem/name'], 1);
    });

    test('a project that is loaded or reset voids the handles: the epoch grows, and an old one is refused', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=raw'));
      const before = await proxy.post('/ApiInfo/octaneVersion', {});
      const first = epochOf(before);
      assert.ok(first >= 1);
      assert.equal((await proxy.get('/health')).json.octane.epoch, first);
      const now = await proxy.post('/ApiInfo/octaneVersion', {}, { headers: { 'X-Octane-Epoch': String(first) } });
      assert.equal(now.status, 200);

      const reset = await proxy.post('/ApiProjectManager/resetProject', {});
      assert.equal(reset.status, 200, reset.text);
      assert.ok(epochOf(reset) > first, 'the answer itself says the new epoch');
      await viewer.event('the new epoch', (data) => isState('connected')(data) && data.epoch > first);
      const old = await proxy.post('/ApiItem/name', item(await octane.teapot()), { headers: { 'X-Octane-Epoch': String(first) } });
      assert.equal(old.status, 409);
      assert.equal(old.json.status, 'ABORTED');
      assert.match(old.json.error, new RegExp(`epoch ${first}\\b.*epoch \\d+: .*void`));
      const wrong = await proxy.post('/ApiItem/name', {}, { headers: { 'X-Octane-Epoch': 'soon' } });
      assert.equal(wrong.status, 400);
      assert.match(wrong.json.error, /X-Octane-Epoch/);
    });

    test('what a person changes in Octane itself begins an epoch too', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=raw'));
      await until('the stream is open', async () => (await octane.counters()).registrations >= 1);
      const { epoch } = (await proxy.get('/health')).json.octane;
      await until('the epoch has grown', async () => {
        await octane.tell('event', { event: 'projectManagerChanged' });
        return (await proxy.get('/health')).json.octane.epoch > epoch;
      });
      await viewer.type('projectManagerChanged');
    });

    test('pages that ask for it are told of edits, others are not', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const proxy = started(await Proxy.start(octane));
      const told = started(proxy.watch('?format=raw&events=calls'));
      const other = started(proxy.watch('?format=raw'));
      await told.type('connected');
      await other.type('connected');
      await until('both have joined', async () => (await proxy.get('/health')).json.frames.viewers === 2);
      const teapot = await octane.teapot();
      const edit = await proxy.post('/ApiItem/setName', { ...item(teapot), name: 'pot' }, { headers: { 'X-Call-Id': 'edit-7' } });
      assert.equal(edit.status, 200, edit.text);
      await proxy.call('ApiItem/name', item(teapot));
      await proxy.post('/ApiItem/setName', { ...item('18446744073709551615'), name: 'nothing' });
      await proxy.call('ApiChangeManager/update');
      const { data } = await told.type('call');
      assert.equal(data.method, 'ApiItem/setName');
      assert.deepEqual(data.object, { handle: teapot, type: 16 });
      assert.equal(data.callId, 'edit-7');
      assert.equal(data.epoch, epochOf(edit));
      assert.ok(Math.abs(data.timestamp - Date.now() / 1000) < 60);
      await told.event('the next edit', (event) => event.type === 'call' && event.method === 'ApiChangeManager/update');
      assert.deepEqual(told.events.filter((event) => event.data.type === 'call').map((event) => event.data.method),
        ['ApiItem/setName', 'ApiChangeManager/update']);
      assert.equal(other.events.filter((event) => event.data.type === 'call').length, 0);
    });

    test('a call that takes long is told of, in events, /health and errors, and so is its end', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(pattern({ fps: 0 }), { release }));
      const proxy = started(await Proxy.start(octane, ['--upstream-concurrency', '1']));
      const viewer = started(proxy.watch('?format=raw'));
      await viewer.type('connected');
      await octane.stall('ApiInfo/octaneName', 600000);
      const long = proxy.post('/ApiInfo/octaneName', {}, { headers: { 'X-Timeout': '5m' } });
      const { data } = await viewer.event('busy', isState('busy'));
      assert.equal(data.method, 'ApiInfo/octaneName');
      assert.ok(data.seconds >= 2);
      const { busy } = (await proxy.get('/health')).json.octane;
      assert.equal(busy.method, 'ApiInfo/octaneName');
      assert.ok(busy.since_s >= 2);
      const late = await proxy.post('/ApiInfo/tierIdx', {}, { headers: { 'X-Timeout': '50ms' } });
      assert.equal(late.status, 504);
      assert.match(late.json.error, /busy with ApiInfo\/octaneName for \d+\.\d s/);
      await octane.clear();
      assert.equal((await long).status, 200);
      await viewer.event('idle', isState('idle'));
      assert.equal((await proxy.get('/health')).json.octane.busy, undefined);
    });

    test('after a crash /health and the log name the call that was in flight', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(still, { release }));
      const deadly = started(await Proxy.start(octane, ['--allow', 'ApiImageComponent/create']));
      assert.equal((await deadly.get('/health')).json.last_calls, undefined);
      await deadly.call('ApiInfo/octaneVersion');
      await octane.tell('crash', { method: 'ApiImageComponent/create' });
      const crash = await deadly.post('/ApiImageComponent/create', {}, { headers: { 'X-Call-Id': 'culprit' } });
      assert.equal(crash.status, 500);
      const { last_calls: last } = await until('/health knows the last calls', async () => {
        const { json } = await deadly.get('/health');
        return json.last_calls && json;
      });
      assert.equal(last.calls[0].method, 'ApiImageComponent/create');
      assert.equal(last.calls[0].callId, 'culprit');
      assert.equal(last.calls[0].in_flight, true);
      assert.ok(last.calls[0].began_before_s >= 0);
      assert.ok(last.calls.some((call) => call.method === 'ApiInfo/octaneVersion' && !call.in_flight));
      const [line] = await deadly.line(/.*last calls before Octane was lost.*/);
      assert.match(line, /ApiImageComponent\/create id=culprit .*unanswered/);

      const again = started(await Standin.start(still, { release, port: octane.port }));
      const careful = started(await Proxy.start(again));
      const refused = await careful.post('/ApiImageComponent/create', {});
      assert.equal(refused.status, 403);
      assert.match(refused.json.error, /crash.*--allow/);
      assert.equal((await careful.post('/ApiInfo/nodeInfo', { type: 116 })).status, 403);
    });
  });
}

test('resetProject shows its member in the template, and without one is carried out once', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(still, { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const templates = (await proxy.get('/services/ApiProjectManager')).json.methods;
  assert.deepEqual(templates.find((method) => method.name === 'resetProject').request.fields.map((field) => field.name), ['suppressUI']);
  assert.deepEqual(await proxy.call('ApiProjectManager/resetProject'), { result: true });
  assert.equal((await octane.counters()).calls['ApiProjectManager/resetProject'], 1);
});

test('calls of one client reach Octane in the order of their arrival where one of them is an edit', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(still));
  const proxy = started(await Proxy.start(octane, ['--log-level', 'debug', '--threads', '1'])); // one loop, one order of arrival
  const teapot = await octane.teapot();
  await octane.stall('ApiItem/setName', 20000);
  const sent = [];
  const send = async (id, path, body) => {
    sent.push(proxy.post(path, body, { headers: { 'X-Call-Id': id } }));
    await proxy.line(new RegExp(`id=${id}\\b`));
  };
  await send('first', '/ApiItem/setName', { ...item(teapot), name: 'one' });
  await arrived(octane, 'ApiItem/setName', 1);
  await send('second', '/ApiItem/setName', { ...item(teapot), name: 'two' });
  await send('read', '/ApiItem/name', item(teapot));
  await proxy.get('/health');
  assert.equal((await octane.counters()).calls['ApiItem/setName'], 1);
  await octane.clear();
  const answers = await Promise.all(sent);
  assert.deepEqual(answers[2].json.data, { result: 'two' });
});
