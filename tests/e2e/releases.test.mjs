// End to end: one surface over all releases. Each name of either release works whichever Octane is connected, and answers in the
// shape that the name promises.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';

const vector = (axes) => (k) => Object.fromEntries(axes.map((axis, i) => [axis, k + i]));
const matrix = (k) => ({ m: [0, 1, 2].map((row) => ({ x: k + row, y: 2, z: 3.5, w: 10 - k })) });

// Every value type of pins: alpha5's overload, its typed getter, beta2's member and type, and where the scene has such a pin.
const pinTypes = [
  { n: 0, typed: 'Bool', member: 'bool_value', type: 'PIN_ID_BOOL', pin: 'smooth', value: (k) => k % 2 === 1 },
  { n: 1, typed: 'Float', member: 'float_value', type: 'PIN_ID_FLOAT', pin: 'position', value: (k) => k + 0.5 },
  { n: 2, typed: 'Float2', member: 'float2_value', type: 'PIN_ID_FLOAT2', pin: 'position', value: vector(['x', 'y']) },
  { n: 3, typed: 'Float3', member: 'float3_value', type: 'PIN_ID_FLOAT3', pin: 'position', value: vector(['x', 'y', 'z']) },
  { n: 4, typed: 'Float4', member: 'float4_value', type: 'PIN_ID_FLOAT4', pin: 'position', value: vector(['x', 'y', 'z', 'w']) },
  { n: 5, typed: 'Int', member: 'int_value', type: 'PIN_ID_INT', pin: 'maxSamples', value: (k) => k },
  { n: 6, typed: 'Int2', member: 'int2_value', type: 'PIN_ID_INT2', pin: 'maxSamples', value: vector(['x', 'y']) },
  { n: 7, typed: 'Int3', member: 'int3_value', type: 'PIN_ID_INT3', pin: 'maxSamples', value: vector(['x', 'y', 'z']) },
  { n: 8, typed: 'Int4', member: 'int4_value', type: 'PIN_ID_INT4', pin: 'maxSamples', value: vector(['x', 'y', 'z', 'w']) },
  { n: 9, typed: 'Matrix', member: 'matrix_value', type: 'PIN_ID_MATRIX', pin: 'transform', value: matrix },
  { n: 10, typed: 'String', member: 'string_value', type: 'PIN_ID_STRING', pin: 'name', value: (k) => (k ? `text ${k}` : '') },
  { n: 11, typed: 'FilePath', member: 'file_path_value', type: 'PIN_ID_FILEPATH', pin: 'name',
    value: (k) => ({ package: '', fileName: k ? `picture ${k}.png` : '' }) },
];
const pinHolders = {
  smooth: { node: 'NT_MAT_DIFFUSE', id: 'P_SMOOTH' },
  position: { node: 'NT_CAM_THINLENS', id: 'P_POSITION' },
  maxSamples: { node: 'NT_KERN_PATHTRACING', id: 'P_MAX_SAMPLES' },
  transform: { node: 'NT_GEO_PLACEMENT', id: 'P_TRANSFORM', fed: 'NT_TRANSFORM_VALUE' },
  name: { node: 'NT_TEX_COLOUR_VERTEXATTRIBUTE', id: 'P_NAME' },
};
// The three ways to name a pin: beta2's ending, the member in either release, and how alpha5 tells its overloads apart.
const pinWays = [
  { ending: 'PinID', newer: 'pin_id', older: 'id', overload: (n) => `${n || ''}`, typed: '' },
  { ending: 'Name', newer: 'name', older: 'name', overload: (n) => `${n + 12}`, typed: '1' },
  { ending: 'Ix', newer: 'index', older: 'index', overload: (n) => `Ix${n || ''}`, typed: 'Ix' },
];

const attributeTypes = [
  { type: 'ATTR_ID_BOOL', member: 'bool_value', node: 'NT_BOOL', value: (k) => k % 2 === 1 },
  { type: 'ATTR_ID_BYTE', member: 'int_value', node: 'NT_INT', value: (k) => k },
  { type: 'ATTR_ID_INT', member: 'int_value', node: 'NT_INT', value: (k) => 1000 - k },
  { type: 'ATTR_ID_INT2', member: 'int2_value', node: 'NT_INT', value: vector(['x', 'y']) },
  { type: 'ATTR_ID_INT3', member: 'int3_value', node: 'NT_INT', value: vector(['x', 'y', 'z']) },
  { type: 'ATTR_ID_INT4', member: 'int4_value', node: 'NT_INT', value: vector(['x', 'y', 'z', 'w']) },
  { type: 'ATTR_ID_LONG', member: 'long_value', node: 'NT_INT', value: (k) => `${BigInt(k) * 2n ** 40n}` },
  { type: 'ATTR_ID_LONG2', member: 'long2_value', node: 'NT_INT', value: (k) => ({ x: `${k}`, y: `${-BigInt(k) * 2n ** 50n}` }) },
  { type: 'ATTR_ID_FLOAT', member: 'float_value', node: 'NT_FLOAT', value: (k) => k + 0.25 },
  { type: 'ATTR_ID_FLOAT2', member: 'float2_value', node: 'NT_FLOAT', value: vector(['x', 'y']) },
  { type: 'ATTR_ID_FLOAT3', member: 'float3_value', node: 'NT_FLOAT', value: vector(['x', 'y', 'z']) },
  { type: 'ATTR_ID_FLOAT4', member: 'float4_value', node: 'NT_FLOAT', value: vector(['x', 'y', 'z', 'w']) },
  { type: 'ATTR_ID_MATRIX', member: 'matrix_value', node: 'NT_TRANSFORM_VALUE', attribute: 'A_TRANSFORM', value: matrix },
  { type: 'ATTR_ID_STRING', member: 'string_value', node: 'NT_STRING', value: (k) => (k ? `text ${k}` : '') },
];

for (const release of releases) {
  describe(`every release's names on ${release}`, () => {
    let octane;
    let proxy;
    let root;
    let nodes;

    // A call as a page makes it; all members shown, so that 0 and nothing can be told apart.
    const post = async (method, body, headers = {}) => {
      const answer = await fetch(`${proxy.url}/${method}?defaults=1`, { method: 'POST', headers, body: JSON.stringify(body) });
      return { ...(await answer.json()), status: answer.status };
    };
    const call = async (method, body) => {
      const answer = await post(method, body);
      assert.equal(answer.status, 200, `${method} ${JSON.stringify(body)}: ${JSON.stringify(answer)}`);
      return answer.data;
    };
    const create = async (type) =>
      (await call('ApiNode/create', { type, ownerGraph: root, configurePins: true })).result;

    before(async () => {
      octane = await Standin.start(pattern(), { release });
      proxy = await Proxy.start(octane);
      root = (await call('ApiProjectManager/rootNodeGraph', {})).result;
      nodes = {};
      for (const [name, { node, id, fed }] of Object.entries(pinHolders)) {
        const objectPtr = await create(node);
        const { foundIndex } = await call('ApiNode/findPin', { objectPtr, id });
        if (fed) await call('ApiNode/createInternalIx', { objectPtr, index: foundIndex, type: fed, configurePins: true });
        nodes[name] = { objectPtr, keys: { PinID: id, Name: name, Ix: foundIndex } };
      }
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });

    for (const { n, typed, member, type, pin, value } of pinTypes) {
      test(`a pin's ${typed} set under any name is read under every name`, async () => {
        const { objectPtr, keys } = nodes[pin];
        let k = 0;
        for (const { ending, newer, older, overload, typed: suffix } of pinWays) {
          const old = { objectPtr, [older]: keys[ending] };
          const fresh = { item_ref: objectPtr, [newer]: keys[ending] };
          const setters = {
            [`setPinValue${overload(n)}`]: (v) => ({ ...old, value: v, evaluate: true }),
            [`setPinValueBy${ending}`]: (v) => ({ ...fresh, [member]: v, evaluate: true }),
          };
          const getters = {
            [`getPinValue${overload(n)}`]: [old, 'value'],
            [`getPin${typed}${suffix}`]: [old, 'result'],
            [`getPinValueBy${ending}`]: [{ ...fresh, expected_type: type }, member],
          };
          for (const [setter, body] of Object.entries(setters)) {
            for (const expected of [value(++k), value(0), value(++k)]) {
              const outcome = await call(`ApiNode/${setter}`, body(expected));
              assert.deepEqual(outcome, setter.includes('By') ? { success: true, error_message: '' } : {}, setter);
              for (const [getter, [request, shown]] of Object.entries(getters)) {
                assert.deepEqual(await call(`ApiNode/${getter}`, request), { [shown]: expected }, `${setter}, ${getter}`);
              }
            }
          }
        }
      });
    }

    for (const { type, member, node, attribute = 'A_VALUE', value } of attributeTypes) {
      test(`an attribute's ${type} set under any name is read under every name`, async () => {
        const item_ref = await create(node);
        const ways = { AttrID: { attribute_id: attribute }, Name: { name: attribute }, Ix: { index: 0 } };
        let k = 0;
        for (const [ending, key] of Object.entries(ways)) {
          for (const setter of [`setBy${ending}`, `setValueBy${ending}`]) {
            const expected = value(++k);
            const set = await call(`ApiItem/${setter}`, { item_ref, ...key, [member]: expected, evaluate: false });
            assert.equal(set.success, true, setter);
            for (const getter of [`getBy${ending}`, `getValueBy${ending}`]) {
              for (const ref of [{ item_ref }, { objectPtr: item_ref }]) {
                assert.deepEqual(await call(`ApiItem/${getter}`, { ...ref, ...key, expected_type: type }), { [member]: expected },
                  `${setter}, ${getter}`);
              }
            }
          }
        }
      });
    }

    test('members may be called what the other release calls them, also in strict mode', async () => {
      const { objectPtr } = nodes.position;
      const strict = { 'X-Strict': '1' };
      for (const body of [{ objectPtr, id: 'P_POSITION', float_value: 7.5 }, { item_ref: objectPtr, pin_id: 'P_POSITION', value: 8.5 }]) {
        const method = body.value ? 'setPinValue1' : 'setPinValueByPinID';
        assert.equal((await post(`ApiNode/${method}`, body, strict)).status, 200, method);
        const read = await post('ApiNode/getPinFloat', { objectPtr, id: 'P_POSITION' }, strict);
        assert.equal(read.data.result, body.value ?? body.float_value);
      }
    });

    test('a value of another type than the pin has is refused in the words of the connected Octane', async () => {
      const { objectPtr } = nodes.smooth;
      const newer = await post('ApiNode/setPinValueByPinID', { item_ref: objectPtr, pin_id: 'P_SMOOTH', string_value: 'x' });
      assert.equal(newer.status, 200); // alpha5 says nothing of it, and beta2 says it in its answer
      const older = await post('ApiNode/setPinValue10', { objectPtr, id: 'P_SMOOTH', value: 'x' });
      if (release === 'alpha5') {
        assert.equal(older.status, 200);
      } else {
        assert.deepEqual(newer.data, { success: false, error_message: 'the value has another type' });
        assert.deepEqual([older.status, older.error], [400, 'the value has another type']);
      }
      const lost = await post('ApiNode/setPinValue', { objectPtr, id: 'P_SMOOTH', float_value: 1 });
      assert.equal(lost.status, 400);
      assert.match(lost.error, /"float_value" does not fit ApiNode.setPinValue/);
    });

    test('a getter for all types says what it needs where the connected release has one for each type', async () => {
      const answer = await post('ApiNode/getPinValueByPinID', { item_ref: nodes.smooth.objectPtr, pin_id: 'P_SMOOTH' });
      if (release === 'beta2') {
        assert.equal(answer.status, 200);
      } else {
        assert.equal(answer.status, 400);
        assert.match(answer.error, /needs "expected_type", .* takes PIN_ID_BOOL, /);
      }
    });

    test('what only the other release has is 501, or a warning, with its name', async () => {
      const other = release === 'alpha5' ? 'beta2' : 'alpha5';
      const method = release === 'alpha5' ? 'ApiControl/closeOctane' : 'ApiRenderEngine/hardwareRayTracingEnabled';
      const missing = await post(method, {});
      assert.equal(missing.status, 501);
      assert.match(missing.error, new RegExp(`Octane speaks ${release}, .*${other} has it`));
      const pass = release === 'alpha5' ? 'RENDER_PASS_ENVIRONMENT_UNOCCLUDED' : 'RENDER_PASS_SCREENSPACE_MOTION';
      const refused = await post('ApiRenderEngine/saveImage1', { renderPassId: pass, fullPath: '' });
      assert.equal(refused.status, 400);
      assert.match(refused.error, new RegExp(`${pass}, which only ${other} has, and Octane speaks ${release}`));
      const reset = await post('ApiProjectManager/resetProject', { suppressUI: true }, { 'X-Strict': '1' });
      assert.equal(reset.status, 200);
      const expected = release === 'alpha5' ? ['"suppressUI" has no effect: only beta2 has it, and Octane speaks alpha5'] : undefined;
      assert.deepEqual(reset.warnings, expected);
    });

    test('/services lists the aliases, and finds a service by its other name', async () => {
      const { services } = (await proxy.get('/services')).json;
      const item = services.find(({ name }) => name === 'ApiItem');
      assert.equal(Object.keys(item.aliases).length, 6);
      for (const [alias, method] of Object.entries(item.aliases)) {
        assert.ok(item.methods.includes(method));
        assert.ok(!item.methods.includes(alias));
      }
      for (const name of ['ApiGaussianSplatCloudNode', 'ApiGaussianSplatting']) {
        const service = await proxy.get(`/services/${name}`);
        assert.equal(service.status, 200, name);
        assert.equal(service.json.name, release === 'alpha5' ? 'ApiGaussianSplatCloudNode' : 'ApiGaussianSplatting');
      }
    });

    test('a mistyped name is answered with the nearest of all releases', async () => {
      for (const [wrong, right] of [['ApiItem/getByAttrIDD', 'getByAttrID'], ['ApiItem/getValueByAtrID', 'getValueByAttrID']]) {
        const answer = await post(wrong, {});
        assert.equal(answer.status, 404);
        assert.match(answer.error, new RegExp(`did you mean.* ${right}[ ,?]`));
      }
    });
  });
}

test('an Octane newer than all known releases answers to every name that it still has', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern(), { release: '2026.2' }));
  const proxy = started(await Proxy.start(octane));
  assert.equal((await proxy.connected()).octane.api, 'beta2');
  const root = (await proxy.call('ApiProjectManager/rootNodeGraph', {})).result;
  const ref = (await proxy.call('ApiNode/create', { type: 'NT_FLOAT', ownerGraph: root })).result;
  let k = 0;
  for (const [setter, getter] of [['setByAttrID', 'getValueByAttrID'], ['setValueByAttrID', 'getByAttrID']]) {
    for (const member of ['objectPtr', 'item_ref']) {
      const value = ++k + 0.5;
      await proxy.call(`ApiItem/${setter}`, { [member]: ref, attribute_id: 'A_VALUE', float_value: value });
      const read = await proxy.call(`ApiItem/${getter}`, { [member]: ref, attribute_id: 'A_VALUE', expected_type: 'AT_FLOAT' });
      assert.deepEqual(read, { float_value: value });
    }
  }
  const camera = (await proxy.call('ApiNode/create', { type: 'NT_CAM_THINLENS', ownerGraph: root, configurePins: true })).result;
  assert.equal((await proxy.call('ApiNode/getPinBool', { objectPtr: camera, id: 'P_AUTOFOCUS' })).result, true);
  const missing = await proxy.post('/ApiNode/setPinValue', { objectPtr: camera, id: 'P_AUTOFOCUS', value: false });
  assert.equal(missing.status, 501);
  assert.match(missing.json.error, /Octane does not implement ApiNode\.setPinValueByPinID/);
});
