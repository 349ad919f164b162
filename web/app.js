// Page. Wires the parts: events come in by the connection, pictures go to the viewport, moves go out by the camera.

import { socketUrl, streamUrl } from './address.js';
import { Camera } from './camera.js';
import { Connection } from './connection.js';
import { Decoder } from './decoder.js';
import { byId } from './dom.js';
import { Figures } from './figures.js';
import { attachGestures } from './gestures.js';
import { Inspector } from './inspector.js';
import { Rendering } from './rendering.js';
import { PageState } from './state.js';
import { showStatus } from './status.js';
import { toast } from './toast.js';
import { showUpstreams } from './upstreams.js';
import { attachViewControls, zoomText } from './view_controls.js';
import { Viewport } from './viewport.js';

const state = new PageState();
const figures = new Figures();
const camera = new Camera(toast, (message) => connection.send(message));
const rendering = new Rendering();
const inspector = new Inspector();
const viewport = new Viewport(byId('scroller'), byId('picture'), zoomText);

// The state says `live` only once a frame is on the screen.
const decoder = new Decoder(
  (picture, event) => {
    const { width, height } = picture;
    viewport.show(picture, event.seq);
    figures.shown(event, width, height);
    figures.dropped.here = decoder.skipped;
    byId('save').disabled = false;
    state.event(event);
    stateChanged();
  },
  (error) => toast(`A frame could not be shown: ${error.message}`),
);

let session = null;

function stateChanged() {
  showStatus(state);
  figures.isLive = state.name === 'live';
  if (state.session === session) return;
  session = state.session;
  camera.setSession(session);
  rendering.setSession();
  if (session !== null) inspector.load();
}

function onEvent(event) {
  if (event.type === 'newImage') {
    figures.arrived(event);
    decoder.push(event);
    return;
  }
  if (event.type === 'error') toast(event.error);
  state.event(event);
  if (event.type === 'projectManagerChanged') camera.projectChanged();
  stateChanged();
}

attachGestures(byId('scroller'), viewport, camera);
attachViewControls(viewport);
showUpstreams();
stateChanged();

const connection = new Connection({ socket: socketUrl(), stream: streamUrl() }, {
  onEvent,
  onOpen: () => {
    state.opened();
    figures.streamOpened();
    stateChanged();
    inspector.load();
  },
  onLost: () => {
    state.lost();
    stateChanged();
  },
});
