// Test support. Edits of the stand-in's scene that change its picture.

// The texture that is the teapot's colour.
export async function colourOf(proxy, octane) {
  const material = (await proxy.call('ApiNode/connectedNodeIx', {
    objectPtr: { handle: await octane.teapot(), type: 'ApiNode' }, pinIx: 0, enterWrapperNode: true })).result;
  return (await proxy.call('ApiNode/connectedNode', { objectPtr: { handle: material.handle }, pinId: 'P_DIFFUSE' })).result.handle;
}

// The body of setValueByAttrID that gives it that much red.
export const recolour = (handle, x) => ({
  item_ref: { handle, type: 'ApiItem' }, attribute_id: 'A_VALUE', float3_value: { x, y: 0.5, z: 0.5 } });
