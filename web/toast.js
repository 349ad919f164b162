// Page. One sentence over the picture for a few seconds: what went wrong with something the hand asked for.

import { byId } from './dom.js';

const kShownMs = 6000;
let timer = 0;

export function toast(text) {
  const box = byId('toast');
  box.textContent = text;
  box.hidden = false;
  clearTimeout(timer);
  timer = setTimeout(() => { box.hidden = true; }, kShownMs);
}
