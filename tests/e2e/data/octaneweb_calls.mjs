// octaneWeb's calls in the order of a session, through octaneProxy's HTTP surface. Rows as in octanewebr_calls.mjs. The page reads
// `data.result` and takes a missing one for false, 0 or ""; `has` lists members whose key must be there all the same.

const as = (ref, type) => ({ objectPtr: { handle: ref.handle, type } });
const ITEM = 'ApiItem';
const NODE = 'ApiNode';

const connect = [
  { call: 'LiveLink/GetCamera', send: () => ({}), reads: { position: 'xyz', target: 'xyz', up: 'xyz', fov: 'number' }, keep: (s,
    d) => (s.camera = d) },
  { call: 'LiveLink/SetCamera', send: (s) => ({ position: s.camera.position, target: s.camera.target }) },
  { call: 'ApiChangeManager/update', send: () => ({}) },
  { call: 'LiveLink/GetMeshes', send: () => ({}), reads: { meshes: 'list', 'meshes.0.name': 'text', 'meshes.0.id': 'int',
    'meshes.0.objectHandle': 'long' },
    is: { 'meshes.0.name': 'teapot.obj' }, keep: (s, d) => (s.meshId = d.meshes[0].id) },
  { call: 'LiveLink/GetMesh', send: (s) => ({ objecthandle: s.meshId }),
    reads: { positions: 'list', normals: 'list', vertsPerPoly: 'list', polyVertIndices: 'list', 'positions.1': 'xyz',
    worldMatrix: 'object' },
    is: { name: 'teapot.obj' } },
];

const sync = [
  { call: 'ApiProjectManager/rootNodeGraph', send: () => ({}), reads: { result: 'ref' }, keep: (s, d) => (s.root = d.result) },
  { call: 'ApiItem/isGraph', send: (s) => ({ objectPtr: s.root }), reads: { result: 'bool' }, is: { result: true } },
  { call: 'ApiNodeGraph/info1', send: (s) => ({ objectPtr: s.root }), reads: { 'result.type': 'name' } },
  { call: 'ApiNodeGraph/getOwnedItems', send: (s) => ({ objectPtr: s.root }), reads: { list: 'ref' }, keep: (s, d) => (s.items = d.list) },
  { call: 'ApiItemArray/size', send: (s) => ({ objectPtr: s.items }), reads: { result: 'int' }, is: { result: 2 } },
  { call: 'ApiItemArray/get', send: (s) => ({ objectPtr: s.items, index: 0 }), reads: { result: 'ref' }, keep: (s,
    d) => (s.mesh = d.result) },
  { call: 'ApiItemArray/get', send: (s) => ({ objectPtr: s.items, index: '1' }), reads: { result: 'ref' }, keep: (s,
    d) => (s.target = d.result) },
  { call: 'ApiItem/isGraph', send: (s) => ({ objectPtr: s.mesh }), reads: { result: 'bool' }, is: { result: false } },
  { call: 'ApiItem/name', send: (s) => ({ objectPtr: s.mesh }), reads: { result: 'text' }, is: { result: 'teapot.obj' } },
  { call: 'ApiItem/outType', send: (s) => ({ objectPtr: s.mesh }), reads: { result: 'name' }, is: { result: 'PT_GEOMETRY' } },
  { call: 'ApiNode/info', send: (s) => as(s.mesh, NODE),
    reads: { 'result.type': 'name', 'result.nodeColor': 'int', 'result.takesPinDefaultValue': 'bool', 'result.description': 'text',
      'result.defaultName': 'text', 'result.pinInfoCount': 'int' }, is: { 'result.type': 'NT_GEO_MESH' } },
  { call: 'ApiNode/pinCount', send: (s) => as(s.target, NODE), reads: { result: 'int' }, is: { result: 12 } },
  // Its loop over pins ends at the first answer without the key.
  { call: 'ApiNode/connectedNodeIx', send: (s) => ({ ...as(s.target, NODE), pinIx: 2, enterWrapperNode: true }), has: ['result'],
    is: { 'result.handle': undefined } },
  { call: 'ApiNode/connectedNodeIx', send: (s) => ({ ...as(s.mesh, NODE), pinIx: 0, enterWrapperNode: true }), reads: { result: 'ref' },
    keep: (s, d) => (s.material = d.result) },
  { call: 'ApiNode/connectedNodeIx', send: (s) => ({ ...as(s.material, NODE), pinIx: 0, enterWrapperNode: true }), reads: { result: 'ref' },
    keep: (s, d) => (s.color = d.result) },
  { call: 'ApiNode/pinTypeIx', send: (s) => ({ ...as(s.material, NODE), index: 0 }), reads: { result: 'name' },
    is: { result: 'PT_TEXTURE' } },
  { call: 'ApiNode/pinLabelIx', send: (s) => ({ ...as(s.material, NODE), index: 0 }), reads: { result: 'text' },
    is: { result: 'Diffuse' } },
  { call: 'ApiNode/pinInfoIx', send: (s) => ({ ...as(s.target, NODE), index: 0 }), reads: { result: 'ref' }, keep: (s,
    d) => (s.pinInfo = d.result) },
  { call: 'ApiNodePinInfoEx/getApiNodePinInfo', send: (s) => ({ objectPtr: s.pinInfo }),
    reads: { 'nodePinInfo.staticLabel': 'text', 'nodePinInfo.staticName': 'text', 'nodePinInfo.type': 'name',
    'nodePinInfo.pinColor': 'int' },
    is: { 'nodePinInfo.type': 'PT_CAMERA' } },
  { call: 'ApiItem/attrInfo', send: (s) => ({ ...as(s.color, ITEM), id: 'A_VALUE' }), reads: { 'result.type': 'name' },
    is: { 'result.type': 'AT_FLOAT3' } },
  { call: 'ApiItem/getByAttrID', send: (s) => ({ ...as(s.color, ITEM), attribute_id: 'A_VALUE', expected_type: 11 }),
    reads: { float3_value: 'xyz' } },
  { call: 'ApiItem/getByAttrID', send: (s) => ({ ...as(s.mesh, ITEM), attribute_id: '34', expected_type: '14' }),
    is: { string_value: 'assets\\teapot.obj' } },
  { call: 'ApiNode/destinationNodes', send: (s) => as(s.mesh, NODE), reads: { nodes: 'ref', 'pinNames.data': 'list' }, keep: (s,
    d) => (s.nodes = d.nodes) },
  { call: 'ApiNodeArray/size1', send: (s) => ({ objectPtr: s.nodes }), reads: { result: 'int' }, is: { result: 1 } },
  { call: 'ApiNodeArray/get1', send: (s) => ({ objectPtr: s.nodes, index: 0 }), reads: { result: 'ref' },
    equals: (s) => ({ 'result.handle': s.target.handle }) },
];

const edit = [
  { call: 'ApiItem/setByAttrID', send: (s) => ({ item_ref: { handle: s.color.handle, type: ITEM }, attribute_id: 185, expected_type: 11,
    float3_value: { x: 0.125, y: 0.25, z: 0.5 }, evaluate: false }), is: { success: true } },
  { call: 'ApiItem/getByAttrID', send: (s) => ({ ...as(s.color, ITEM), attribute_id: 185, expected_type: 11 }),
    is: { float3_value: { x: 0.125, y: 0.25, z: 0.5 } } },
  { call: 'ApiNode/create', send: (s) => ({ type: 16, ownerGraph: { handle: s.root.handle }, configurePins: true }),
    reads: { result: 'ref' },
    keep: (s, d) => (s.made = d.result) },
  { call: 'ApiNode/connectToIx', send: (s) => ({ ...as(s.mesh, NODE), pinIdx: 0, sourceNode: s.made, evaluate: true,
    doCycleCheck: true }) },
  { call: 'ApiNode/connectedNodeIx', send: (s) => ({ ...as(s.mesh, NODE), pinIx: 0, enterWrapperNode: true }),
    equals: (s) => ({ 'result.handle': s.made.handle }) },
  { call: 'ApiNode/connectToIx', send: (s) => ({ ...as(s.mesh, NODE), pinIdx: 0, sourceNode: { handle: '0', type: 17 }, evaluate: true,
    doCycleCheck: true }) },
  { call: 'ApiNode/connectedNodeIx', send: (s) => ({ ...as(s.mesh, NODE), pinIx: 0, enterWrapperNode: true }), has: ['result'],
    is: { 'result.handle': undefined } },
  { call: 'ApiItem/destroy', send: (s) => as(s.made, ITEM) },
  { call: 'ApiItem/name', send: (s) => as(s.made, ITEM), fails: /invalid object reference/ },
  { call: 'ApiChangeManager/update', send: () => ({}) },
];

const save = [
  ...['pauseRendering', 'continueRendering', 'restartRendering'].map((call) => ({ call: `ApiRenderEngine/${call}`, send: () => ({}) })),
  // The words of its menu are no names of Octane's: refused, and the page does not look.
  { call: 'ApiRenderEngine/setRenderPriority', send: () => ({ priority: 'high' }), fails: /priority/ },
  { call: 'ApiRenderEngine/setRenderPriority', send: () => ({ priority: 'PRIORITY_HIGH' }) },
  { call: 'ApiProjectManager/getCurrentProject', send: () => ({}), reads: { result: 'text' }, is: { result: 'teapot.orbx' } },
  { call: 'ApiProjectManager/saveProject', send: () => ({}), reads: { result: 'bool' }, is: { result: true } },
  { call: 'ApiProjectManager/saveProjectAs', send: () => ({ path: 'untitled.ocs' }), is: { result: true } },
  { call: 'ApiProjectManager/getCurrentProject', send: () => ({}), is: { result: 'untitled.ocs' } },
  { call: 'ApiProjectManager/saveProjectAsReferencePackage', send: () => ({ path: 'untitled.orbx' }), is: { result: true } },
  { call: 'ApiProjectManager/unpackPackage', send: () => ({ unpackDir: 'unpacked', packagePath: 'untitled.orbx',
    unpackName: 'untitled.ocs' }), is: { result: true } },
  { call: 'ApiRenderCloudManager/userSubscriptionInfo', send: () => ({}), reads: { result: 'bool', subscriptionInfo: 'object' } },
  { call: 'ApiRenderCloudManager/uploadCurrentProject', send: () => ({}) },
  { call: 'ApiRenderCloudManager/newRenderTask', send: () => ({}), reads: { result: 'bool' }, is: { result: false } },
  { call: 'ApiRenderEngine/stopRendering', send: () => ({}) },
  { call: 'ApiProjectManager/loadProject', send: () => ({ projectPath: 'untitled.ocs' }), reads: { result: 'bool' }, is: { result: true } },
  { call: 'ApiProjectManager/resetProject', send: () => ({}), reads: { result: 'bool' }, is: { result: true } },
];

export const calls = [...connect, ...sync, ...edit, ...save];
