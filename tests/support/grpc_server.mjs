// Test support. A gRPC server of any API, by HTTP/2 alone: it knows no schema.

import http2 from 'node:http2';

export class GrpcServer {
  // `answer(path, message)`: the bytes of the answer, at once or as a promise; undefined: UNIMPLEMENTED.
  static async start(answer) {
    const server = new GrpcServer();
    server.calls = [];
    server.sessions = new Set();
    server.http = http2.createServer();
    server.http.on('session', (session) => {
      server.sessions.add(session);
      session.on('close', () => server.sessions.delete(session));
    });
    server.http.on('stream', (stream, headers) => server.#serve(stream, headers[':path'], answer));
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    server.port = server.http.address().port;
    return server;
  }

  #serve(stream, path, answer) {
    const chunks = [];
    stream.on('error', () => {});
    stream.on('data', (chunk) => chunks.push(chunk));
    stream.on('end', async () => {
      this.calls.push(path);
      const message = await answer(path, Buffer.concat(chunks).subarray(5));
      if (stream.destroyed) return;
      const status = { 'grpc-status': message === undefined ? '12' : '0' };
      stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
      stream.on('wantTrailers', () => stream.sendTrailers(status));
      if (message === undefined) return stream.end();
      const head = Buffer.alloc(5);
      head.writeUInt32BE(message.length, 1);
      stream.end(Buffer.concat([head, message]));
    });
  }

  count(path) {
    return this.calls.filter((called) => called === path).length;
  }

  async stop() {
    for (const session of this.sessions) session.destroy();
    await new Promise((resolve) => this.http.close(resolve));
  }
}
