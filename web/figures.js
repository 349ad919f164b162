// Page. The row of figures under the picture, refreshed a few times a second whatever the frame rate.

import { byId, setText } from './dom.js';
import { Meter } from './meter.js';

const kRefreshMs = 200;
const kNone = '–';

export class Figures {
  constructor() {
    this.meter = new Meter();
    this.image = null;
    this.size = '';
    this.dropped = { upstream: 0, here: 0 };
    this.isLive = false;
    setInterval(() => this.refresh(), kRefreshMs);
  }

  streamOpened() {
    this.meter.restart();
    this.dropped.upstream = 0;
  }

  arrived(event) {
    this.dropped.upstream += event.dropped ?? 0;
  }

  // A single image format carries its facts in the event itself, the raw one in its first image.
  shown(event, width, height) {
    this.meter.frameShown(event.timestamp);
    this.image = event.render_images?.data?.[0] ?? event;
    this.size = `${width} × ${height}`;
  }

  refresh() {
    const rate = this.meter.rate;
    const done = number(this.image?.tonemappedSamplesPerPixel);
    const most = number(this.image?.maxSamplesPerPixel);
    const seconds = number(this.image?.renderTime);
    const speed = number(this.image?.samplesPerSecond);
    const isFinished = most > 0 && done >= most;
    setText(byId('samples'), done === undefined ? kNone : `${count(done)}${most > 0 ? ` / ${count(most)}` : ''}`);
    setText(byId('render-time'), seconds === undefined ? kNone : duration(seconds));
    setText(byId('frame-rate'), this.isLive ? `${rate.toFixed(rate < 10 ? 1 : 0)} fps` : kNone);
    setText(byId('delay'), this.isLive ? milliseconds(this.meter.delay) : kNone);
    setText(byId('resolution'), this.size || kNone);
    setText(byId('speed'), speed > 0 ? `${(speed / 1e6).toFixed(1)} MS/s` : kNone);
    this.refreshDropped();
    this.refreshProgress(done, most);
    setText(byId('render-state'), this.isLive ? renderState(isFinished, rate) : '');
  }

  refreshDropped() {
    const { upstream, here } = this.dropped;
    setText(byId('dropped'), this.image ? String(upstream + here) : kNone);
    byId('dropped-figure').title = `Frames skipped so that the newest one shows: ${upstream} on the way, ${here} in this page`;
  }

  refreshProgress(done, most) {
    const percent = most > 0 ? Math.min(100, (100 * done) / most) : 0;
    byId('progress').setAttribute('aria-valuenow', percent.toFixed(0));
    byId('progress-fill').style.transform = `scaleX(${percent / 100})`;
  }
}

function renderState(isFinished, rate) {
  if (isFinished) return 'Finished';
  return rate > 0 ? 'Rendering' : 'Idle';
}

// Floats that are no numbers come as strings.
const number = (value) => (typeof value === 'number' ? value : undefined);

const count = (value) => (Number.isInteger(value) ? String(value) : value.toFixed(1));

function milliseconds(value) {
  if (Number.isNaN(value)) return kNone;
  return value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

function duration(seconds) {
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  const whole = Math.floor(seconds);
  const pad = (value) => String(value).padStart(2, '0');
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(whole % 60)}` : `${minutes}:${pad(whole % 60)}`;
}
