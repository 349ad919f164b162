// The scene as the web clients read it after connecting: one call after the other, depth first, every item once.

const VALUE = 185;
// The number that AttributeTypeId has for an AttributeType.
const typeIds = { AT_BOOL: 1, AT_INT: 3, AT_INT2: 4, AT_INT3: 5, AT_INT4: 6, AT_FLOAT: 9, AT_FLOAT2: 90, AT_FLOAT3: 11, AT_FLOAT4: 12,
  AT_STRING: 14, AT_FILENAME: 14, AT_BYTE: 2, AT_MATRIX: 13, AT_LONG: 7, AT_LONG2: 8 };

const isNull = (ref) => !ref || !ref.handle || ref.handle === '0';
const as = (ref, type) => ({ objectPtr: { handle: ref.handle, type } });

// `call(name, body)`: the answer's members, at once or as a promise. Returns {items, calls}: items by handle, in the order found.
export async function walkScene(call, getValue = 'ApiItem/getByAttrID') {
  const items = new Map();
  let calls = 0;
  const ask = (name, body) => {
    calls += 1;
    return call(name, body);
  };

  async function visit(ref) {
    if (isNull(ref) || items.has(ref.handle)) return;
    const found = { handle: ref.handle, pins: [] };
    items.set(ref.handle, found);
    const item = as(ref, 16);
    found.isGraph = (await ask('ApiItem/isGraph', item)).result ?? false;
    found.name = (await ask('ApiItem/name', item)).result;
    found.outType = (await ask('ApiItem/outType', item)).result;
    found.position = (await ask('ApiItem/position', item)).result;
    if (found.isGraph) await visitOwned(ref, found);
    else await visitPins(ref, item, found);
  }

  async function visitOwned(ref, found) {
    found.type = (await ask('ApiNodeGraph/info1', as(ref, 20))).result.type;
    const { list } = await ask('ApiNodeGraph/getOwnedItems', as(ref, 20));
    const size = (await ask('ApiItemArray/size', { objectPtr: list })).result ?? 0;
    for (let index = 0; index < size; index++) await visit((await ask('ApiItemArray/get', { objectPtr: list, index })).result);
  }

  async function visitPins(ref, item, found) {
    const node = as(ref, 17);
    found.type = (await ask('ApiNode/info', node)).result.type;
    const count = (await ask('ApiNode/pinCount', node)).result ?? 0;
    for (let index = 0; index < count; index++) {
      const info = (await ask('ApiNode/pinInfoIx', { ...node, index })).result;
      const { nodePinInfo } = await ask('ApiNodePinInfoEx/getApiNodePinInfo', { objectPtr: info });
      const source = (await ask('ApiNode/connectedNodeIx', { ...node, pinIx: index, enterWrapperNode: true })).result;
      found.pins.push({ label: nodePinInfo.staticLabel, type: nodePinInfo.type, source: isNull(source) ? null : source.handle });
      await visit(source);
    }
    if (count > 0 || !(await ask('ApiItem/hasAttr', { ...item, id: VALUE })).result) return;
    const { type } = (await ask('ApiItem/attrInfo', { ...item, id: VALUE })).result;
    found.value = await ask(getValue, { ...item, attribute_id: VALUE, expected_type: typeIds[type] });
  }

  await visit((await call('ApiProjectManager/rootNodeGraph', {})).result);
  calls += 1;
  return { items: [...items.values()], calls };
}
