// Page. Mouse, touch, wheel and keys over the picture to camera moves. One finger or the left button orbits, two fingers or the right button
// pan, pinch and wheel zoom, the middle button moves a picture that is larger than the viewport.

import { dolly, orbit, pan } from './orbit.js';

const kRadiansPerPixel = 0.008;
const kDollyPerPixel = 0.0012;
const kDollyPerPinchPixel = 0.01;  // browsers report a touch pad's pinch as a wheel with Ctrl and small steps
const kLinePixels = 16;
const kKeyRadians = 0.08;
const kKeyPan = 0.04;
const kKeyDolly = 0.9;

export function attachGestures(scroller, viewport, camera) {
  const pointers = new Map();  // pointerId → {x, y, mode}

  const turn = (dx, dy) => camera.move((now) => orbit(now, dx * kRadiansPerPixel, -dy * kRadiansPerPixel));
  const shift = (dx, dy) => {
    const width = viewport.shownWidth || 1;
    camera.move((now) => pan(now, dx / width, dy / width));
  };
  const zoom = (factor) => camera.move((now) => dolly(now, factor));

  scroller.addEventListener('contextmenu', (event) => event.preventDefault());

  scroller.addEventListener('pointerdown', (event) => {
    if (isOnScrollbar(scroller, event)) return;
    const mode = modeOf(event);
    if (!mode) return;
    event.preventDefault();
    scroller.focus({ preventScroll: true });
    scroller.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, { x: event.clientX, y: event.clientY, mode });
    scroller.dataset.gesture = mode;
    if (mode !== 'scroll' && pointers.size === 1) camera.refresh();
  });

  scroller.addEventListener('pointermove', (event) => {
    const held = pointers.get(event.pointerId);
    if (!held) return;
    const dx = event.clientX - held.x;
    const dy = event.clientY - held.y;
    if (dx === 0 && dy === 0) return;
    const other = [...pointers.entries()].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const before = Math.hypot(held.x - other.x, held.y - other.y);
      const after = Math.hypot(event.clientX - other.x, event.clientY - other.y);
      if (before > 0 && after > 0) zoom(before / after);
      shift(dx / 2, dy / 2);
    } else if (held.mode === 'orbit') {
      turn(dx, dy);
    } else if (held.mode === 'pan') {
      shift(dx, dy);
    } else {
      viewport.scrollBy(-dx, -dy);
    }
    held.x = event.clientX;
    held.y = event.clientY;
  });

  const release = (event) => {
    pointers.delete(event.pointerId);
    if (pointers.size === 0) delete scroller.dataset.gesture;
  };
  scroller.addEventListener('pointerup', release);
  scroller.addEventListener('pointercancel', release);
  scroller.addEventListener('lostpointercapture', release);

  scroller.addEventListener('dblclick', () => camera.reset());

  scroller.addEventListener('wheel', (event) => {
    event.preventDefault();
    const unit = [1, kLinePixels, scroller.clientHeight][event.deltaMode] ?? 1;
    zoom(Math.exp(event.deltaY * unit * (event.ctrlKey ? kDollyPerPinchPixel : kDollyPerPixel)));
  }, { passive: false });

  scroller.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const steps = {
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    };
    if (event.key in steps) {
      const [x, y] = steps[event.key];
      camera.move((now) => (event.shiftKey ? pan(now, x * kKeyPan, y * kKeyPan) : orbit(now, x * kKeyRadians, -y * kKeyRadians)));
    } else if (event.key === '+' || event.key === '=') {
      zoom(kKeyDolly);
    } else if (event.key === '-') {
      zoom(1 / kKeyDolly);
    } else if (event.key === 'Home') {
      camera.reset();
    } else {
      return;
    }
    event.preventDefault();
  });
}

function modeOf(event) {
  if (event.pointerType === 'touch') return 'orbit';
  if (event.button === 0) return event.shiftKey ? 'pan' : 'orbit';
  return { 1: 'scroll', 2: 'pan' }[event.button];
}

function isOnScrollbar(scroller, event) {
  const box = scroller.getBoundingClientRect();
  return event.clientX - box.left >= scroller.clientWidth || event.clientY - box.top >= scroller.clientHeight;
}
