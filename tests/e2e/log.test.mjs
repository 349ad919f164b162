// End to end: what the log says, and at which level. docs/api.md §7.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { patience, within } from '../support/wait.mjs';

test('at info: start, Octane found and lost, registration, viewers, failed calls; no successful calls', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern(), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane));
  await proxy.line(/listening on http:\/\/127\.0\.0\.1:\d+/);
  const [found] = await proxy.line(new RegExp(`127\\.0\\.0\\.1:${octane.port}.*`));
  assert.ok(found);
  assert.match(proxy.lines.join('\n'), /beta2/);
  assert.match(proxy.lines.join('\n'), /--octane-host/, 'how the host was found');
  const viewer = started(proxy.watch('?format=jpeg'));
  await viewer.type('newImage');
  await proxy.line(/Registered OnNewImage callback with ID: \d+/);
  await proxy.line(/viewer/i);
  await proxy.call('ApiInfo/octaneVersion');
  await proxy.post('/ApiItem/name', { objectPtr: { handle: '18446744073709551615', type: 16 } }, { headers: { 'X-Call-Id': 'failed-1' } });
  const [failed] = await proxy.line(/.*ERROR: ApiItem\.name 400.*/);
  assert.match(failed, /invalid object reference/);
  await octane.kill();
  await proxy.line(/lost/i);
  assert.equal(proxy.linesLike(/SUCCESS|POST \/ApiInfo/).length, 0, 'calls are for debug');
});

test('at debug: each call with its request cut at 1 kB, its result and time; each frame', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane, ['--log-level', 'debug']));
  const teapot = await octane.teapot();
  await proxy.post('/ApiItem/name', { objectPtr: { handle: teapot, type: 16 } }, { headers: { 'X-Call-Id': 'abc-1' } });
  const [call] = await proxy.line(/.*POST \/ApiItem\/name from 127\.0\.0\.1.*id=abc-1.*/);
  assert.ok(call.includes(teapot), `the request is not in: ${call}`);
  await proxy.line(/SUCCESS: ApiItem\.name 200 \d+(\.\d+)? ms/);
  await proxy.post('/ApiItem/nmae', {});
  await proxy.line(/ERROR: ApiItem\.nmae 404/);
  const from = proxy.lines.length;
  await proxy.post('/ApiItem/setName', { objectPtr: { handle: teapot, type: 16 }, name: 'long'.repeat(5000) });
  await proxy.line(/SUCCESS: ApiItem\.setName/, { from });
  const longest = Math.max(...proxy.lines.slice(from).map((line) => line.length));
  assert.ok(longest < 2000, `a line of ${longest} characters`);
  const viewer = started(proxy.watch('?format=jpeg'));
  await viewer.frames(2);
  await proxy.line(/frame.*64x32|frame.*64×32|frame.*width=64/i);
});

test('no level shows pixels, and a request cannot forge a line', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0 }), { release: 'beta2' }));
  const proxy = started(await Proxy.start(octane, ['--log-level', 'trace']));
  await proxy.call('ApiRenderEngine/grabRenderResult');
  await proxy.call('ApiRenderEngine/releaseRenderResult');
  const viewer = started(proxy.watch(''));
  await viewer.type('connected');
  await octane.sendFrame();
  await viewer.frames(1);
  assert.ok(proxy.lines.every((line) => !/[A-Za-z0-9+/]{2000}/.test(line)), 'base64 in the log');
  const from = proxy.lines.length;
  await proxy.post('/ApiItem/nmae', '{"name":"x\\ny"}', { headers: { 'X-Call-Id': 'forge\tnew' } });
  await proxy.post('/ApiItem/na%0aFORGED%20line', {});
  await proxy.line(/FORGED line/, { from });
  assert.equal(proxy.linesLike(/^FORGED/).length, 0);
});

test('--log-format json writes the same facts as one object a line', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane, ['--log-format', 'json', '--log-level', 'debug']));
  await proxy.post('/ApiInfo/octaneVersion', {}, { headers: { 'X-Call-Id': 'json-1' } });
  await proxy.line(/SUCCESS: ApiInfo\.octaneVersion/);
  const lines = proxy.err.trim().split('\n').map((line) => JSON.parse(line));
  assert.ok(lines.length >= 3);
  for (const line of lines) {
    assert.ok(['trace', 'debug', 'info', 'warn', 'warning', 'error'].includes(line.level), JSON.stringify(line));
    assert.ok(Object.values(line).some((value) => typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/.test(value)));
  }
  assert.ok(lines.some((line) => JSON.stringify(line).includes('json-1')));
});

test('--log-level off is silent but for the address, and --log-file gets the lines too', async (t) => {
  const started = cleanup(t);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const port = await freePort();
  const silent = started(await Proxy.start(null, ['--log-level', 'off'], { octanePort: port }));
  await silent.post('/ApiItem/name', {});
  await silent.stop();
  assert.equal(silent.err, '');
  assert.match(silent.out, /^listening on http:\/\/127\.0\.0\.1:\d+\n$/);
  const file = path.join(directory, 'proxy.log');
  const proxy = started(await Proxy.start(null, ['--log-file', file], { octanePort: port }));
  await proxy.post('/ApiItem/name', {});
  await proxy.stop();
  assert.match(readFileSync(file, 'utf8'), /ERROR: ApiItem\.name 500/);
  assert.match(proxy.err, /ERROR: ApiItem\.name 500/);
});

test('on a full disk the log on stderr stays whole and says once that the file cannot be written, and nothing else fails', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, ['--log-format', 'json', '--log-file', '/dev/full'], { octanePort: await freePort() }));
  for (let i = 0; i < 5; i++) assert.equal((await proxy.post(`/ApiItem/name${i}`, {})).status, 404);
  assert.equal((await proxy.get('/livez')).status, 200);
  await proxy.line(/name4/);
  proxy.signal('SIGTERM');
  assert.deepEqual(await proxy.exit(), { code: 0, signal: null });
  const lines = proxy.err.trim().split('\n').map((line) => JSON.parse(line));
  const said = lines.filter((line) => JSON.stringify(line).includes('log file cannot be written'));
  assert.equal(said.length, 1);
  assert.equal(said[0].level, 'error');
  assert.match(JSON.stringify(said[0]), /No space left/);
  for (let i = 0; i < 5; i++) assert.ok(lines.some((line) => JSON.stringify(line).includes(`ApiItem.name${i} `)), `call ${i}`);
});

test('what repeats is counted instead of repeated', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, [], { octanePort: await freePort() }));
  const requests = [...Array(200)].map(() => ['/ApiItem/name', {}, 'same']);
  await proxy.pipeline(requests);
  await proxy.stop();
  const lines = proxy.linesLike(/ApiItem\.name/);
  assert.ok(lines.length >= 1 && lines.length < 100, `${lines.length} lines for 200 equal failures`);
  assert.match(proxy.err, /repeated/);
});

// More lines than the kernel, this process and the proxy together hold for a reader that reads nothing.
async function stopReadingLog(proxy) {
  proxy.child.stderr.pause();
  for (let round = 0; round < 12; round++) {
    const answers = await proxy.pipeline([...Array(1000)].map((_, i) => ['/ApiItem/name', { filler: 'x'.repeat(900) }, `r${round}-${i}`]));
    assert.ok(answers.every(({ status }) => status === 500), 'each call is answered as ever');
  }
}

test('whoever does not read stderr holds up nothing, and hears later how many lines were lost', async (t) => {
  const started = cleanup(t);
  const proxy = started(await Proxy.start(null, ['--log-level', 'debug'], { octanePort: await freePort() }));
  await stopReadingLog(proxy);
  assert.equal((await proxy.get('/livez')).status, 200);
  proxy.child.stderr.resume();
  await proxy.line(/Log lines were lost/); // from here on there is room again
  await proxy.post('/ApiItem/after', {}, { headers: { 'X-Call-Id': 'after-1' } });
  await proxy.line(/POST \/ApiItem\/after .*id=after-1/);
  const written = proxy.linesLike(/POST \/ApiItem\/name from .* id=r\d+-\d+ /).length;
  const lost = proxy.linesLike(/Log lines were lost/).reduce((sum, line) => sum + Number(/ lines=(\d+)/.exec(line)[1]), 0);
  assert.ok(lost > 0 && written + lost >= 12000, `of 12000 lines ${written} are written and ${lost} said to be lost`);
});

test('whoever does not read stderr does not hold the end either, and a log file has what stderr missed', async (t) => {
  const started = cleanup(t);
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-log-'));
  t.after(() => rmSync(directory, { recursive: true }));
  const file = path.join(directory, 'proxy.log');
  const proxy = started(await Proxy.start(null, ['--log-level', 'debug', '--log-file', file], { octanePort: await freePort() }));
  await stopReadingLog(proxy);
  const ended = new Promise((resolve) => proxy.child.once('exit', (code, signal) => resolve({ code, signal })));
  proxy.signal('SIGTERM');
  assert.deepEqual(await within(patience, 'the end of the proxy', ended), { code: 0, signal: null });
  proxy.child.stderr.resume();
  await proxy.exit();
  const whole = proxy.err.slice(0, proxy.err.lastIndexOf('\n') + 1);
  assert.ok(whole.length > 0 && readFileSync(file, 'utf8').startsWith(whole), 'the file has every line of stderr');
});
