// Test support. The two programs of this project as a test needs them: the stand-in renderer with its control port, and the proxy.

import path from 'node:path';

import { get, post } from './curl.mjs';
import { buildDir, Program } from './program.mjs';
import { pipeline } from './socket.mjs';
import { Viewer } from './viewer.mjs';
import { until } from './wait.mjs';

export const releases = ['alpha5', 'beta2'];

// A small, quick picture source for tests that are not about the path tracer.
export const pattern = ({ fps = 10, width = 64, height = 32 } = {}, ...extra) => [
  '--pattern', '--fps', String(fps), '--width', String(width), '--height', String(height), ...extra];

export class Standin extends Program {
  static async start(args = [], { port = 0, release = 'alpha5' } = {}) {
    const standin = new Standin(path.join(buildDir, 'octane-standin'), [
      '--release', release, '--host', '127.0.0.1', '--port', String(port), '--control-port', '0', ...args]);
    try {
      standin.port = Number((await standin.line(/^listening on .*:(\d+)/))[1]);
      standin.listeningSince = performance.now();
      standin.control = (await standin.line(/^control on (http:\/\/\S+?)\/?$/))[1];
    } catch (error) {
      await standin.kill();
      throw error;
    }
    standin.release = release;
    return standin;
  }

  // Also where a test has stopped it: a stopped process does not hear that it shall end.
  async stop() {
    if (!this.status) this.signal('SIGCONT');
    return super.stop();
  }

  // The handle of the scene's mesh, as text.
  async teapot() {
    return (await this.line(/teapot\D+(\d+)/))[1];
  }

  async counters() {
    return (await get(`${this.control}/counters`)).json;
  }

  async hasFrame() {
    return until('the stand-in has a frame', async () => (await this.counters()).frames >= 1);
  }

  // The newest frame: {width, height, type, pitch, number, data (bytes)}.
  async frame() {
    const frame = (await get(`${this.control}/frame`)).json;
    return { ...frame, data: Buffer.from(frame.data, 'base64') };
  }

  async camera() {
    return (await get(`${this.control}/camera`)).json;
  }

  // From now on the method ("ApiItem/name") fails with that status.
  async fail(method, status, text) {
    return this.tell('fail', { method, status, text });
  }

  // From now on the method takes that long; all other calls wait behind it, as in Octane.
  async stall(method, milliseconds) {
    return this.tell('stall', { method, ms: milliseconds });
  }

  // Nothing fails or stalls any more, also not what stalls now.
  async clear() {
    return this.tell('clear');
  }

  // In pattern mode: one frame now.
  async sendFrame() {
    return this.tell('frame');
  }

  async tell(order, body = {}) {
    const answer = await post(`${this.control}/${order}`, body);
    if (answer.status !== 200) throw new Error(`the stand-in refused ${order}: ${answer.status} ${answer.text}`);
    return answer.text;
  }
}

export class Proxy extends Program {
  // Starts it and waits until it listens; with `octane`, also until it has found that stand-in. `program`: another build.
  static async start(octane, args = [], { env = {}, cwd, connected = true, octaneHost = '127.0.0.1', octanePort,
    program = path.join(buildDir, 'octane-proxy') } = {}) {
    const where = octanePort ?? octane?.port;
    const toOctane = where === undefined ? [] : ['--octane-host', octaneHost, '--octane-port', String(where)];
    const proxy = new Proxy(program, [
      '--host', '127.0.0.1', '--port', '0', ...toOctane, ...args], { env, cwd });
    try {
      proxy.url = (await proxy.line(/listening on (https?:\/\/\S+:\d+)/))[1];
      proxy.octane = octane;
      if (octane && connected) await proxy.connected();
    } catch (error) {
      await proxy.kill();
      throw error;
    }
    return proxy;
  }

  get host() {
    return new URL(this.url).host;
  }

  async connected({ within, headers = {} } = {}) {
    return until('/health says connected', async () => {
      const health = await get(`${this.url}/health`, { headers });
      return health.status === 200 && health.json;
    }, { within, detail: () => this.tail() });
  }

  get(url, options) {
    return get(`${this.url}${url}`, options);
  }

  post(url, body, options) {
    return post(`${this.url}${url}`, body, options);
  }

  // The `data` of a call that must succeed.
  async call(method, body, options) {
    const answer = await this.post(`/${method}`, body, options);
    if (answer.status !== 200 || answer.json.success !== true) {
      throw new Error(`${method} answered ${answer.status} ${answer.text.slice(0, 400)}${this.tail(5)}`);
    }
    return answer.json.data;
  }

  pipeline(requests) {
    return pipeline(this.host, requests);
  }

  watch(query = '', options) {
    return new Viewer(`${this.url}/render/stream${query}`, options);
  }
}

// What tests start is stopped at their end, newest first, whatever happened between.
export function cleanup(t) {
  const started = [];
  t.after(async () => {
    const failures = [];
    for (const thing of started.reverse()) await thing.stop().catch((error) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  });
  return (thing) => {
    started.push(thing);
    return thing;
  };
}

// A port that nobody listens on: taken once from the system and given back.
export async function freePort() {
  const { createServer } = await import('node:net');
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
