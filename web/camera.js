// Page. Octane's camera as the hand moves it. Moves go out by the socket, whose other end takes care that Octane gets the newest as fast as it
// can follow; without one by SetCamera followed by update, one such pair in flight at most.

import { call } from './calls.js';
import { fromAnswer, toRequest } from './orbit.js';

export class Camera {
  // onError(sentence); push(message): false if there is no socket.
  constructor(onError, push) {
    this.onError = onError;
    this.push = push;
    this.now = null;
    this.initial = null;
    this.session = null;     // Octane's life that `now` belongs to; null: away
    this.early = null;       // moves made while the camera is being read
    this.isSending = false;
    this.isStale = false;    // `now` has not been sent yet
  }

  // A new session (or null) of Octane. The camera is read; it is the one that reset() returns to.
  async setSession(session) {
    if (session === this.session) return;
    this.session = session;
    this.now = null;
    this.initial = null;
    this.isStale = false;
    if (session !== null) await this.read({ isInitial: true });
  }

  // Another project is open: its camera is the new starting point.
  async projectChanged() {
    if (this.session !== null) await this.read({ isInitial: true });
  }

  // Another program may have moved the camera since: read it where the hand begins.
  async refresh() {
    if (this.session !== null && !this.isSending && !this.early) await this.read({ isInitial: this.initial === null });
  }

  // step: a function from one camera to the next.
  move(step) {
    if (this.early) {
      this.early.push(step);
    } else if (this.now) {
      this.now = step(this.now);
      this.send();
    }
  }

  reset() {
    if (this.initial) this.move(() => this.initial);
  }

  async read({ isInitial }) {
    const session = this.session;
    const moves = [];
    this.early = moves;
    let answer = null;
    try {
      answer = fromAnswer(await call('/LiveLink/GetCamera'));
      if (answer === null) this.onError('Octane has no camera to move.');
    } catch (error) {
      if (session === this.session) this.onError(`The camera could not be read: ${error.message}`);
    }
    if (this.early === moves) this.early = null;
    if (session !== this.session || answer === null) return;
    this.now = answer;
    if (isInitial) this.initial = answer;
    if (moves.length === 0) return;
    this.now = moves.reduce((camera, step) => step(camera), answer);
    this.send();
  }

  async send() {
    if (this.push({ type: 'camera', ...toRequest(this.now) })) return;
    this.isStale = true;
    if (this.isSending) return;
    this.isSending = true;
    const session = this.session;
    try {
      while (this.isStale && this.now && session === this.session) {
        this.isStale = false;
        await call('/LiveLink/SetCamera', toRequest(this.now));
        await call('/ApiChangeManager/update');
      }
    } catch (error) {
      this.isStale = false;
      if (session === this.session) this.onError(`The camera could not be moved: ${error.message}`);
    }
    this.isSending = false;
    if (this.isStale && this.now) this.send();
  }
}
