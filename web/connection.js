// Page. The event stream, kept open for ever: EventSource repeats by itself after a break; a stream that it gave up (an error answer) or that
// went silent (two pings and more are missing) is opened anew.

const kReopenMs = 2000;
const kSilenceMs = 40_000;
const kWatchMs = 5000;

export class Connection {
  // handlers: onEvent(event object), onOpen(), onLost()
  constructor(url, handlers) {
    this.url = url;
    this.handlers = handlers;
    this.source = null;
    this.reopenTimer = 0;
    this.heardAt = 0;
    setInterval(() => this.watch(), kWatchMs);
    this.open();
  }

  open() {
    clearTimeout(this.reopenTimer);
    this.source?.close();
    this.heardAt = performance.now();
    const source = new EventSource(this.url);
    this.source = source;
    source.onopen = () => {
      this.heardAt = performance.now();
      this.handlers.onOpen();
    };
    source.onmessage = (message) => {
      this.heardAt = performance.now();
      this.handlers.onEvent(JSON.parse(message.data));
    };
    source.onerror = () => {
      this.handlers.onLost();
      if (source.readyState === EventSource.CLOSED) this.reopenTimer = setTimeout(() => this.open(), kReopenMs);
    };
  }

  watch() {
    if (performance.now() - this.heardAt < kSilenceMs) return;
    this.handlers.onLost();
    this.open();
  }
}
