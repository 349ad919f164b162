// A session in octaneWebR's manner: fetch to /api/grpc for calls, a WebSocket to /api/callbacks for pictures. Its steps are the
// order in which that application works; its code is not that application's.

import { base64Of, bytesOf, draw, Inbox } from './events.js';
import { walkScene } from './walk.js';

const images = new Inbox();
const others = new Inbox();

async function call(name, body = {}) {
  const answer = await fetch(`/api/grpc/${name}`, {
    method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
  const data = await answer.json();
  if (!answer.ok) throw new Error(`${name}: ${data.error}`);
  return data;
}

function show({ render_images: { data: [image] } }) {
  const { data } = image.buffer;
  const bytes = typeof data === 'string' ? bytesOf(data) : Uint8Array.from(data.data);
  const picture = { width: image.size.x, height: image.size.y, pitch: image.pitch, bytes, base64: base64Of(bytes), type: image.type,
    samples: image.tonemappedSamplesPerPixel, time: image.renderTime.toFixed(2), level: Number(image.changeLevel.value) };
  draw(document.querySelector('#picture'), picture);
  images.put(picture);
}

// The status bar: numbers formatted as that page does, which fails on anything else.
function showStatistics(statistics) {
  const states = ['stopped', 'waiting', 'rendering', 'paused', 'finished'];
  document.title = `${statistics.beautySamplesPerPixel.toFixed(0)}/${statistics.beautyMaxSamplesPerPixel.toFixed(0)} ` +
    `${statistics.renderTime.toFixed(2)} s ${states[statistics.state] ?? 'unknown'}`;
}

function watch() {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${location.host}/api/callbacks`);
    socket.onopen = () => setTimeout(() => {
      socket.send(JSON.stringify({ type: 'subscribe' }));
      resolve();
    }, 50);
    socket.onmessage = ({ data }) => {
      const message = JSON.parse(data);
      if (message.type === 'newImage') show(message.data);
      else if (message.type === 'newStatistics') showStatistics(message.data.statistics);
      else others.put(message);
    };
    socket.onerror = () => reject(new Error('the socket broke'));
  });
}

async function session() {
  const done = {};
  const health = await (await fetch('/api/health')).json();
  done.health = health.status;
  done.octane = health.octane;
  done.version = (await call('ApiInfo/octaneVersion')).result;
  done.device = (await call('ApiRenderEngine/getDeviceName', { deviceIndex: 0 })).result;

  const first = images.next();
  await watch();
  const { items, calls } = await walkScene(call, done.version < 15000008 ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID');
  done.items = items;
  done.calls = calls;
  const camera = await call('LiveLink/GetCamera');
  const target = items.find((item) => item.outType === 'PT_RENDERTARGET');
  done.targetSet = (await call('ApiRenderEngine/setRenderTargetNode', { targetNode: { handle: target.handle } })).result;
  await call('ApiChangeManager/update');
  done.firstType = (await first).type;
  const { result: { value: level } } = await call('ApiRenderEngine/getCurrentChangeLevel');

  const moved = images.next((image) => image.level > Number(level));
  await call('LiveLink/SetCamera', { position: { ...camera.position, x: 8 }, target: camera.target });
  await call('ApiChangeManager/update');
  done.movedLevel = (await moved).level;
  done.cameraX = (await call('LiveLink/GetCamera')).position.x;
  await call('LiveLink/SetCamera', camera);

  const color = items.find((item) => item.handle === items.find((m) => m.name === 'cube').pins[0].source);
  done.oneOf = Object.keys(color.value);
  const edited = images.next((image) => image.level > done.movedLevel + 1);
  done.set = (await call('ApiItem/setByAttrID', { item_ref: { handle: color.handle, type: 16 }, attribute_id: 185, expected_type: 11,
    float3_value: { x: 0.75, y: 0.125, z: 0.25 }, evaluate: false })).success;
  await call('ApiChangeManager/update');
  await edited;
  done.value = (await call('ApiItem/getValueByAttrID', { objectPtr: { handle: color.handle, type: 16 }, attribute_id: 185, expected_type: 11 })).float3_value;

  const root = (await call('ApiProjectManager/rootNodeGraph')).result;
  const made = (await call('ApiNode/create', { type: 17, ownerGraph: root, configurePins: true })).result;
  await call('ApiItem/destroy', { objectPtr: made });
  await call('ApiChangeManager/update');
  done.staleSays = await call('ApiItem/name', { objectPtr: { handle: made.handle, type: 16 } }).catch((error) => error.message);

  done.state = (await call('ApiRenderEngine/getRenderStatistics', { handle: 0 })).statistics.state;
  done.saved = (await call('ApiProjectManager/saveProjectAs', { path: 'session.ocs' })).result;
  await fetch('/api/log', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ level: 'info', message: 'session' }) });
  return done;
}

// As the application does on projectManagerChanged: the tree, the render target and what the inspector shows, with handles found anew.
async function resync() {
  const { result: version } = await call('ApiInfo/octaneVersion');
  const { items } = await walkScene(call, version < 15000008 ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID');
  const target = items.find((item) => item.outType === 'PT_RENDERTARGET');
  const targetSet = (await call('ApiRenderEngine/setRenderTargetNode', { targetNode: { handle: target.handle } })).result;
  await call('ApiChangeManager/update');
  const color = items.find((item) => item.handle === items.find((m) => m.name === 'cube').pins[0].source);
  return { items, targetSet, value: color.value.float3_value };
}

window.images = images;
window.others = others;
window.session = session();
window.resynced = window.session.then(() => others.next(({ type }) => type === 'projectManagerChanged')).then(resync);
