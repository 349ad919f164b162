// Test support. A configuration file of the proxy, for as long as the test file runs.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

let folder;
let count = 0;

// The options that name it.
export function configFile(text) {
  if (!folder) {
    folder = mkdtempSync(path.join(tmpdir(), 'octane-config-'));
    process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  }
  const file = path.join(folder, `proxy-${++count}.toml`);
  writeFileSync(file, text);
  return ['--config', file];
}
