// Page. Frame rate and delay over the last two seconds.

const kWindowMs = 2000;

export class Meter {
  constructor() {
    this.shown = [];       // {at, delay}, oldest first
    this.isFirst = true;
  }

  // A new stream: its first frame may be an old one, whose age is no delay.
  restart() {
    this.isFirst = true;
  }

  // timestamp: seconds since 1970, when the proxy got the frame.
  frameShown(timestamp) {
    const at = performance.now();
    const delay = performance.timeOrigin + at - timestamp * 1000;
    this.shown.push({ at, delay: this.isFirst ? NaN : delay });
    this.isFirst = false;
    this.forget(at);
  }

  forget(at) {
    while (this.shown.length > 0 && at - this.shown[0].at > kWindowMs) this.shown.shift();
  }

  get rate() {
    this.forget(performance.now());
    return this.shown.length / (kWindowMs / 1000);
  }

  // Median in milliseconds; NaN if there is none that makes sense (the clocks of two machines differ).
  get delay() {
    const delays = this.shown.map((frame) => frame.delay).filter((delay) => delay >= 0 && delay < 60_000).sort((a, b) => a - b);
    return delays.length > 0 ? delays[Math.floor(delays.length / 2)] : NaN;
  }
}
