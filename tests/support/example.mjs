// Test support. The stand-ins of tools/examples: other gRPC servers than Octane. By the system's Python, whose packages they need.

import path from 'node:path';

import { get, post } from './curl.mjs';
import { Program, projectDir } from './program.mjs';

export const examples = path.join(projectDir, 'tools/examples');

export class Example extends Program {
  static async start(name, args = [], { port = 0 } = {}) {
    const example = new Example('/usr/bin/python3', [path.join(examples, name, 'standin.py'), '--port', String(port), ...args]);
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

  // What it was asked: {seen: [{method, size, metadata, bytes (hex)}], open_streams, cancelled}.
  async told() {
    return (await get(`${this.control}/seen`)).json;
  }

  // {method: [status, text]}: calls that fail from now on.
  async fail(failures) {
    await post(`${this.control}/fail`, failures);
  }
}
