// End to end: an option that a path does not have is refused, wherever it is given, and what clients add against caches is not. docs/api.md §2.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { Parts } from '../support/parts.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

describe('options of a query', () => {
  let octane;
  let proxy;
  before(async () => {
    octane = await Standin.start(pattern({ fps: 10 }));
    proxy = await Proxy.start(octane);
    await octane.hasFrame();
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  const misspelt = [
    ['GET', '/render/frame.jpg?widht=640', 'width'], ['GET', '/render/frame?afer=1', 'after'], ['GET', '/render/stream?fromat=jpeg', 'format'],
    ['GET', '/render/mjpeg?Quality=3', 'quality'], ['POST', '/ApiInfo/octaneVersion?default=1', 'defaults'],
    ['GET', '/health?tokn=x', 'token'], ['GET', '/metrics?verbose=1', 'none'], ['GET', '/services/ApiItem?depth=2', 'none'],
  ];
  for (const [verb, url, word] of misspelt) {
    test(`${verb} ${url} is 400 and says ${word}`, async () => {
      const answer = verb === 'GET' ? await proxy.get(url) : await proxy.post(url, {});
      assert.equal(answer.status, 400, answer.text.slice(0, 200));
      assert.match(answer.json.error, new RegExp(`^there is no option \\?${/\?(\w+)=/.exec(url)[1]}= here; .*\\b${word}\\b`));
    });
  }

  test('octaneWebR is told so in its own way', async () => {
    const answer = await proxy.post('/api/grpc/ApiInfo/octaneVersion?defaults=1', {});
    assert.equal(answer.status, 500);
    assert.match(answer.json.error, /^3 INVALID_ARGUMENT: there is no option \?defaults= here; this path takes none/);
  });

  test('a call that is refused for its query is not carried out, and has its id', async () => {
    const asked = async () => (await octane.counters()).calls['ApiChangeManager/update'] ?? 0;
    const before = await asked();
    const answer = await proxy.post('/ApiChangeManager/update?bear=1', {}, { headers: { 'X-Call-Id': 'mine' } });
    assert.equal(answer.status, 400);
    assert.equal(answer.json.callId, 'mine');
    assert.equal(answer.headers.get('x-call-id'), 'mine');
    assert.equal(await asked(), before);
  });

  test('a WebSocket is refused for its query before it is one', async () => {
    const refusal = await WebSocketClient.open(`${proxy.url}/render/ws?motoin=640,60`);
    assert.equal(refusal.status, 400);
    assert.match(refusal.text, /did you mean motion\?/);
    const words = await WebSocketClient.open(`${proxy.url}/render/ws?format=gif`);
    assert.match(words.text, /it takes jpeg, png, webp, raw or exr"/);
  });

  test('a camera message without members is answered with those that there are', async (t) => {
    const socket = await WebSocketClient.open(`${proxy.url}/render/ws`);
    t.after(() => socket.stop());
    socket.send({ type: 'camera' });
    const { json } = await socket.message('an error', (message) => message.json?.type === 'error');
    assert.match(json.error, /position, target, up, fov/);
    assert.equal((await octane.counters()).calls['LiveLink/SetCamera'] ?? 0, 0);
  });

  test('what pages and libraries add against caches passes', async (t) => {
    for (const query of ['_=1732666000123', 't=1732666000', '1732666000', '0.8436', 'token=nothing']) {
      assert.equal((await proxy.get(`/render/frame.jpg?wait=40000&${query}`)).status, 200, query);
      assert.equal((await proxy.get(`/health?${query}`)).status, 200, query);
      assert.equal((await proxy.post(`/ApiInfo/octaneVersion?${query}`, {})).status, 200, query);
    }
    const parts = new Parts(`${proxy.url}/render/mjpeg?again=1732666000`);
    t.after(() => parts.stop());
    await parts.part(1);
  });
});
