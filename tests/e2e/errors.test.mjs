// End to end: the rows of the error table that calls, HTTP and the surroundings can have: the status, and a message that names what is wrong and what would be right. Viewers: frame_forms.test.mjs. docs/api.md §2.

import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, describe, test } from 'node:test';

import { curl, runCurl } from '../support/curl.mjs';
import { cleanup, freePort, pattern, Proxy, Standin } from '../support/octane.mjs';
import { Socket } from '../support/socket.mjs';
import { patience, until, within } from '../support/wait.mjs';

// The shape of every error, and the words its sentence must hold.
function assertError(answer, status, name, code, ...words) {
  assert.equal(answer.status, status, answer.text.slice(0, 600));
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  const error = answer.json;
  assert.equal(error.success, false);
  assert.equal(typeof error.error, 'string');
  assert.ok(error.error.length > 0 && !error.error.includes('\n'), error.error);
  if (name !== undefined) {
    assert.equal(error.status, name, answer.text);
    assert.equal(error.code, code, answer.text);
  }
  for (const word of words) assert.ok(error.error.includes(word), `"${word}" is not in: ${error.error}`);
  return error;
}

describe('errors of a call', () => {
  let octane;
  let proxy;
  let teapot;
  const item = () => ({ objectPtr: { handle: teapot, type: 16 } });

  before(async () => {
    octane = await Standin.start(['--width', '64', '--height', '32', '--samples', '4'], { release: 'beta2' });
    proxy = await Proxy.start(octane, ['--max-body', '64KiB']);
    teapot = await octane.teapot();
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  test('a path that is not /<service>/<method> is 400', async () => {
    for (const path of ['/ApiItem', '/ApiItem/', '/ApiItem/name/more', '//name']) {
      assertError(await proxy.post(path, {}), 400, 'INVALID_ARGUMENT', 3, '/<service>/<method>');
    }
  });

  test('a body that is not JSON, or not an object, is 400', async () => {
    for (const body of ['{', 'name=teapot', '{"objectPtr":}', '{} {}', '\u0000']) {
      assertError(await proxy.post('/ApiItem/name', body), 400, 'INVALID_ARGUMENT', 3, 'JSON');
    }
    for (const body of ['"text"', '17', '[1,2]', 'true']) {
      assertError(await proxy.post('/ApiItem/name', body), 400, 'INVALID_ARGUMENT', 3, 'object');
    }
  });

  test('nesting without end is 400, not the end of the proxy', async () => {
    assertError(await proxy.post('/ApiItem/name', `{"objectPtr":${'['.repeat(30000)}`), 400, 'INVALID_ARGUMENT', 3);
    assertError(await proxy.post('/ApiItem/name', `${'{"objectPtr":'.repeat(4000)}1${'}'.repeat(4000)}`), 400, 'INVALID_ARGUMENT', 3);
    assert.deepEqual(await proxy.call('ApiItem/name', item()), { result: 'teapot.obj' });
  });

  test('a value that does not fit is 400 and the message names the field by its path', async () => {
    const cases = [
      ['ApiItem/name', { objectPtr: { handle: 'abc' } }, 'objectPtr.handle'],
      ['ApiItem/name', { objectPtr: { handle: -1 } }, 'objectPtr.handle'],
      ['ApiItem/name', { objectPtr: { handle: '18446744073709551616' } }, 'objectPtr.handle'],
      ['ApiItem/name', { objectPtr: { handle: 1, type: 'ApiTeapot' } }, 'objectPtr.type'],
      ['ApiItem/name', { objectPtr: 5 }, 'objectPtr'],
      ['ApiItem/setName', { ...item(), name: 5 }, 'name'],
      ['ApiItem/setPosition', { newPos: { x: 'left' } }, 'newPos.x'],
      ['ApiItem/hasAttr', { id: 3000000000 }, 'id'],
      ['ApiItemArray/get', { index: 1.5 }, 'index'],
      ['ApiItemArray/get', { index: -1 }, 'index'],
      ['ApiNode/create', { configurePins: 'perhaps' }, 'configurePins'],
      ['ApiRenderEngine/setAsyncTonemapRenderPasses', { tonemapPasses: { data: [0, 'RENDER_PASS_NOPE'] } }, 'tonemapPasses.data'],
    ];
    for (const [method, body, path] of cases) {
      assertError(await proxy.post(`/${method}`, body), 400, 'INVALID_ARGUMENT', 3, path);
    }
  });

  test('a wrong enum name is answered with names that exist', async () => {
    assertError(await proxy.post('/ApiItem/name', { objectPtr: { handle: 1, type: 'ApiItm' } }), 400, 'INVALID_ARGUMENT', 3,
      'ApiItm', 'ApiItem');
  });

  test('an unknown service or method is 404 and the nearest names are suggested', async () => {
    assertError(await proxy.post('/ApiItme/name', {}), 404, 'NOT_FOUND', 5, 'ApiItme', 'ApiItem');
    assertError(await proxy.post('/octaneapi.ApiNoed/pinCount', {}), 404, 'NOT_FOUND', 5, 'ApiNode');
    assertError(await proxy.post('/ApiItem/nmae', {}), 404, 'NOT_FOUND', 5, 'nmae', 'name');
    assertError(await proxy.post('/LiveLink/GetCamra', {}), 404, 'NOT_FOUND', 5, 'GetCamera');
  });

  test('a method that streams cannot be called, and the message says what to do instead', async () => {
    const answer = await proxy.post('/StreamCallback/callbackChannel', {});
    assert.ok([400, 501].includes(answer.status), answer.text);
    assertError(answer, answer.status, undefined, undefined, '/render/stream');
  });

  test('a wrong verb is 405 with Allow', async () => {
    const verbs = [['GET', '/ApiItem/name', 'POST'], ['DELETE', '/ApiItem/name', 'POST'], ['PUT', '/ApiItem/name', 'POST'],
      ['POST', '/health', 'GET'], ['DELETE', '/livez', 'GET'], ['POST', '/render/stream', 'GET'],
      ['GET', '/render/ping-client', 'POST'], ['GET', '/render/register-callback', 'DELETE'],
      ['GET', '/render/register-callback', 'POST']];
    for (const [verb, path, allowed] of verbs) {
      const answer = await curl(`${proxy.url}${path}`, ['-X', verb]);
      assertError(answer, 405, undefined, undefined);
      const allow = answer.headers.get('allow').split(/,\s*/);
      assert.ok(allow.includes(allowed), `${verb} ${path}: Allow: ${allow}`);
      assert.ok(!allow.includes(verb), `${verb} ${path}: Allow: ${allow}`);
    }
  });

  test('an unknown path is 404', async () => {
    assertError(await proxy.get('/nothing-here'), 404, 'NOT_FOUND', 5);
  });

  test('a body over --max-body is 413, announced or not, and names the limit and the option', async () => {
    const body = JSON.stringify({ ...item(), name: 'x'.repeat(65 * 1024) });
    assertError(await proxy.post('/ApiItem/setName', body), 413, 'RESOURCE_EXHAUSTED', 8, '--max-body', '65536');
    assertError(await proxy.post('/ApiItem/setName', body, { headers: { 'Transfer-Encoding': 'chunked' } }), 413,
      'RESOURCE_EXHAUSTED', 8, '--max-body');
    assertError(await proxy.post('/ApiItem/setName', 'y'.repeat(3 << 20)), 413, 'RESOURCE_EXHAUSTED', 8, '--max-body');
    const fits = JSON.stringify({ ...item(), name: 'x'.repeat(60 * 1024) });
    assert.equal((await proxy.post('/ApiItem/setName', fits)).status, 200);
    assert.equal((await proxy.call('ApiItem/name', item())).result.length, 60 * 1024);
    await proxy.call('ApiItem/setName', { ...item(), name: 'teapot.obj' });
  });

  test('a call that is refused anyway is refused by its head: no large body, nor one of unknown size, is waited for', async (t) => {
    const started = cleanup(t);
    const { host } = started(await Proxy.start(octane)); // with the usual bound of bodies
    for (const [path, status] of [['/ApiItem/nmae', 404], ['/LiveLink/GetFile', 403], ['/api/grpc/ApiItem/nmae', 500], ['/api/grpc/LiveLink/GetFile', 500],
      ['/ApiItem/name?widht=1', 400]]) {
      for (const body of ['Content-Length: 65537', 'Transfer-Encoding: chunked']) {
        const socket = started(await Socket.open(host));
        socket.write(`POST ${path} HTTP/1.1\r\nHost: ${host}\r\n${body}\r\n\r\n`);
        await within(patience, `an answer to ${path} with ${body}`, socket.closed);
        assert.match(socket.text, new RegExp(`^HTTP/1\\.1 ${status} `), path);
        assert.match(socket.text, /^X-Call-Id: /m, path);
      }
    }
  });

  test('what is not HTTP is 400 and the connection is closed', async (t) => {
    const started = cleanup(t);
    for (const garbage of ['hello\r\n\r\n', 'POST /ApiItem/name HTTP/9.9\r\nHost: localhost\r\n\r\n',
      `POST / HTTP/1.1\r\nHost: ${proxy.host}\r\nContent-Length: many\r\n\r\n`]) {
      const socket = started(await Socket.open(proxy.host));
      socket.write(garbage);
      await within(patience, `the end of the connection after ${garbage}`, socket.closed);
      assert.match(socket.text, /^HTTP\/1\.1 400 /, garbage);
      assert.match(socket.text, /"success":false/);
    }
  });

  test('headers without measure are 431', async () => {
    const answer = await curl(`${proxy.url}/livez`, ['-H', `X-Long: ${'z'.repeat(100 * 1024)}`]);
    assertError(answer, 431, 'RESOURCE_EXHAUSTED', 8);
  });

  test('every gRPC status has its HTTP status, and Octane\'s own text is kept word for word', async () => {
    const table = [
      ['INVALID_ARGUMENT', 3, 400], ['FAILED_PRECONDITION', 9, 400], ['OUT_OF_RANGE', 11, 400], ['UNAUTHENTICATED', 16, 401],
      ['PERMISSION_DENIED', 7, 403], ['NOT_FOUND', 5, 404], ['ALREADY_EXISTS', 6, 409], ['ABORTED', 10, 409],
      ['RESOURCE_EXHAUSTED', 8, 429], ['CANCELLED', 1, 499], ['UNKNOWN', 2, 500], ['INTERNAL', 13, 500], ['DATA_LOSS', 15, 500],
      ['UNAVAILABLE', 14, 500], ['DEADLINE_EXCEEDED', 4, 504],
    ];
    for (const [name, code, http] of table) {
      const text = `the renderer's words for ${name}, "quoted": 50 %`;
      await octane.fail('ApiItem/isNode', name, text);
      assertError(await proxy.post('/ApiItem/isNode', item()), http, name, code, text);
    }
    await octane.fail('ApiItem/isNode', 'UNIMPLEMENTED', '');
    assertError(await proxy.post('/ApiItem/isNode', item()), 501, 'UNIMPLEMENTED', 12);
    await octane.clear();
    assert.deepEqual(await proxy.call('ApiItem/isNode', item()), { result: true });
  });

  test('the natural causes give the same', async () => {
    assertError(await proxy.post('/ApiItem/name', { objectPtr: { handle: '18446744073709551615', type: 16 } }), 400,
      'INVALID_ARGUMENT', 3, 'invalid object reference');
  });

  test('an error carries the call id and shows it in the header too', async () => {
    const answer = await proxy.post('/ApiItem/nmae', {}, { headers: { 'X-Call-Id': 'oops-7' } });
    assert.equal(answer.json.callId, 'oops-7');
    assert.equal(answer.headers.get('x-call-id'), 'oops-7');
    const made = await proxy.post('/ApiItem/name', {});
    assert.ok(made.json.callId.length > 0);
    assert.equal(made.headers.get('x-call-id'), made.json.callId);
  });

  test('a deadline that passes is 504, however it was set', async (t) => {
    t.after(() => octane.clear());
    // Its own deadline is longer than what a test waits for an answer.
    const patient = cleanup(t)(await Proxy.start(octane, ['--timeout', '10m']));
    await octane.stall('ApiItem/isLinker', 600000);
    for (const headers of [{ 'X-Timeout': '150ms' }, { 'X-Timeout': '0.15s' }, { 'grpc-timeout': '150m' },
      { 'Connect-Timeout-Ms': '150' }]) {
      assertError(await patient.post('/ApiItem/isLinker', item(), { headers }), 504, 'DEADLINE_EXCEEDED', 4);
    }
  });

  test('a client that goes away cancels its call', async () => {
    await octane.stall('ApiItem/hasOwner', 20000);
    const before = (await octane.counters()).cancelled;
    const { child, done } = runCurl(['-X', 'POST', '-d', JSON.stringify(item()), `${proxy.url}/ApiItem/hasOwner`]);
    await until('the call is at the stand-in', async () => (await octane.counters()).calls['ApiItem/hasOwner'] >= 1);
    child.kill('SIGKILL');
    await done;
    await until('the stand-in sees it cancelled', async () => (await octane.counters()).cancelled > before);
    await octane.clear();
    assert.deepEqual(await proxy.call('ApiItem/name', item()), { result: 'teapot.obj' });
  });

  test('a client that only ends its own half of the connection, as nc -N does, gets its answer', async () => {
    const { hostname, port } = new URL(proxy.url);
    const body = JSON.stringify(item());
    await octane.stall('ApiItem/name', 500);
    for (const version of ['1.0', '1.1']) {
      const socket = net.connect({ host: hostname, port: Number(port), allowHalfOpen: true });
      socket.setEncoding('latin1').end(`POST /ApiItem/name HTTP/${version}\r\nHost: localhost\r\nConnection: close\r\n`
        + `Content-Length: ${body.length}\r\n\r\n${body}`);
      let text = '';
      for await (const piece of socket) text += piece;
      const [, status] = text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, '').match(/^HTTP\/1\.1 (\d+) /);
      assert.equal(status, '200', text);
      assert.ok(text.includes('teapot.obj'), text);
    }
    await octane.clear();
  });
});

describe('errors of the surroundings', () => {
  test('without Octane calls are 500 UNAVAILABLE with the address, and other surfaces 503', async (t) => {
    const started = cleanup(t);
    const port = await freePort();
    const proxy = started(await Proxy.start(null, [], { octanePort: port }));
    // It does not wait for the deadline, which is longer than what a test waits for an answer.
    assertError(await proxy.post('/ApiItem/name', {}, { headers: { 'X-Timeout': '5m' } }), 500, 'UNAVAILABLE', 14, `127.0.0.1:${port}`);
    for (const path of ['/health', '/readyz?octane=1']) assert.equal((await proxy.get(path)).status, 503, path);
    assert.equal((await proxy.post('/render/register-callback')).status, 500);
    assert.equal((await proxy.get('/livez')).status, 200);
  });

  test('a connection that breaks during a call makes it 500 UNAVAILABLE', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane));
    const teapot = await octane.teapot();
    await octane.stall('ApiItem/name', 20000);
    const pending = proxy.post('/ApiItem/name', { objectPtr: { handle: teapot, type: 16 } });
    await until('the call is at the stand-in', async () => (await octane.counters()).calls['ApiItem/name'] >= 1);
    await octane.kill();
    assertError(await pending, 500, 'UNAVAILABLE', 14);
  });

  test('a method of the other release is 501 and the message says which release has it', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern(), { release: 'beta2' }));
    const proxy = started(await Proxy.start(octane, ['--api', 'alpha5']));
    assertError(await proxy.post('/ApiRenderEngine/hardwareRayTracingEnabled', {}), 501, 'UNIMPLEMENTED', 12, 'alpha5');
    assertError(await proxy.post('/ApiControl/getWebRTCStatus', {}), 501, 'UNIMPLEMENTED', 12, 'beta2 has it');
  });

  test('a message over --max-message is 502 and names the limit and the option', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 5, width: 256, height: 128 }), { release: 'beta2' }));
    await octane.hasFrame();
    const proxy = started(await Proxy.start(octane, ['--max-message', '64KiB']));
    assertError(await proxy.post('/ApiRenderEngine/grabRenderResult', {}), 502, 'RESOURCE_EXHAUSTED', 8, '--max-message', '65536');
    assert.ok((await proxy.call('ApiInfo/octaneVersion')).result > 0);
  });

  test('--timeout is the deadline of calls that set none', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane, ['--timeout', '200ms']));
    await octane.stall('ApiInfo/octaneName', 20000); // it would be answered before the 30 s that are the default
    assertError(await proxy.post('/ApiInfo/octaneName', {}), 504, 'DEADLINE_EXCEEDED', 4);
    await octane.clear();
  });

  test('denied methods are 403 with their reason; --allow lets them through and --deny adds more', async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern()));
    const proxy = started(await Proxy.start(octane));
    for (const method of ['LiveLink/GetFile', 'LiveLinkService/GetFile', 'livelinkapi.LiveLinkService/GetFile']) {
      assertError(await proxy.post(`/${method}`, { filepath: '/etc/hostname' }), 403, 'PERMISSION_DENIED', 7, 'file', '--allow');
    }
    for (const method of ['ApiImageComponent/create', 'ApiGeometryExporter/create', 'ApiRenderEngine/asyncTonemapBufferType']) {
      assertError(await proxy.post(`/${method}`, {}), 403, 'PERMISSION_DENIED', 7, 'crash');
    }
    assert.equal((await octane.counters()).calls['LiveLink/GetFile'] ?? 0, 0);
    const other = started(await Proxy.start(octane, ['--allow', 'LiveLink/GetFile', '--deny', 'ApiItem/set*']));
    await other.post('/LiveLink/GetFile', { filepath: 'nothing' });
    assert.equal((await octane.counters()).calls['LiveLink/GetFile'], 1);
    assertError(await other.post('/ApiItem/setName', {}), 403, 'PERMISSION_DENIED', 7, 'ApiItem');
    assert.notEqual((await other.post('/ApiItem/name', {})).status, 403);
  });
});
