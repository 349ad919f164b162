// End to end: what docs/api.md lists is what the proxy answers, member by member, and the calls of README.md do what they say.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { curl } from '../support/curl.mjs';
import { codeBlocks } from '../support/documents.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { projectDir } from '../support/program.mjs';
import { until } from '../support/wait.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

const page = (name) => readFileSync(path.join(projectDir, name), 'utf8');
const api = page('docs/api.md');

// The names in the first column of the table that follows the sentence, row by row: [["seq"], ["callbackId", "callback_id"], …].
function namesAfter(sentence) {
  const from = api.indexOf(sentence);
  assert.ok(from >= 0, `docs/api.md says "${sentence}"`);
  const rows = api.slice(from).split('\n').slice(1);
  const begin = rows.findIndex((row) => row.startsWith('|---'));
  const names = [];
  for (const row of rows.slice(begin + 1)) {
    if (!row.startsWith('|')) break;
    names.push([...row.split('|')[1].matchAll(/`([^`]+)`/g)].map(([, name]) => name));
  }
  return names.flat();
}

const differences = (seen, listed) => ({
  'not in docs/api.md': [...seen].filter((name) => !listed.includes(name)),
  'never seen': listed.filter((name) => !seen.has(name)),
});
const headerOf = (binary) => JSON.parse(binary.subarray(4, 4 + binary.readUInt32LE(0)).toString('utf8'));
const none = { 'not in docs/api.md': [], 'never seen': [] };

describe('docs/api.md is complete', () => {
  let octane;
  let proxy;
  before(async () => {
    octane = await Standin.start(pattern({ fps: 20 }));
    proxy = await Proxy.start(octane);
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  test('the tables have all members of newImage and of a picture, and no others', async (t) => {
    const seen = new Set();
    const ofPicture = new Set();
    const look = (message) => {
      for (const name of Object.keys(message)) seen.add(name);
      for (const image of message.render_images?.data ?? []) for (const name of Object.keys(image)) ofPicture.add(name);
    };
    look((await proxy.get('/render/frame.json?after=0&wait=40000')).json);
    await proxy.call('LiveLink/SetCamera', { fov: 41 });
    await proxy.call('ApiItem/setName', { objectPtr: { handle: await octane.teapot() }, name: 'pot' });
    look((await proxy.get('/render/frame.json')).json);  // stale: no update has followed
    for (const query of ['?format=both', '?format=jpeg']) {
      const viewer = proxy.watch(query);
      t.after(() => viewer.stop());
      look((await viewer.type('newImage')).data);
    }
    const socket = await WebSocketClient.open(`${proxy.url}/render/ws?motion=32,50`);
    t.after(() => socket.stop());
    await socket.message('a frame', (message) => message.binary);
    // Moves until it has been seen, so that no frame needs to come within the third of a second that a move counts for.
    const { binary } = await until('a frame in motion', () => {
      socket.send({ type: 'camera', fov: 40 });
      return socket.messages.find((message) => message.binary && headerOf(message.binary).motion);
    });
    look(headerOf(binary));
    seen.delete('type');
    const listed = namesAfter('Members of `newImage`.');
    assert.deepEqual(differences(seen, listed.filter((name) => name !== 'final')), none);
    assert.deepEqual(differences(ofPicture, namesAfter('Members of `render_images.data[]`.')), none);
  });

  test('the table has all members of /health', async () => {
    const { json } = await proxy.get('/health');
    const listed = namesAfter('Further members of `/health`:').concat('status', 'connected');
    assert.deepEqual(Object.keys(json).filter((name) => !listed.includes(name)), []);
    for (const part of ['octane', 'frames', 'queue']) {
      for (const name of Object.keys(json[part])) assert.match(api, new RegExp(`\`${name}\``), `${part}.${name}`);
    }
  });

  test('it names every header that may be sent and every one that pages may read', async () => {
    const allowed = (await curl(`${proxy.url}/ApiItem/name`, ['-X', 'OPTIONS'])).headers.get('access-control-allow-headers');
    const call = (await proxy.post('/ApiInfo/octaneVersion')).headers.get('access-control-expose-headers');
    const frame = (await proxy.get('/render/frame.raw')).headers.all('access-control-expose-headers').join(',');
    const names = new Set([allowed, call, frame].join(',').split(',').map((name) => name.trim()));
    assert.ok(names.size > 20, [...names].join(' '));
    assert.deepEqual([...names].filter((name) => !new RegExp(`[\` ]${name}[\`:, \n]`).test(api)), []);
  });

  test('it names every path that the proxy answers', () => {
    const routes = [...page('src/endpoints/routes.cpp').matchAll(/"(\/[^"]*)"/g)].map(([, route]) => route);
    assert.ok(routes.length > 20, routes.join(' '));
    // What one placeholder stands for is spelled out there; the suffixes of /render/frame stand beside it.
    const spelled = { '/api/{log}': ['/api/log', '/api/logClear'], '/{folder}/{file}': ['every other path'] };
    const asWritten = (route) => spelled[route] ??
      [route.replace(/\{(\w+)\}/g, '<$1>').replace(/^\/render\/frame\.\w+$/, '/render/frame')];
    const text = api.toLowerCase();
    assert.deepEqual(routes.flatMap(asWritten).filter((route) => !text.includes(route.toLowerCase())), []);
  });
});

test('the camera is moved without a WebSocket as docs/frames.md says', async (t) => {
  const octane = await Standin.start(pattern());
  t.after(() => octane.stop());
  const proxy = await Proxy.start(octane);
  t.after(() => proxy.stop());
  const line = codeBlocks('docs/frames.md', 'sh').find((block) => block.includes('SetCamera') && block.includes('target'));
  const url = proxy.url + /localhost:51023([^\s']*)/.exec(line)[1];
  const body = /-d '([^']*)'/.exec(line)[1];
  assert.equal((await curl(url, ['-X', 'POST', '-d', body])).json.success, true, line);
  const { position, target, fov } = await octane.camera();
  assert.deepEqual([position.x, position.y, position.z, target.y, fov], [5, 3, 5, 1, 45]);
  assert.equal((await octane.counters()).calls['ApiChangeManager/update'], 1);
});

test('the first calls of README.md answer as it says', async (t) => {
  const octane = await Standin.start(pattern());
  t.after(() => octane.stop());
  const proxy = await Proxy.start(octane);
  t.after(() => proxy.stop());
  await octane.hasFrame();
  const block = /## First calls\s[^]*?```sh\n([^]*?)```/.exec(page('README.md'))[1];
  const lines = block.trim().split('\n');
  assert.ok(lines.length >= 6, block);
  for (const line of lines) {
    if (line.includes(' -N ')) {
      const viewer = proxy.watch(/\/render\/stream([^']*)/.exec(line)[1]);
      t.after(() => viewer.stop());
      assert.equal((await viewer.type('newImage')).data.mime, 'image/jpeg');
      continue;
    }
    const url = proxy.url + /localhost:51023(\S*)/.exec(line)[1];
    const body = /-d '([^']*)'/.exec(line);
    const args = [...(line.includes('-XPOST') ? ['-X', 'POST'] : []), ...(body ? ['-d', body[1]] : [])];
    const answer = await curl(url, args);
    assert.equal(answer.status, 200, `${line}: ${answer.text.slice(0, 300)}`);
    if (line.includes('-XPOST')) assert.equal(answer.json.success, true, line);
  }
});
