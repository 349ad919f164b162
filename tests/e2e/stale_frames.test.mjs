// End to end: frames that are older than the last edit say so, only what is final now is final, ?fresh=1 waits, and marks of another
// epoch mean the newest. docs/api.md §3.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { colourOf, recolour } from '../support/scene.mjs';
import { until } from '../support/wait.mjs';

const quick = ['--width', '64', '--height', '32', '--samples', '8'];
const camera = (x) => ({ position: { x, y: 6, z: 20 } });

for (const release of releases) {
  describe(`frames and edits on ${release}`, () => {
    test('an edit makes what is there stale and no longer final, its update brings what is final', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(quick, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=jpeg&final=png'));
      const first = await viewer.event('the final frame', (data) => data.final === true);
      assert.ok(!('stale' in first.data));

      await proxy.call('ApiItem/setValueByAttrID', recolour(await colourOf(proxy, octane), 0.9));
      for (const query of ['?format=jpeg&final=png', '?format=both', '?format=raw']) {
        const late = started(proxy.watch(query));
        const { data } = await late.type('newImage');
        assert.equal(data.stale, true, query);
        assert.ok(!('final' in data), query);
      }
      const json = await proxy.get('/render/frame.json');
      assert.equal(json.json.stale, true);
      assert.equal(json.headers.get('x-stale'), 'true');
      assert.equal((await proxy.get('/render/frame.jpg')).headers.get('x-stale'), 'true');
      const refused = await proxy.get('/render/frame.jpg?fresh=1&wait=100');
      assert.equal(refused.status, 503);
      assert.match(refused.json.error, /only after ApiChangeManager\/update/);

      const from = viewer.events.length;
      await proxy.call('ApiChangeManager/update');
      const fresh = await proxy.get('/render/frame.json?fresh=1');
      assert.equal(fresh.status, 200, fresh.text);
      assert.ok(!('stale' in fresh.json));
      assert.equal(fresh.headers.get('x-stale'), undefined);
      assert.equal(fresh.headers.get('x-octane-state'), 'connected');
      const { changeLevel } = await octane.counters();
      assert.equal(fresh.json.render_images.data[0].changeLevel.value, changeLevel);
      const again = await viewer.event('the final frame of the edit', (data) => data.final === true, { from });
      assert.deepEqual(again.data.changeLevel, { value: changeLevel, level: changeLevel });
    });

    test('who joins right after an edit and its update is never told that an older picture is the newest', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(quick, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=jpeg&final=png'));
      for (let round = 1, level = 0; round <= 8; round++) {
        // The final frame of an edit may come before the edit's answer.
        await viewer.event(`final, round ${round}`, (data) => data.final === true && data.changeLevel.value >= level);
        const answer = await proxy.post('/LiveLink/SetCamera?update=1', camera(round));
        assert.equal(answer.json.updated, true, answer.text);
        const { changeLevel } = await octane.counters();
        level = changeLevel;
        const late = started(proxy.watch('?format=jpeg&final=png'));
        const { data } = await late.type('newImage');
        if (data.changeLevel.value < changeLevel) {
          assert.equal(data.stale, true, `level ${data.changeLevel.value} of ${changeLevel}`);
          assert.ok(!('final' in data));
        }
        const { json } = await proxy.get('/render/frame.json?fresh=1');
        assert.equal(json.render_images.data[0].changeLevel.value, changeLevel);
        await late.event('final', (event) => event.final === true && event.changeLevel.value === changeLevel);
      }
    });

    test('an update that publishes nothing leaves the picture final', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(quick, { release }));
      const proxy = started(await Proxy.start(octane));
      const viewer = started(proxy.watch('?format=jpeg&final=png'));
      await viewer.event('the final frame', (data) => data.final === true);
      await proxy.call('ApiItem/setName', { objectPtr: { handle: await octane.teapot() }, name: 'pot' });
      assert.equal((await proxy.get('/render/frame.json')).json.stale, true);
      await proxy.call('ApiChangeManager/update');
      const fresh = await proxy.get('/render/frame.json?fresh=1');
      assert.equal(fresh.status, 200, fresh.text);
      const late = started(proxy.watch('?format=jpeg&final=png'));
      await late.event('the final frame', (data) => data.final === true);
      assert.ok(!late.events.some(({ data }) => data.stale));
    });

    test('while Octane is away frames say so; fresh=1 fails with the reason, or waits for the Octane that comes', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(quick, { release }));
      const proxy = started(await Proxy.start(octane));
      const before = await proxy.get('/render/frame.json?after=0&wait=40000');
      assert.equal(before.headers.get('x-octane-state'), 'connected');
      const [epoch, seq] = ['x-epoch', 'x-seq'].map((name) => before.headers.get(name));
      await octane.kill();
      await until('Octane is lost', async () => (await proxy.get('/health')).status === 503);
      const held = await proxy.get('/render/frame.jpg');
      assert.equal(held.status, 200);
      assert.equal(held.headers.get('x-octane-state'), 'lost');
      const refused = await proxy.get('/render/frame.jpg?fresh=1&wait=100');
      assert.equal(refused.status, 503);
      assert.match(refused.json.error, /no fresh frame: .*127\.0\.0\.1/);
      assert.equal(refused.headers.get('x-octane-state'), 'lost');

      const waiting = proxy.get('/render/frame.json?fresh=1&wait=60000');
      const second = started(await Standin.start(quick, { release, port: octane.port }));
      const fresh = await waiting;
      assert.equal(fresh.status, 200, fresh.text);
      assert.ok(Number(fresh.headers.get('x-epoch')) > Number(epoch));
      const marked = await proxy.get(`/render/frame.json?after=${epoch}.${Number(seq) + 500}`);
      assert.equal(marked.status, 200);
      const now = marked.headers;
      const same = await proxy.get(`/render/frame.json?after=${now.get('x-epoch')}.${Number(now.get('x-seq')) + 1000}&wait=1`);
      assert.equal(same.status, 200, 'a number that has not been reached means the newest now');
      assert.equal(second.port, octane.port);
    });
  });
}

test('a render that is restarted is not final any more, and is again', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 })));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch('?format=jpeg'));
  await until('the stream is open', async () => (await proxy.get('/render/callback-status')).json.status.stream_active);
  await octane.sendFrame();
  await viewer.type('newImage');
  await proxy.call('ApiRenderEngine/restartRendering');
  assert.equal((await proxy.get('/render/frame.json')).json.stale, true);
  const next = proxy.get('/render/frame.json?fresh=1');
  await octane.sendFrame();
  assert.equal((await next).status, 200);
});
