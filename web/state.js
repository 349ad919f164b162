// Page. What the page knows of the proxy and of Octane, from the stream's events alone: asking /health would fill the console with its 503.
// Frames and control events may overtake one another, so their epochs decide, not their order.

export class PageState {
  constructor() {
    this.link = 'connecting';   // connecting, open, lost
    this.octane = 'unknown';    // unknown, connected, silent, lost
    this.isGoingDown = false;   // the proxy said so
    this.busyWith = '';         // the call that Octane has been at for long
    this.epoch = 0;             // Octane's, from the last octane event or frame
    this.frameEpoch = -1;       // of the newest frame since the stream opened
    this.version = '';
    this.address = '';
    this.error = '';
    this.openings = 0;
  }

  opened() {
    this.link = 'open';
    this.isGoingDown = false;
    this.openings += 1;
    this.octane = 'unknown';
    this.busyWith = '';
    this.frameEpoch = -1;
  }

  lost() {
    this.link = 'lost';
    this.octane = 'unknown';
    this.frameEpoch = -1;
  }

  event(event) {
    if (event.type === 'octane') this.octaneEvent(event);
    if (event.type === 'newImage') this.frame(event.epoch ?? this.epoch);
    if (event.type === 'bye') this.isGoingDown = true;
  }

  octaneEvent({ state, epoch, version, address, error, method }) {
    this.busyWith = state === 'busy' ? method ?? '' : '';
    if (state === 'busy' || state === 'idle') return; // the connection stands
    this.octane = state;
    this.epoch = epoch ?? this.epoch;
    this.version = version ?? this.version;
    this.address = address ?? this.address;
    this.error = error ?? '';
  }

  frame(epoch) {
    this.frameEpoch = Math.max(this.frameEpoch, epoch);
    const isNews = this.octane === 'unknown' || (this.octane === 'lost' && epoch > this.epoch);
    if (!isNews) return;
    this.octane = 'connected';
    this.epoch = epoch;
  }

  get name() {
    if (this.link === 'connecting') return 'connecting';
    if (this.link === 'lost' || this.isGoingDown) return 'proxy-lost';
    if (this.octane === 'lost') return 'octane-lost';
    if (this.octane === 'silent') return 'octane-silent';
    return this.octane === 'connected' && this.frameEpoch >= this.epoch ? 'live' : 'waiting';
  }

  // One value per life of Octane as this page has met it; null while it cannot be called.
  get session() {
    return this.link === 'open' && !this.isGoingDown && this.octane === 'connected' ? `${this.openings}/${this.epoch}` : null;
  }
}
