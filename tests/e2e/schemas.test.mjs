// End to end: schemas brought along instead of the built-in ones. docs/api.md §1 (--proto-path, --descriptor-set).

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { GrpcServer } from '../support/grpc_server.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { buildDir, Program, projectDir } from '../support/program.mjs';
import { until } from '../support/wait.mjs';

const streams = `syntax = "proto3";
package demo;
message Tick { int32 number = 1; }
service Watcher { rpc watch(Tick) returns (stream Tick); }
`;

const greeter = `syntax = "proto3";
package demo;
message Hello { string name = 1; int64 times = 2; }
message Answer { repeated string lines = 1; }
service GreeterService { rpc greet(Hello) returns (Answer); }
`;

function temporaryDirectory(t) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-schema-'));
  t.after(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('of a directory with broken and conflicting files all the rest is loaded, and the broken ones are named', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  mkdirSync(path.join(directory, 'deeper'));
  writeFileSync(path.join(directory, 'a_greeter.proto'), greeter);
  writeFileSync(path.join(directory, 'broken.proto'), 'syntax = "proto3"; message { }');
  writeFileSync(path.join(directory, 'conflict.proto'), 'syntax = "proto3"; package demo; message Hello { int32 other = 1; }');
  writeFileSync(path.join(directory, 'orphan.proto'), 'syntax = "proto3"; import "missing.proto"; message Orphan { }');
  writeFileSync(path.join(directory, 'deeper/counter.proto'),
    'syntax = "proto3"; package demo.deeper; import "a_greeter.proto"; service Counter { rpc count(demo.Hello) returns (demo.Answer); }');
  const port = await freePort();
  const proxy = started(await Proxy.start(null, ['--proto-path', directory], { octanePort: port }));
  const { services } = (await proxy.get('/services')).json;
  assert.deepEqual(services.map((service) => service.fullName), ['demo.GreeterService', 'demo.deeper.Counter']);
  assert.equal(services[0].name, 'Greeter');
  const warnings = (await proxy.get('/health')).json.warnings.join('\n');
  for (const file of ['broken.proto', 'conflict.proto', 'orphan.proto']) {
    assert.ok(warnings.includes(file), `${file} is not in the warnings: ${warnings}`);
    await proxy.line(new RegExp(file.replace('.', '\\.')));
  }
  assert.ok(!warnings.includes('a_greeter.proto left out'), warnings);
  assert.equal((await proxy.post('/Greeter/greet', { name: 'x', times: '3' })).status, 500, 'nobody listens there');
  assert.equal((await proxy.post('/demo.GreeterService/greet', { times: 'x' })).status, 400);
  assert.equal((await proxy.post('/ApiItem/name', {})).status, 404, 'the built-in schemas are replaced');
});

test('the project\'s own files as --proto-path do what the built-in schemas do', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern(), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane, ['--proto-path', path.join(projectDir, 'proto/octane/beta2')]));
  assert.deepEqual(await proxy.call('ApiItem/name', { objectPtr: { handle: await octane.teapot(), type: 'apiitem' } }), { result: 'teapot.obj' });
  assert.equal((await proxy.get('/services')).json.services.length, 105);
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.frames(2);
});

test('--descriptor-set takes what protoc writes', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, 'greeter.proto'), greeter);
  const file = path.join(directory, 'greeter.pb');
  execFileSync('protoc', ['--include_imports', `--descriptor_set_out=${file}`, `-I${directory}`, 'greeter.proto']);
  const proxy = started(await Proxy.start(null, ['--descriptor-set', file], { octanePort: await freePort() }));
  const { methods } = (await proxy.get('/services/Greeter')).json;
  assert.equal(methods[0].path, '/Greeter/greet');
  assert.deepEqual(Object.keys(methods[0].template), ['name', 'times']);
});

test('--proto-path and --descriptor-set may be given several times, and all that is given counts', async (t) => {
  const started = cleanup(t);
  const [first, second] = [temporaryDirectory(t), temporaryDirectory(t)];
  writeFileSync(path.join(first, 'greeter.proto'), greeter);
  writeFileSync(path.join(second, 'watcher.proto'), streams);
  const sets = [[first, 'greeter'], [second, 'watcher']].map(([directory, name]) => {
    const file = path.join(directory, `${name}.pb`);
    execFileSync('protoc', [`--descriptor_set_out=${file}`, `-I${directory}`, `${name}.proto`]);
    return file;
  });
  const octanePort = await freePort();
  for (const options of [['--proto-path', first, '--proto-path', second], ['--proto-path', `${first},${second}`],
    ['--descriptor-set', sets[0], '--descriptor-set', sets[1]]]) {
    const proxy = started(await Proxy.start(null, options, { octanePort }));
    const { services } = (await proxy.get('/services')).json;
    assert.deepEqual(services.map((service) => service.fullName), ['demo.GreeterService', 'demo.Watcher']);
  }
});

test('a streaming method of another service is called like any other', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, 'watcher.proto'), streams);
  const proxy = started(await Proxy.start(null, ['--proto-path', directory], { octanePort: await freePort() }));
  const { status, json } = await proxy.post('/Watcher/watch', {});
  assert.equal(status, 500);
  assert.match(json.error, /cannot be reached/);
});

test('import-path has what the files of proto-path import, and its own services are not offered', async (t) => {
  const started = cleanup(t);
  const [own, common] = [temporaryDirectory(t), temporaryDirectory(t)];
  mkdirSync(path.join(common, 'shared'));
  writeFileSync(path.join(common, 'shared/types.proto'), `syntax = "proto3";
package shared;
message Point { double x = 1; double y = 2; }
service Typist { rpc type(Point) returns (Point); }
`);
  writeFileSync(path.join(common, 'broken.proto'), 'syntax = "proto3"; message { }');
  writeFileSync(path.join(own, 'plotter.proto'), `syntax = "proto3";
package plot;
import "shared/types.proto";
message Line { shared.Point from = 1; shared.Point to = 2; }
service Plotter { rpc draw(Line) returns (Line); }
`);
  const server = started(await GrpcServer.start((where, message) => (where === '/plot.Plotter/draw' ? message : undefined)));
  const start = (options) => Proxy.start(undefined, configFile(`
[upstream.plotter]
address = "127.0.0.1:${server.port}"
proto-path = ["${own}"]
${options}
`), { connected: false });
  const proxy = started(await start(`import-path = ["${common}"]`));
  const line = { from: { x: 1.5, y: 3 }, to: { x: 0.25, y: -2 } };
  await until('it is connected', async () => (await proxy.get('/health')).status === 200);
  assert.deepEqual(await proxy.call('plotter/Plotter/draw', line), line);
  assert.deepEqual((await proxy.get('/services')).json.services.map(({ fullName }) => fullName), ['plot.Plotter']);
  for (const where of ['/Typist/type', '/plotter/shared.Typist/type', '/plotter/Typist/type']) {
    const refused = await proxy.post(where, {});
    assert.equal(refused.status, 404, where);
    assert.match(refused.json.error, /no service "(shared\.)?Typist"/);
  }
  assert.equal((await proxy.get('/services/Typist')).status, 404);
  assert.deepEqual((await proxy.get('/health')).json.warnings, [], 'a file that nobody imports is no loss');
  assert.deepEqual(server.calls.filter((where) => where.startsWith('/shared')), []);

  const without = new Program(path.join(buildDir, 'octane-proxy'), ['--port', '0', ...configFile(`
[upstream.plotter]
address = "127.0.0.1:${server.port}"
proto-path = ["${own}"]
`)]);
  assert.equal((await without.exit()).code, 2);
  assert.match(without.err, /plotter\.proto left out.*shared\/types\.proto/);
  const alone = new Program(path.join(buildDir, 'octane-proxy'), ['--port', '0', ...configFile(`
[upstream.plotter]
address = "127.0.0.1:${server.port}"
import-path = ["${common}"]
`)]);
  assert.equal((await alone.exit()).code, 2);
  assert.match(alone.err, /has import-path without proto-path/);
});

test('files that define no service end the start with a sentence, which names the first that was left out', async (t) => {
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, 'messages.proto'), 'syntax = "proto3"; package demo; message Hello { string name = 1; }');
  const start = async () => {
    const program = new Program(path.join(buildDir, 'octane-proxy'), ['--port', '0', '--proto-path', directory]);
    assert.equal((await program.exit()).code, 2);
    return program.err;
  };
  assert.equal(await start(), 'octane-proxy: --proto-path: no file that could be loaded defines a service, so there would be nothing to call\n');
  writeFileSync(path.join(directory, 'newer.proto'), 'edition = "2023";\nservice S {}\n');
  assert.match(await start(), /nothing to call; 1 was left out, the first: newer\.proto left out: it is written in a protobuf edition/);
});

test('a foreign service\'s method is no read because of its name: two equal calls are two calls', async (t) => {
  const started = cleanup(t);
  const directory = temporaryDirectory(t);
  writeFileSync(path.join(directory, 'jobs.proto'), `syntax = "proto3";
package farm;
message Query { string queue = 1; }
message Job { int64 number = 1; }
service JobsService {
  rpc getNext(Query) returns (Job);
  rpc isNext(Query) returns (Job);
  rpc peek(Query) returns (Job) { option idempotency_level = NO_SIDE_EFFECTS; }
}
`);
  let release;
  let held = new Promise((resolve) => (release = resolve));
  let number = 0;
  const server = started(await GrpcServer.start(async (where) => {
    if (!where.startsWith('/farm.')) return undefined;
    const mine = ++number;
    await held;
    return Buffer.from([0x08, mine]);
  }));
  const proxy = started(await Proxy.start(server, ['--proto-path', directory, '--log-level', 'debug']));
  const hold = () => (held = new Promise((resolve) => (release = resolve)));
  const queue = async () => (await proxy.get('/health')).json.queue;
  for (const method of ['getNext', 'isNext']) {
    const before = server.count(`/farm.JobsService/${method}`);
    const both = [1, 2].map(() => proxy.call(`Jobs/${method}`, { queue: 'a' }));
    await until('one is there and the other waits for it', async () =>
      server.count(`/farm.JobsService/${method}`) === before + 1 && (await queue()).waiting === 1);
    release();
    const numbers = (await Promise.all(both)).map((job) => job.number);
    assert.notEqual(numbers[0], numbers[1], method);
    assert.equal(server.count(`/farm.JobsService/${method}`), before + 2);
    hold();
  }
  // What says of itself that it changes nothing is asked once.
  const both = [1, 2].map(() => proxy.call('Jobs/peek', { queue: 'a' }));
  await until('both have come, and one is asked', () => server.count('/farm.JobsService/peek') === 1 &&
    proxy.linesLike(/POST \/Jobs\/peek from/).length === 2);
  release();
  const [one, two] = await Promise.all(both);
  assert.deepEqual(one, two);
  assert.equal(server.count('/farm.JobsService/peek'), 1);
});
