// Page. The connection that brings frames and events, kept open for ever: a WebSocket, which also takes the camera, or the event stream where
// something between does not let sockets through. One that breaks, or that went silent (two pings and more are missing), is opened anew.

const kReopenMs = 2000;
const kSilenceMs = 40_000;
const kWatchMs = 5000;

export class Connection {
  // urls: {socket, stream}. handlers: onEvent(event object), onOpen(), onLost()
  constructor(urls, handlers) {
    this.urls = urls;
    this.handlers = handlers;
    this.link = null;        // the WebSocket or EventSource in use
    this.reopenTimer = 0;
    this.heardAt = 0;
    setInterval(() => this.watch(), kWatchMs);
    this.open();
  }

  // False if the message must go another way.
  send(message) {
    if (!(this.link instanceof WebSocket) || this.link.readyState !== WebSocket.OPEN) return false;
    this.link.send(JSON.stringify(message));
    return true;
  }

  open() {
    clearTimeout(this.reopenTimer);
    this.heardAt = performance.now();
    const socket = this.use(new WebSocket(this.urls.socket));
    socket.binaryType = 'arraybuffer';
    let hasOpened = false;
    this.on(socket, 'open', () => {
      hasOpened = true;
      this.handlers.onOpen();
    });
    this.on(socket, 'message', ({ data }) => this.handlers.onEvent(typeof data === 'string' ? JSON.parse(data) : readMessage(data)));
    this.on(socket, 'close', () => (hasOpened ? this.lost() : this.openStream()));
  }

  openStream() {
    const stream = this.use(new EventSource(this.urls.stream));
    this.on(stream, 'open', () => this.handlers.onOpen());
    this.on(stream, 'message', ({ data }) => this.handlers.onEvent(JSON.parse(data)));
    this.on(stream, 'error', () => this.lost());
  }

  use(link) {
    this.link?.close();
    this.link = link;
    return link;
  }

  // What a link that is no longer in use still says is of no interest.
  on(link, name, act) {
    link.addEventListener(name, (event) => {
      if (link !== this.link) return;
      this.heardAt = performance.now();
      act(event);
    });
  }

  lost() {
    this.use(null);
    this.handlers.onLost();
    this.reopenTimer = setTimeout(() => this.open(), kReopenMs);
  }

  watch() {
    if (this.link && performance.now() - this.heardAt > kSilenceMs) this.lost();
  }
}

// A frame: four bytes of length, little-endian, a JSON header, and the pixels.
function readMessage(buffer) {
  const size = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, size)));
  header.payload = new Uint8Array(buffer, 4 + size);
  return header;
}
