// End to end: an edit changes nothing until ApiChangeManager/update; ?update=1 makes it, and the first answer to an edit says so. Misspelt
// members are named where a call fails without them. docs/api.md §2.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { cleanup, Proxy, releases, Standin } from '../support/octane.mjs';
import { colourOf, recolour } from '../support/scene.mjs';
import { until } from '../support/wait.mjs';

const small = ['--width', '64', '--height', '32', '--samples', '4'];
const UPDATE = 'ApiChangeManager/update';

for (const release of releases) {
  describe(`edits on ${release}`, () => {
    let octane;
    let proxy;
    before(async () => {
      octane = await Standin.start(small, { release });
      proxy = await Proxy.start(octane);
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });
    const level = async () => (await octane.counters()).changeLevel;
    const updates = async () => (await octane.counters()).calls[UPDATE] ?? 0;

    test('the first edit of a client without an update is answered with what it needs, later ones are not', async (t) => {
      const fresh = cleanup(t)(await Proxy.start(octane));
      const before = await level();
      const body = recolour(await colourOf(fresh, octane), 0.1);
      const first = await fresh.post('/ApiItem/setValueByAttrID', body);
      assert.equal(first.status, 200, first.text);
      assert.equal(first.json.success, true);
      assert.ok(!('updated' in first.json));
      assert.equal(first.json.warnings.length, 1);
      assert.match(first.json.warnings[0], /ApiChangeManager\/update.*\?update=1/);
      assert.ok(!('warnings' in (await fresh.post('/ApiItem/setValueByAttrID', body)).json));
      assert.equal(await level(), before, 'the scene is shown as it was');
      await fresh.call(UPDATE);
      assert.ok(await level() > before);
    });

    test('in a bare answer it is a header; a client that has called update knows it, and reads need none', async (t) => {
      const started = cleanup(t);
      const bare = started(await Proxy.start(octane));
      const body = recolour(await colourOf(bare, octane), 0.2);
      const answer = await bare.post('/ApiItem/setValueByAttrID?bare=1', body);
      assert.match(JSON.parse(answer.headers.get('x-warnings'))[0], /ApiChangeManager\/update/);
      const knowing = started(await Proxy.start(octane));
      await knowing.call(UPDATE);
      assert.ok(!('warnings' in (await knowing.post('/ApiItem/setValueByAttrID', body)).json));
    });

    test('?update=1 shows the edit at once, by whichever name and of whichever kind it is', async () => {
      const colour = await colourOf(proxy, octane);
      const root = (await proxy.call('ApiProjectManager/rootNodeGraph')).result.handle;
      const edits = [
        ['ApiItem/setValueByAttrID', recolour(colour, 0.3)],
        ['ApiItem/setByAttrID', recolour(colour, 0.4)],
        ['octaneapi.ApiItemService/setValueByAttrID', recolour(colour, 0.35)],
        ['ApiNode/create', { type: 'NT_MAT_DIFFUSE', ownerGraph: { handle: root }, configurePins: true }],
        ['LiveLink/SetCamera', { position: { x: 3, y: 4, z: 20 } }],
      ];
      for (const [name, body] of edits) {
        const [levelBefore, updatesBefore] = [await level(), await updates()];
        const answer = await proxy.post(`/${name}?update=1`, body);
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
        assert.equal(answer.json.updated, true, name);
        assert.ok(!('warnings' in answer.json), `${name}: ${answer.text}`);
        assert.ok(await level() > levelBefore, name);
        assert.equal(await updates(), updatesBefore + 1, name);
      }
    });

    test('nothing is updated for a read, after an edit that failed, or twice for the update itself', async () => {
      const before = await updates();
      const read = await proxy.post('/ApiItem/name?update=1', { objectPtr: { handle: await octane.teapot() } });
      assert.equal(read.json.data.result, 'teapot.obj');
      assert.match(read.json.warnings[0], /update=1 has no effect/);
      assert.ok(!('updated' in read.json));
      const failed = await proxy.post('/ApiItem/destroy?update=1', { objectPtr: { handle: '999999999' } });
      assert.equal(failed.status, 400);
      assert.equal(await updates(), before);
      assert.equal((await proxy.post(`/${UPDATE}?update=1`)).json.updated, true);
      assert.equal(await updates(), before + 1);
    });

    test('an update that fails is a warning: the edit has been made, and the answer says so', async (t) => {
      const body = recolour(await colourOf(proxy, octane), 0.6);
      t.after(() => octane.clear());
      await octane.fail(UPDATE, 'INTERNAL', 'out of memory');
      const answer = await proxy.post('/ApiItem/setValueByAttrID?update=1', body);
      assert.equal(answer.status, 200);
      assert.equal(answer.json.success, true);
      assert.equal(answer.json.updated, false);
      assert.match(answer.json.warnings[0], /ApiItem\.set\w+ has been carried out, but ApiChangeManager\/update after it failed.*out of memory/);
      const bare = await proxy.post('/ApiItem/setValueByAttrID?update=1&bare=1', body);
      assert.equal(bare.status, 200);
      assert.match(bare.headers.get('x-warnings'), /out of memory/);
    });

    test('one deadline holds for the edit and its update', async (t) => {
      const body = recolour(await colourOf(proxy, octane), 0.7);
      t.after(() => octane.clear());
      await octane.stall(UPDATE, 600000);
      let deadline = 750;
      const answer = await until('the edit is made before the deadline', async () => {
        const given = await proxy.post('/ApiItem/setValueByAttrID?update=1', body, { headers: { 'X-Timeout': `${deadline *= 2}ms` } });
        return given.status !== 504 && given;
      });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.updated, false);
      assert.match(answer.json.warnings[0], /has been carried out, but/);
    });

    test('a misspelt member is named in the error of the call that fails without it', async () => {
      const handle = await octane.teapot();
      const missing = await proxy.post('/ApiItem/name', { objectPtr: { handel: handle } });
      assert.equal(missing.status, 400);
      assert.match(missing.json.error, /handle 0.*"objectPtr\.handel" is not a member of octaneapi\.ObjectRef/);
      const spread = await proxy.post('/api/grpc/ApiItem/name', { objektPtr: { handle } });
      assert.equal(spread.status, 500);
      assert.match(spread.json.error, /"objektPtr" is not a member of/);
      const right = await proxy.post('/ApiItem/name', { objectPtr: { handle }, nmae: 1 });
      assert.equal(right.json.data.result, 'teapot.obj');
      const gone = await proxy.post('/ApiItem/name', { objectPtr: { handle: '999999999' }, nmae: 1 });
      assert.match(gone.json.error, /^invalid object reference.*"nmae" is not a member of/);
    });

    test('a type may be named as attrInfo names it, and references go without theirs', async () => {
      const objectPtr = { handle: await octane.teapot() };
      const { type } = (await proxy.call('ApiItem/attrInfo', { objectPtr, id: 'A_FILENAME' })).result;
      assert.equal(type, 'AT_FILENAME');
      for (const method of ['ApiItem/getByAttrID', 'ApiItem/getValueByAttrID']) {
        const data = await proxy.call(method, { objectPtr, attribute_id: 'A_FILENAME', expected_type: type });
        assert.match(data.string_value, /teapot\.obj$/, method);
      }
    });

    test('no template shows ApiFileName for a reference', async () => {
      const { services } = (await proxy.get('/services')).json;
      let references = 0;
      const look = (value, where) => {
        if (value === null || typeof value !== 'object') return;
        if ('handle' in value && 'type' in value) {
          references += 1;
          // But for methods of that very class, and for the path of a package.
          if (!/^ApiFileName\.|^ApiPackage\.\w+\.path$/.test(where)) assert.notEqual(value.type, 'ApiFileName', where);
        }
        for (const [name, part] of Object.entries(value)) look(part, `${where}.${name}`);
      };
      for (const { name } of services) {
        for (const method of (await proxy.get(`/services/${name}`)).json.methods) look(method.template, `${name}.${method.name}`);
      }
      assert.ok(references > 500, `${references} references`);
    });
  });
}

test('an update that may not be called is said, and the edit stands', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(small));
  const proxy = started(await Proxy.start(octane, ['--deny', UPDATE]));
  const answer = await proxy.post('/LiveLink/SetCamera?update=1', { position: { x: 3, y: 4, z: 20 } });
  assert.equal(answer.status, 200);
  assert.equal(answer.json.updated, false);
  assert.match(answer.json.warnings[0], /deny/);
  assert.equal((await proxy.call('LiveLink/GetCamera')).position.x, 3);
});

test('what Octane refuses in its answer is no edit: nothing is updated, and no advice is spent on it', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(small, { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  const updates = async () => (await octane.counters()).calls[UPDATE] ?? 0;
  const before = await updates();
  const body = { item_ref: { handle: await octane.teapot() }, pin_id: 43, float_value: 1 };
  const refused = await proxy.post('/ApiNode/setPinValueByPinID?update=1', body);
  assert.equal(refused.status, 200, refused.text);
  assert.ok(!refused.json.data.success, refused.text);
  assert.ok(!('updated' in refused.json), refused.text);
  assert.ok(!('warnings' in (await proxy.post('/ApiNode/setPinValueByPinID', body)).json));
  assert.equal(await updates(), before);
});
