// Test support. What may stand at Octane's address instead of Octane, or between it and the proxy: raw HTTP/2 peers, and a tunnel.

import net from 'node:net';

function frame(type, payload = Buffer.alloc(0), stream = 0) {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.length, 0, 3);
  head[3] = type;
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

const words = (...numbers) => {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, i) => bytes.writeUInt32BE(number, 4 * i));
  return bytes;
};

const settings = frame(4);
// Windows as large as they can be, so that what is sent fills the kernel.
const generous = Buffer.concat([frame(4, Buffer.concat([Buffer.from([0, 4]), words(0x7fffffff)])), frame(8, words(0x7fff0000))]);
const goaway = frame(7, words(0, 0));

class Peer {
  static async start(serve, options) {
    const peer = new Peer();
    peer.sockets = new Set();
    peer.connections = 0;
    peer.server = net.createServer(options, (socket) => {
      peer.connections += 1;
      peer.sockets.add(socket);
      socket.on('error', () => {}).on('close', () => peer.sockets.delete(socket));
      serve(socket, peer);
    });
    peer.server.listen(0, '127.0.0.1');
    await new Promise((resolve) => peer.server.once('listening', resolve));
    peer.port = peer.server.address().port;
    return peer;
  }

  async stop() {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

// Completes the connection and says nothing more; what it is sent it reads.
export const settingsOnly = () => Peer.start((socket) => {
  socket.resume();
  socket.write(settings);
});

// Accepts and says nothing at all.
export const accepting = () => Peer.start((socket) => socket.resume());

// Speaks, but no HTTP/2: bytes without meaning, always the same ones.
export const garbage = () => Peer.start((socket) => {
  socket.resume();
  let state = 1;
  socket.write(Buffer.from(Array.from({ length: 100000 }, () => (state = (state * 48271) % 0x7fffffff) & 0xff)));
});

// Speaks HTTP/1.1, as a web server at that port would.
export const webServer = () => Peer.start((socket) => {
  socket.resume();
  socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
});

// Completes the connection, and then says that a frame of 16 MiB comes, of which a few bytes do.
export const lyingFrames = () => Peer.start((socket) => {
  socket.resume();
  const head = Buffer.alloc(9);
  head.writeUIntBE(0xffffff, 0, 3);
  head.writeUInt32BE(1, 5);
  socket.write(Buffer.concat([settings, frame(4, Buffer.alloc(0)), head, Buffer.from('no such frame')]));
});

// Ends each connection as soon as it stands.
export const goawayStorm = () => Peer.start((socket) => {
  socket.resume();
  socket.end(Buffer.concat([settings, goaway]));
});

// Never reads, and writes the same frames as long as they are taken.
function neverReading(endless) {
  return Peer.start((socket) => {
    socket.write(generous);
    const many = Buffer.concat(Array(1000).fill(endless));
    const pump = () => {
      if (!socket.destroyed && socket.write(many)) setImmediate(pump);
    };
    socket.on('drain', pump);
    pump();
  }, { pauseOnConnect: true });
}
export const neverReadingPings = () => neverReading(frame(6, Buffer.alloc(8)));
export const neverReadingSettings = () => neverReading(settings);
export const neverReadingAtAll = () => Peer.start((socket) => socket.write(generous), { pauseOnConnect: true });

// A tunnel to a port, as `ssh -L` is one: it accepts whether or not the far end is there.
export class Tunnel extends Peer {
  static async start(port) {
    const tunnel = await Peer.start((near, peer) => {
      near.pause();
      const far = net.connect(port, '127.0.0.1');
      far.on('error', () => {}).on('close', () => !near.isForgotten && near.destroy());
      near.far = far;
      near.on('close', () => far.destroy());
      near.on('data', (bytes) => far.write(bytes));
      far.on('data', (bytes) => near.isForgotten || near.write(bytes));
      if (peer.isFrozen) far.pause();
      else near.resume();
    }, { pauseOnConnect: true });
    return Object.setPrototypeOf(tunnel, Tunnel.prototype);
  }

  // Nothing passes, either way, on old connections and on new ones.
  freeze() {
    this.isFrozen = true;
    for (const near of this.sockets) {
      near.pause();
      near.far.pause();
    }
  }

  thaw() {
    this.isFrozen = false;
    for (const near of this.sockets) {
      if (near.isForgotten) continue;
      near.resume();
      near.far.resume();
    }
  }

  // The far ends of the connections there are now are gone, and nobody tells; new ones pass.
  forget() {
    for (const near of this.sockets) {
      near.isForgotten = true;
      near.removeAllListeners('data');
      near.resume();
      near.far.destroy();
    }
    this.isFrozen = false;
  }
}
