// Page. Everything about the view that is not the camera: fit or 100 %, surround, full screen, saving, the panel's place, help, and their keys.

import { byId, isTyping, setText } from './dom.js';
import { recall, remember } from './prefs.js';
import { savePicture } from './save.js';
import { toast } from './toast.js';

const kBackdrops = ['dark', 'black', 'grey'];
const kWideEnough = 960;     // CSS pixels from which panel and picture have room side by side
const kNarrowest = 300;
const kEdgeStep = 24;

export function zoomText(scale, isFit, hasPicture) {
  const percent = `${Math.round(scale * 100)} %`;
  const fit = hasPicture ? `Fit · ${percent}` : 'Fit';
  setText(byId('zoom-text'), isFit ? fit : percent);
  byId('zoom').setAttribute('aria-pressed', String(!isFit));
}

export function attachViewControls(viewport) {
  const actions = {
    zoom: () => viewport.setFit(!viewport.isFit),
    backdrop: () => setBackdrop(kBackdrops[(kBackdrops.indexOf(byId('stage').dataset.backdrop) + 1) % kBackdrops.length]),
    save: () => save(viewport),
    fullscreen: toggleFullscreen,
    'panel-toggle': () => setPanel(byId('panel').hidden),
    'help-open': () => byId('help').showModal(),
  };
  for (const [id, action] of Object.entries(actions)) byId(id).addEventListener('click', action);

  const keys = { 1: 'zoom', b: 'backdrop', s: 'save', f: 'fullscreen', p: 'panel-toggle', '?': 'help-open' };
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    if (event.key === '/') {
      event.preventDefault();
      setPanel(true);
      byId('service-filter').focus();
      return;
    }
    const button = byId(keys[event.key.toLowerCase()]);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.click();
  });

  setBackdrop(recall('backdrop', 'dark'));
  setPanel(window.innerWidth >= kWideEnough && recall('panel', true));
  attachEdge();
}

function setBackdrop(name) {
  byId('stage').dataset.backdrop = kBackdrops.includes(name) ? name : kBackdrops[0];
  remember('backdrop', name);
}

function setPanel(isOpen) {
  byId('panel').hidden = !isOpen;
  byId('panel-edge').hidden = !isOpen;
  byId('panel-toggle').setAttribute('aria-pressed', String(isOpen));
  if (window.innerWidth >= kWideEnough) remember('panel', isOpen);
}

async function save(viewport) {
  if (!viewport.hasPicture) return;
  try {
    await savePicture(viewport.canvas);
  } catch (error) {
    toast(error.message);
  }
}

async function toggleFullscreen() {
  try {
    if (document.fullscreenElement) await document.exitFullscreen();
    else await byId('stage').requestFullscreen();
  } catch {
    toast('The browser does not allow full screen here.');
  }
}

function attachEdge() {
  const edge = byId('panel-edge');
  const setWidth = (width) => {
    const most = Math.max(kNarrowest, window.innerWidth * 0.6);
    const bounded = Math.round(Math.min(most, Math.max(kNarrowest, width)));
    document.documentElement.style.setProperty('--panel-width', `${bounded}px`);
    remember('panel-width', bounded);
  };
  const stored = recall('panel-width', 0);
  if (stored > 0) setWidth(stored);

  edge.addEventListener('pointerdown', (event) => {
    event.preventDefault();
    edge.setPointerCapture(event.pointerId);
  });
  edge.addEventListener('pointermove', (event) => {
    if (edge.hasPointerCapture(event.pointerId)) setWidth(window.innerWidth - event.clientX);
  });
  edge.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: kEdgeStep, ArrowRight: -kEdgeStep }[event.key];
    if (!step) return;
    event.preventDefault();
    setWidth(byId('panel').offsetWidth + step);
  });
}
