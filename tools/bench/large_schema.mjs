// How long does the proxy take to load a large folder of .proto files, how much memory has it then, and how fast does it list them? Makes
// the folder (1 000 files, 12 000 messages, 500 services that import one another), starts build/release/octane-proxy on it, and prints:
//
//   node tools/bench/large_schema.mjs [files]

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Proxy } from '../../tests/support/octane.mjs';

const files = Number(process.argv[2] ?? 1000);
const kMessages = 12; // in each file
const kFolders = 20;

// A file with messages that use those of two files before it, lists, maps, one-ofs and enums; every second one has a service.
function source(i) {
  const name = (n) => `pkg${n % kFolders}/file${n}.proto`;
  const imports = i < 2 ? [] : [i - 1, Math.floor(i / 2)].filter((n, at, all) => all.indexOf(n) === at);
  const lines = ['syntax = "proto3";', `package big.p${i};`, ...imports.map((n) => `import "${name(n)}";`),
    'import "google/protobuf/timestamp.proto";', 'enum Kind { KIND_NONE = 0; KIND_ONE = 1; KIND_TWO = 2; }'];
  for (let m = 0; m < kMessages; m++) {
    lines.push(`// What stands in message ${m} of file ${i}.`, `message M${m} {`, '  string name = 1;', '  repeated double values = 2;',
      '  map<string, int64> counts = 3;', '  Kind kind = 4;', '  google.protobuf.Timestamp at = 5;', '  oneof choice { bytes blob = 6; bool flag = 7; }');
    if (m > 0) lines.push(`  repeated M${m - 1} parts = 8;`);
    imports.forEach((n, at) => lines.push(`  big.p${n}.M${m} other${at} = ${9 + at};`));
    lines.push('}');
  }
  if (i % 2 === 0) {
    lines.push(`service S${i} {`);
    for (let m = 0; m < 4; m++) lines.push(`  rpc Call${m}(M${m}) returns (M${kMessages - 1 - m});`);
    lines.push('}');
  }
  return { name: name(i), text: `${lines.join('\n')}\n` };
}

const folder = mkdtempSync(path.join(tmpdir(), 'octane-large-schema-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
let bytes = 0;
for (let i = 0; i < files; i++) {
  const { name, text } = source(i);
  mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
  writeFileSync(path.join(folder, name), text);
  bytes += text.length;
}
const begin = performance.now();
const proxy = await Proxy.start(undefined, ['--proto-path', folder], { octanePort: 1 });
const started = performance.now() - begin;
const status = readFileSync(`/proc/${proxy.pid}/status`, 'utf8');
const memory = (field) => Math.round(Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) / 1024);
console.log(`${files} files, ${files * kMessages} messages, ${(bytes / 1e6).toFixed(1)} MB of text`);
console.log(`start:      ${started.toFixed(0)} ms, to the line that says where it listens`);
console.log(`memory:     ${memory('VmRSS')} MiB resident, ${memory('VmHWM')} MiB at most`);
await (await fetch(`${proxy.url}/livez`)).text();  // so that the client's own start is not measured
for (const where of ['/services', '/services', `/services/big.p${files - 2}.S${files - 2}`]) {
  const from = performance.now();
  const answer = await fetch(`${proxy.url}${where}`);
  const text = await answer.text();
  console.log(`${where}: ${answer.status}, ${text.length} bytes, ${(performance.now() - from).toFixed(1)} ms`);
}
await proxy.stop();
