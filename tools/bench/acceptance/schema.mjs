// For tools/bench/acceptance.mjs: a large folder of .proto files. How long the proxy takes to start with it, how much memory it has then, and how fast
// it lists what is in it.

import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { Proxy } from '../../../tests/support/octane.mjs';
import { ask } from './measure.mjs';

const kMessages = 12; // in each file
const kFolders = 20;
const kRepeats = 20;

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

function makeFolder(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-large-schema-'));
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
  let bytes = 0;
  for (let i = 0; i < files; i++) {
    const { name, text } = source(i);
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
    bytes += text.length;
  }
  return { folder, bytes };
}

// What is not in the list as it stands in the files.
function missing(listed, files) {
  const wrong = [];
  const found = new Map(listed.map((service) => [service.fullName, service]));
  for (let i = 0; i < files; i += 2) {
    const name = `big.p${i}.S${i}`;
    const methods = [...(found.get(name)?.methods ?? [])].sort();
    if (methods.join() !== 'Call0,Call1,Call2,Call3') wrong.push(`${name} has ${JSON.stringify(methods).slice(0, 100)}`);
    found.delete(name);
  }
  for (const name of found.keys()) wrong.push(`${name} is in no file`);
  return wrong;
}

export async function schema({ report, started }) {
  const files = 1000;
  const { folder, bytes } = makeFolder(files);
  const what = `${files} files, ${files * kMessages} messages`;
  const begin = performance.now();
  const proxy = started(await Proxy.start(undefined, ['--proto-path', folder], { octanePort: 1 }));
  const seconds = (performance.now() - begin) / 1000;

  const agent = new http.Agent({ keepAlive: true });
  started({ stop: async () => agent.destroy() });
  const get = async (where) => {
    const from = performance.now();
    const answer = await ask(`${proxy.url}${where}`, { method: 'GET', agent });
    return { ...answer, ms: performance.now() - from };
  };
  await get('/livez'); // so that the connection and the client's own start are not measured
  const first = await get('/services');
  const later = [];
  for (let i = 0; i < kRepeats; i++) later.push(await get('/services'));
  const last = files - 2;
  const one = await get(`/services/big.p${last}.S${last}`);
  const status = readFileSync(`/proc/${proxy.pid}/status`, 'utf8');
  const memory = (field) => Number(new RegExp(`${field}:\\s+(\\d+)`).exec(status)[1]) * 1024 / 1e6;

  report.atMost(`${what}: start, to the line that says where it listens`, seconds, 3, 's', 2);
  report.atMost(`${what}: memory, at most`, memory('VmHWM'), 300, 'MB');
  report.atMost(`${what}: /services at first`, first.ms, 50, 'ms', 1);
  report.atMost(`${what}: /services later, the slowest of ${kRepeats}`, Math.max(...later.map(({ ms }) => ms)), 50, 'ms', 1);
  const listed = JSON.parse(first.text).services;
  report.none(`${what}: every service with its methods is listed`, missing(listed, files), listed.length);
  const others = later.filter(({ status: code, text }) => code !== 200 || text !== first.text);
  report.none(`${what}: it says the same each time`, others.map(({ status: code }) => `status ${code}`), later.length);
  const names = ['Call3', 'counts', 'choice', `big.p${last - 1}.M3`, 'KIND_TWO'];
  const without = names.filter((name) => !one.text.includes(name));
  report.none(`${what}: one service is described with its types`, without.map((name) => `${name} is missing`), names.length);
  report.note(`${(bytes / 1e6).toFixed(1)} MB of text; ${memory('VmRSS').toFixed(0)} MB resident at the end; /services has ${first.text.length} bytes`);
}
