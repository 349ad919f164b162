// A session in octaneWeb's manner: synchronous XMLHttpRequest for calls, EventSource for pictures. Its steps are the order in which
// that page works; its code is not that page's.

import { bytesOf, draw, Inbox } from './events.js';
import { walkScene } from './walk.js';

const images = new Inbox();
const others = new Inbox();

// Any status but 200 is `false`, as there; the page goes on.
function post(path, body) {
  const request = new XMLHttpRequest();
  request.open('POST', path, false);
  request.setRequestHeader('Content-Type', 'application/grpc-web+proto');
  request.setRequestHeader('X-Grpc-Web', '1');
  request.setRequestHeader('X-Call-Id', `octaneWeb-${post.count = (post.count ?? 0) + 1}`);
  request.send(JSON.stringify(body));
  if (request.status !== 200) return false;
  const answer = JSON.parse(request.responseText || '{}');
  return answer.success === false ? false : answer;
}

function call(name, body = {}) {
  const answer = post(`/${name}`, body);
  if (answer === false) throw new Error(`${name} failed`);
  return answer.data;
}

function show(event) {
  const [image] = event.render_images.data;
  const picture = { width: image.size.x, height: image.size.y, pitch: image.pitch, bytes: bytesOf(image.buffer.data),
    base64: image.buffer.data, samples: image.tonemappedSamplesPerPixel, time: image.renderTime.toFixed(2), level: Number(image.changeLevel.value) };
  draw(document.querySelector('#picture'), picture);
  images.put(picture);
}

function watch() {
  return new Promise((resolve, reject) => {
    const stream = new EventSource('/render/stream');
    stream.onmessage = ({ data }) => {
      const event = JSON.parse(data);
      if (event.type === 'connected') resolve(event.client_id);
      else if (event.type === 'newImage') show(event);
      else others.put(event);
    };
    stream.onerror = () => reject(new Error('the stream broke'));
  });
}

async function session() {
  const done = {};
  done.health = (await (await fetch('/health')).json()).status;
  const camera = call('LiveLink/GetCamera');

  const first = images.next();
  const registered = await (await fetch('/render/register-callback', { method: 'POST' })).json();
  done.callbackId = registered.callback_id;
  const clientId = await watch();
  done.ping = post('/render/ping-client', { client_id: clientId }).success;

  const { items, calls } = await walkScene(call);
  done.items = items;
  done.calls = calls;
  const teapot = items.find((item) => item.name === 'teapot.obj');
  done.destinations = call('ApiNodeArray/size1',
    { objectPtr: call('ApiNode/destinationNodes', { objectPtr: { handle: teapot.handle, type: 17 } }).nodes }).result;

  call('ApiChangeManager/update');
  done.firstLevel = (await first).level;
  const moved = images.next(({ level }) => level > done.firstLevel);
  call('LiveLink/SetCamera', { position: { ...camera.position, x: 8 }, target: camera.target });
  call('ApiChangeManager/update');
  done.movedLevel = (await moved).level;
  done.cameraX = call('LiveLink/GetCamera').position.x;

  const color = items.find((item) => item.handle === items.find((m) => m.name === 'cube').pins[0].source);
  const attribute = { objectPtr: { handle: color.handle, type: 16 } };
  done.attribute = call('ApiItem/attrInfo', { ...attribute, id: 185 }).result.type;
  const edited = images.next(({ level }) => level > done.movedLevel);
  done.set = call('ApiItem/setByAttrID', { item_ref: attribute.objectPtr, attribute_id: 185, expected_type: 11,
    float3_value: { x: 0.75, y: 0.125, z: 0.25 }, evaluate: false }).success;
  call('ApiChangeManager/update');
  await edited;
  done.value = call('ApiItem/getByAttrID', { ...attribute, attribute_id: 185, expected_type: 11 }).float3_value;

  const root = call('ApiProjectManager/rootNodeGraph').result;
  const made = call('ApiNode/create', { type: 16, ownerGraph: { handle: root.handle }, configurePins: true }).result;
  call('ApiItem/destroy', { objectPtr: made });
  call('ApiChangeManager/update');
  // A method that no release has: the page asks all the same and goes on.
  done.missing = post('/ApiSceneOutliner/setNodeVisibility', {});

  done.saved = call('ApiProjectManager/saveProjectAs', { path: 'session.ocs' }).result;
  done.project = call('ApiProjectManager/getCurrentProject').result;
  done.status = (await (await fetch('/render/callback-status')).json()).status;
  return done;
}

// As the page does on projectManagerChanged: the tree and what the inspector shows are read anew, with handles found anew.
async function resync() {
  const { items } = await walkScene(call);
  const color = items.find((item) => item.handle === items.find((m) => m.name === 'cube').pins[0].source);
  const value = call('ApiItem/getByAttrID', { objectPtr: { handle: color.handle, type: 16 }, attribute_id: 185, expected_type: 11 }).float3_value;
  return { items, value };
}

window.images = images;
window.others = others;
window.session = session();
window.resynced = window.session.then(() => others.next(({ type }) => type === 'projectManagerChanged')).then(resync);
