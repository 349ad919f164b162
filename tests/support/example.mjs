// Test support. The stand-ins of tools/examples: other gRPC servers than Octane. By the system's Python, whose packages they need.

import path from 'node:path';

import { get, post } from './curl.mjs';
import { Program, projectDir } from './program.mjs';

export const examples = path.join(projectDir, 'tools/examples');

// A service with methods of all kinds (lab.proto), which is no example of anything but that.
export const lab = path.join(projectDir, 'tests/support/lab');

const ownScripts = { lab: path.join(lab, 'server.py'), any: path.join(projectDir, 'tests/support/any_service.py') };

export class Example extends Program {
  static async start(name, args = [], { port = 0 } = {}) {
    const script = ownScripts[name] ?? path.join(examples, name, 'standin.py');
    const example = new Example('/usr/bin/python3', [script, '--port', String(port), ...args]);
    try {
      example.port = Number((await example.line(/^listening on .*:(\d+)/))[1]);
      example.control = (await example.line(/^control on (http:\/\/\S+)/))[1];
    } catch (error) {
      await example.kill();
      throw error;
    }
    return example;
  }

  get address() {
    return `127.0.0.1:${this.port}`;
  }

  // What it was asked: {seen: [{method, size, metadata, bytes (hex), asked}], the last 20; calls: {method: count}, open_streams, cancelled,
  // noted}.
  async told() {
    return (await get(`${this.control}/seen`)).json;
  }

  // {method: [status, text]}, or a google.rpc.Status in hex as third: calls that fail from now on.
  async fail(failures) {
    await post(`${this.control}/fail`, failures);
  }
}
