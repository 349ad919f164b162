// End to end: how a method is named, what its JSON may look like, and what comes back. docs/api.md §2.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { pattern, Proxy, releases, Standin } from '../support/octane.mjs';

for (const release of releases) {
  describe(`calls to ${release}`, () => {
    let octane;
    let proxy;
    let teapot;
    const getValue = release === 'alpha5' ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID';
    const item = () => ({ objectPtr: { handle: teapot, type: 16 } });

    before(async () => {
      octane = await Standin.start(['--width', '64', '--height', '32', '--samples', '4'], { release });
      proxy = await Proxy.start(octane, ['--log-level', 'debug']);
      teapot = await octane.teapot();
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });

    test('the call of the README answers exactly its text', async () => {
      const answer = await proxy.post('/ApiItem/name', `{"objectPtr":{"handle":"${teapot}","type":16}}`);
      assert.equal(answer.status, 200);
      assert.equal(answer.text.trim(), '{"success":true,"data":{"result":"teapot.obj"}}');
      assert.match(answer.headers.get('content-type'), /^application\/json/);
      assert.equal(Number(answer.headers.get('content-length')), answer.body.length);
    });

    test('every spelling of a service is the same service', async () => {
      for (const service of ['ApiItem', 'ApiItemService', 'octaneapi.ApiItem', 'octaneapi.ApiItemService']) {
        assert.deepEqual(await proxy.call(`${service}/name`, item()), { result: 'teapot.obj' }, service);
      }
      for (const service of ['LiveLink', 'LiveLinkService', 'livelinkapi.LiveLink', 'livelinkapi.LiveLinkService']) {
        const camera = await proxy.call(`${service}/GetCamera`, {});
        assert.ok(camera.position, service);
      }
    });

    test('an object reference may be written in every way that clients write it', async () => {
      const spellings = [
        { handle: teapot, type: 16 },
        { handle: Number(teapot), type: 16 },
        { handle: teapot, type: 'ApiItem' },
        { handle: teapot, type: 'apiitem' },
        { handle: teapot, type: '16' },
        { handle: Number(teapot), type: 'APIITEM' },
      ];
      for (const objectPtr of spellings) {
        assert.deepEqual(await proxy.call('ApiItem/name', { objectPtr }), { result: 'teapot.obj' }, JSON.stringify(objectPtr));
      }
    });

    test('the body decides, whatever Content-Type says', async () => {
      for (const type of ['application/grpc-web+proto', 'text/plain', 'application/json; charset=utf-8',
        'application/x-www-form-urlencoded']) {
        const answer = await proxy.post('/ApiItem/name', item(), { headers: { 'Content-Type': type, 'X-Grpc-Web': '1' } });
        assert.equal(answer.status, 200, type);
        assert.deepEqual(answer.json.data, { result: 'teapot.obj' });
        assert.match(answer.headers.get('content-type'), /^application\/json/);
      }
    });

    test('no body, an empty body and {} are one request', async () => {
      const version = (await proxy.call('ApiInfo/octaneVersion', {})).result;
      assert.ok(Number.isInteger(version) && version > 0);
      assert.equal((await proxy.call('ApiInfo/octaneVersion')).result, version);
      assert.equal((await proxy.call('ApiInfo/octaneVersion', '')).result, version);
      assert.equal((await proxy.call('ApiInfo/octaneVersion', ' \n')).result, version);
      const chunked = await proxy.post('/ApiItem/name', item(), { headers: { 'Transfer-Encoding': 'chunked' } });
      assert.deepEqual(chunked.json.data, { result: 'teapot.obj' });
    });

    test('objectPtr, item_ref and nodePinInfoRef stand for one another', async () => {
      for (const name of ['objectPtr', 'item_ref', 'itemRef', 'nodePinInfoRef']) {
        const answer = await proxy.post(`/${getValue}`,
          { [name]: { handle: teapot, type: 16 }, attribute_id: 34, expected_type: 14 });
        assert.equal(answer.status, 200, `${name}: ${answer.text}`);
        assert.match(answer.json.data.string_value, /teapot\.obj$/);
        assert.equal(answer.json.warnings, undefined);
      }
      const { result } = await proxy.call('ApiNode/pinInfoIx', { objectPtr: { handle: teapot, type: 17 }, index: 0 });
      const info = await proxy.call('ApiNodePinInfoEx/getApiNodePinInfo', { objectPtr: result });
      assert.equal(info.nodePinInfo.type, 'PT_MATERIAL');
    });

    test('fields may be named as in the proto or in lowerCamelCase, enums by number or name in any case', async () => {
      for (const members of [{ attribute_id: 34 }, { attributeId: 34 }, { attribute_id: 'A_FILENAME' },
        { attributeId: 'a_filename' }, { attributeId: '34' }]) {
        const data = await proxy.call(getValue, { item_ref: { handle: teapot, type: 16 }, ...members, expectedType: 14 });
        assert.match(data.string_value, /teapot\.obj$/, JSON.stringify(members));
      }
    });

    test('defaults are left out, and ?defaults=1 brings them back', async () => {
      const plain = await proxy.post('/ApiItem/isGraph', item());
      assert.equal(plain.text.trim(), '{"success":true,"data":{}}');
      const full = await proxy.post('/ApiItem/isGraph?defaults=1', item());
      assert.deepEqual(full.json, { success: true, data: { result: false } });
    });

    test('enums are names, and numbers with ?enums=number', async () => {
      assert.deepEqual(await proxy.call('ApiItem/outType', item()), { result: 'PT_GEOMETRY' });
      assert.deepEqual(await proxy.call('ApiItem/outType?enums=number', item()), { result: 12 });
    });

    test('?bare=1 leaves the envelope away, also together with others', async () => {
      assert.equal((await proxy.post('/ApiItem/name?bare=1', item())).text.trim(), '{"result":"teapot.obj"}');
      assert.deepEqual((await proxy.post('/ApiItem/outType?bare=1&enums=number', item())).json, { result: 12 });
      assert.deepEqual((await proxy.post('/ApiItem/isGraph?bare=1&defaults=1', item())).json, { result: false });
    });

    test('64-bit integers come as strings, 32-bit ones as numbers', async () => {
      const { meshes } = await proxy.call('LiveLink/GetMeshes', {});
      assert.equal(typeof meshes[0].objectHandle, 'string');
      assert.equal(meshes[0].objectHandle, teapot);
      assert.equal(typeof meshes[0].id, 'number');
      assert.equal(meshes[0].name, 'teapot.obj');
      const { result } = await proxy.call('ApiProjectManager/rootNodeGraph', {});
      assert.match(result.handle, /^\d+$/);
      assert.equal(result.type, 'ApiRootNodeGraph');
    });

    test('floats come with the shortest digits that read back the same', async () => {
      await proxy.call('ApiItem/setPosition', { ...item(), newPos: { x: 0.1, y: 595.33 } });
      const answer = await proxy.post('/ApiItem/position', item());
      assert.equal(answer.text.trim(), '{"success":true,"data":{"result":{"x":0.1,"y":595.33}}}');
    });

    test('numbers that are not finite travel as words both ways', async () => {
      await proxy.call('ApiItem/setPosition', { ...item(), newPos: { x: 'Infinity', y: '-Infinity' } });
      assert.deepEqual(await proxy.call('ApiItem/position', item()), { result: { x: 'Infinity', y: '-Infinity' } });
      await proxy.call('ApiItem/setPosition', { ...item(), newPos: { x: 'NaN', y: 1 } });
      assert.deepEqual(await proxy.call('ApiItem/position', item()), { result: { x: 'NaN', y: 1 } });
    });

    test('text of any script comes back unharmed', async () => {
      const name = 'чайник "茶壺" \\ \u0001 🫖';
      await proxy.call('ApiItem/setName', { ...item(), name });
      assert.deepEqual(await proxy.call('ApiItem/name', item()), { result: name });
      await proxy.call('ApiItem/setName', { ...item(), name: 'teapot.obj' });
    });

    test('a sub-message that is set but empty is {}', async () => {
      const { result: target } = await proxy.call('ApiRenderEngine/getRenderTargetNode', {});
      const unconnected = await proxy.call('ApiNode/connectedNodeIx',
        { objectPtr: { handle: target.handle, type: 17 }, pinIx: 2, enterWrapperNode: true });
      assert.deepEqual(unconnected, { result: {} });
    });

    test('SetCamera changes only what is present, an explicit zero is present, and one-of keys of answers are ignored', async () => {
      const at = (x, y, z) => ({ x, y, z });
      await proxy.call('LiveLink/SetCamera', { position: at(1, 2, 3), target: at(4, 5, 6) });
      const answer = await proxy.post('/LiveLink/SetCamera', { position: at(0, 7, 0), pos_set: 'position' });
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.json.warnings, undefined, answer.text);
      const camera = await proxy.call('LiveLink/GetCamera', {});
      assert.deepEqual({ x: 0, y: 0, z: 0, ...camera.position }, at(0, 7, 0));
      assert.deepEqual(camera.target, at(4, 5, 6));
    });

    test('a bare array is taken where the message only wraps one repeated field', async () => {
      const passes = async (body) => {
        await proxy.call('ApiRenderEngine/setAsyncTonemapRenderPasses', body);
        return (await octane.counters()).calls['ApiRenderEngine/setAsyncTonemapRenderPasses'];
      };
      const wrapped = await passes({ tonemapPasses: { data: [0] } });
      assert.equal(await passes({ tonemapPasses: [0] }), wrapped + 1);
      assert.equal(await passes({ tonemapPasses: ['RENDER_PASS_BEAUTY'] }), wrapped + 2);
    });

    test('members that the message lacks are ignored and reported', async () => {
      const answer = await proxy.post('/ApiItem/name', { ...item(), deviceIndex: 3, objectPtr: { handle: teapot, typ: 16, type: 16 } });
      assert.equal(answer.status, 200);
      assert.deepEqual(answer.json.data, { result: 'teapot.obj' });
      assert.ok(Array.isArray(answer.json.warnings) && answer.json.warnings.length === 2, answer.text);
      assert.ok(answer.json.warnings.some((warning) => warning.includes('deviceIndex')));
      assert.ok(answer.json.warnings.some((warning) => warning.includes('objectPtr.typ')));
    });

    test('X-Strict: 1 refuses them and lists the valid names', async () => {
      const answer = await proxy.post('/ApiItem/setName', { ...item(), nmae: 'x' }, { headers: { 'X-Strict': '1' } });
      assert.equal(answer.status, 400);
      assert.equal(answer.json.success, false);
      for (const word of ['nmae', 'objectPtr', 'name']) assert.ok(answer.json.error.includes(word), answer.text);
      assert.deepEqual(await proxy.call('ApiItem/name', item()), { result: 'teapot.obj' });
    });

    test('X-Call-Id comes back and stands in the log; without one, one is made up', async () => {
      const given = await proxy.post('/ApiItem/name', item(), { headers: { 'X-Call-Id': `e2e-${release}-42` } });
      assert.equal(given.headers.get('x-call-id'), `e2e-${release}-42`);
      await proxy.line(new RegExp(`POST /ApiItem/name from 127\\.0\\.0\\.1.*id=e2e-${release}-42`));
      const ids = new Set();
      for (let i = 0; i < 3; i++) ids.add((await proxy.post('/ApiItem/name', item())).headers.get('x-call-id'));
      assert.equal(ids.size, 3);
      for (const id of ids) assert.match(id, /^\S+$/);
    });

    test('a deadline may be set in three ways and a nonsensical one is refused', async () => {
      for (const headers of [{ 'X-Timeout': '50s' }, { 'X-Timeout': '90000ms' }, { 'grpc-timeout': '50S' }, { 'grpc-timeout': '90000m' },
        { 'Connect-Timeout-Ms': '50000' }]) {
        assert.equal((await proxy.post('/ApiItem/name', item(), { headers })).status, 200, JSON.stringify(headers));
      }
      const answer = await proxy.post('/ApiItem/name', item(), { headers: { 'X-Timeout': 'soon' } });
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, /X-Timeout/i);
    });

    test('many calls on one connection are answered one by one in order', async () => {
      const answers = await proxy.pipeline([...Array(40).keys()].map((i) => [`/ApiItem/name?bare=1`, item(), `order-${i}`]));
      assert.deepEqual(answers.map((answer) => answer.id), [...Array(40).keys()].map((i) => `order-${i}`));
      assert.ok(answers.every((answer) => answer.body === '{"result":"teapot.obj"}'), JSON.stringify(answers[0]));
    });
  });
}

describe('?raw', () => {
  let octane;
  let proxy;
  before(async () => {
    octane = await Standin.start(pattern({ fps: 5, width: 48, height: 16 }), { release: 'beta2' });
    await octane.hasFrame();
    proxy = await Proxy.start(octane);
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  test('gives one bytes field as the body', async () => {
    const path = 'renderImages.data.0.buffer.data';
    const answer = await proxy.post(`/ApiRenderEngine/grabRenderResult?raw=${path}`, {});
    await proxy.call('ApiRenderEngine/releaseRenderResult', {});
    assert.equal(answer.status, 200, answer.text.slice(0, 300));
    assert.equal(answer.body.length, 48 * 16 * 4);
    assert.equal(answer.headers.get('content-type'), 'application/octet-stream');
    const whole = await proxy.call('ApiRenderEngine/grabRenderResult', {});
    await proxy.call('ApiRenderEngine/releaseRenderResult', {});
    assert.equal(Buffer.from(whole.renderImages.data[0].buffer.data, 'base64').length, 48 * 16 * 4);
  });

  test('of a path that is no bytes field is refused with the path named, and nothing was grabbed', async () => {
    const { grabs } = await octane.counters();
    for (const path of ['renderImages.nothing', 'result', 'renderImages']) {
      const answer = await proxy.post(`/ApiRenderEngine/grabRenderResult?raw=${path}`, {});
      assert.equal(answer.status, 400, answer.text.slice(0, 300));
      assert.ok(answer.json.error.includes(path.split('.').pop()), answer.text);
    }
    assert.equal((await octane.counters()).grabs, grabs);
  });
});
