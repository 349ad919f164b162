// End to end: Octane dies and comes back; viewers stay where they are. docs/api.md §1, §3.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const quick = pattern({ fps: 20 });
// The promise is 2 s. Of those gRPC's back-off may take 1.2, which says nothing against a machine that holds its breath for the rest; so what
// fails here is a back-off that grows, or nobody who tries again. Each test prints how long it really took.
const patience = 20000;
const isState = (state) => (data) => data.type === 'octane' && data.state === state;

for (const release of releases) {
  describe(`Octane ${release}`, () => {
    test('killed and started again five times during a stream: the viewer stays, and has frames again each time', async (t) => {
      const started = cleanup(t);
      let octane = started(await Standin.start(quick, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=raw'));
      await viewer.frames(2);
      const took = [];
      let epoch = (await proxy.get('/health')).json.octane.epoch;
      for (let round = 1; round <= 5; round++) {
        const from = viewer.events.length;
        await octane.kill();
        const lost = await viewer.event(`octane lost, round ${round}`, isState('lost'), { from, within: patience });
        octane = started(await Standin.start(quick, { release, port: octane.port }));
        const back = await viewer.event(`octane connected, round ${round}`, isState('connected'), { from: lost.place, within: patience });
        assert.ok(back.data.epoch > epoch, `epoch ${back.data.epoch} after ${epoch}`);
        epoch = back.data.epoch;
        assert.ok(String(back.data.version).length > 0);
        const frame = await viewer.type('newImage', { from: back.place, within: patience });
        assert.equal(frame.data.epoch, epoch);
        took.push(Math.round(frame.at - octane.listeningSince));
        await until('registered anew', async () => (await octane.counters()).registrations === 1);
      }
      t.diagnostic(`first frames ${took.join(', ')} ms after Octane listened again`);
      assert.ok(Math.max(...took) < patience, `first frames after ${took} ms`);
      assert.equal(viewer.code, undefined, 'the connection was closed');
      assert.equal(viewer.events.filter((event) => event.data.type === 'connected').length, 1);
      const seqs = viewer.events.filter((event) => event.data.type === 'newImage').map((event) => event.data.seq);
      assert.ok(seqs.every((seq, i) => i === 0 || seq > seqs[i - 1]), 'seq went back');
    });

    test('started after the proxy is found, and calls and frames come alive', async (t) => {
      const started = cleanup(t);
      const port = await freePort();
      const proxy = started(await Proxy.start(null, [], { octanePort: port }));
      const viewer = started(proxy.watch('?format=raw'));
      await viewer.event('octane lost', isState('lost'));
      assert.equal((await proxy.post('/ApiInfo/octaneVersion', {})).status, 500);
      const octane = started(await Standin.start(quick, { release, port }));
      const frame = await viewer.type('newImage', { within: patience });
      t.diagnostic(`first frame ${Math.round(frame.at - octane.listeningSince)} ms after Octane listened`);
      assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
      assert.equal((await proxy.get('/health')).json.octane.api, release);
    });
  });
}

test('a restart as another release is noticed', async (t) => {
  const started = cleanup(t);
  const first = started(await Standin.start(quick, { release: 'alpha5' }));
  const proxy = started(await Proxy.start(first));
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.frames(1);
  assert.equal((await proxy.get('/services')).json.schema, 'alpha5');
  const from = viewer.events.length;
  await first.kill();
  await viewer.event('octane lost', isState('lost'), { from, within: patience });
  const second = started(await Standin.start(quick, { release: 'beta2', port: first.port }));
  const back = await viewer.event('octane connected', isState('connected'), { from, within: patience });
  await viewer.type('newImage', { from: back.place, within: patience });
  assert.equal((await proxy.get('/health')).json.octane.api, 'beta2');
  assert.equal((await proxy.get('/services')).json.schema, 'beta2');
  const data = await proxy.call('ApiItem/getValueByAttrID',
    { item_ref: { handle: await second.teapot(), type: 16 }, attribute_id: 34, expected_type: 14 });
  assert.match(data.string_value, /teapot\.obj$/);
});

test('a graceful end of Octane is noticed like a crash', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(quick, { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.frames(1);
  const from = viewer.events.length;
  await octane.stop();
  const lost = await viewer.event('octane lost', isState('lost'), { from, within: patience });
  assert.equal((await proxy.get('/health')).status, 503);
  started(await Standin.start(quick, { release: 'beta2', port: octane.port }));
  const back = await viewer.event('octane connected', isState('connected'), { from: lost.place, within: patience });
  await viewer.type('newImage', { from: back.place, within: patience });
});

test('many restarts leave no memory behind', async (t) => {
  const started = cleanup(t);
  let octane = started(await Standin.start(quick));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch('?format=raw'));
  const sizes = [];
  for (let round = 0; round < 8; round++) {
    const from = viewer.events.length;
    await octane.kill();
    await viewer.event('octane lost', isState('lost'), { from, within: patience });
    octane = started(await Standin.start(quick, { port: octane.port }));
    const back = await viewer.event('octane connected', isState('connected'), { from, within: patience });
    await viewer.frames(3, { from: back.place });
    sizes.push(proxy.rss());
  }
  // What each restart leaves behind shows in the last rounds beside the first, in which everything has been made once.
  const growth = Math.min(...sizes.slice(-3)) - Math.max(...sizes.slice(0, 3));
  assert.ok(growth < sizes[0] / 5, `resident memory after each round: ${sizes}`);
});
