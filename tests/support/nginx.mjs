// Test support. A real nginx in front of the proxy, in a directory of its own, on a free port.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { freePort } from './octane.mjs';
import { Program } from './program.mjs';
import { until } from './wait.mjs';

// One process, so that its own pid ends all of it; everything that nginx writes is below its prefix.
const around = (servers) => `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr warn;
events {}
http {
    access_log off;
    client_body_temp_path temp/body;
    proxy_temp_path temp/proxy;
    fastcgi_temp_path temp/fastcgi;
    uwsgi_temp_path temp/uwsgi;
    scgi_temp_path temp/scgi;
${servers}
}
`;

const canConnect = (port) => new Promise((resolve) => {
  const socket = connect(port, '127.0.0.1');
  socket.once('connect', () => socket.destroy() && resolve(true));
  socket.once('error', () => resolve(false));
});

export class Nginx extends Program {
  // `configure(port, directory)` makes what stands inside http {}; the server must listen on 127.0.0.1:port.
  static async start(configure) {
    const port = await freePort();
    const directory = mkdtempSync(path.join(tmpdir(), 'octane-nginx-'));
    mkdirSync(path.join(directory, 'temp'));
    writeFileSync(path.join(directory, 'nginx.conf'), around(configure(port, directory)));
    // Debian keeps it where a user's PATH does not look.
    const env = { PATH: `${process.env.PATH}:/usr/sbin:/usr/local/sbin` };
    const nginx = new Nginx('nginx', ['-p', directory, '-c', 'nginx.conf', '-e', 'stderr'], { env });
    nginx.port = port;
    nginx.directory = directory;
    try {
      await until('nginx listens', async () => {
        if (nginx.status) throw new Error(`nginx ended${nginx.tail()}`);
        return canConnect(port);
      });
    } catch (error) {
      await nginx.stop();
      throw error;
    }
    return nginx;
  }

  async stop(limit) {
    const status = await super.stop(limit);
    rmSync(this.directory, { recursive: true, force: true });
    return status;
  }
}
