// End to end: behind a real nginx that is set up word for word as NETWORKING.md says; only names, ports and files are others.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { writeCertificate } from '../support/certificate.mjs';
import { get, post } from '../support/curl.mjs';
import { codeBlocks } from '../support/documents.mjs';
import { Nginx } from '../support/nginx.mjs';
import { pattern, Proxy, Standin } from '../support/octane.mjs';
import { Viewer } from '../support/viewer.mjs';
import { WebSocketClient } from '../support/web_socket.mjs';

const name = 'render.example.org';
const recipe = codeBlocks('NETWORKING.md', 'nginx').find((block) => block.includes(`server_name ${name}`));

describe('the nginx of NETWORKING.md', () => {
  let directory;
  let octane;
  let proxy;
  let nginx;
  let site;
  let trust;
  before(async () => {
    directory = mkdtempSync(path.join(tmpdir(), 'octane-nginx-test-'));
    const { cert, key } = writeCertificate(directory, [`DNS:${name}`]);
    octane = await Standin.start(pattern({ fps: 10 }));
    proxy = await Proxy.start(octane, ['--allow-origin', `https://${name}`]);
    nginx = await Nginx.start((port) => {
      let text = recipe;
      for (const [from, to] of [['127.0.0.1:51023', proxy.host], ['listen 443 ', `listen 127.0.0.1:${port} `],
        ['/etc/ssl/render.pem', cert], ['/etc/ssl/render.key', key]]) {
        assert.ok(text.includes(from), `${from} stands in NETWORKING.md`);
        text = text.replaceAll(from, to);
      }
      return text;
    });
    site = `https://${name}:${nginx.port}`;
    trust = ['--cacert', cert, '--resolve', `${name}:${nginx.port}:127.0.0.1`];
  });
  after(async () => {
    await nginx?.stop();
    await proxy?.stop();
    await octane?.stop();
    rmSync(directory, { recursive: true });
  });

  test('calls pass, large requests too, and failures are those of the proxy', async () => {
    const version = await post(`${site}/ApiInfo/octaneVersion`, {}, { args: trust, headers: { Origin: `https://${name}` } });
    assert.equal(version.json.success, true);
    assert.equal(version.headers.get('access-control-allow-origin'), `https://${name}`);
    const large = await post(`${site}/ApiItem/name`, { nothing: 'x'.repeat(4 << 20) }, { args: trust });
    assert.equal(large.status, 400);
    assert.equal(large.json.status, 'INVALID_ARGUMENT');
  });

  test('over HTTP/2 events come one by one', async (t) => {
    const viewer = new Viewer(`${site}/render/stream?format=jpeg`, { args: [...trust, '--http2'] });
    t.after(() => viewer.stop());
    await viewer.frames(3);
    assert.match((await viewer.head).headers.get('content-type'), /^text\/event-stream/);
  });

  for (const where of ['/render/ws?format=jpeg', '/api/callbacks']) {
    test(`${where} becomes a WebSocket`, async (t) => {
      const socket = await WebSocketClient.open(`wss://127.0.0.1:${nginx.port}${where}`, {
        headers: { Host: name, Origin: `https://${name}` }, ca: readFileSync(path.join(directory, 'cert.pem')), servername: name });
      assert.ok(socket instanceof WebSocketClient, JSON.stringify(socket));
      t.after(() => socket.stop());
      socket.send({ type: 'ping' });
      await socket.message('a pong', ({ json }) => json?.type === 'pong');
    });
  }

  // How long it really waits is tried by hand: a test that lasts five minutes is run by nobody.
  test('waits longer than the longest deadline of a call and the longest silence of a stream', () => {
    const locations = [...recipe.matchAll(/location ([^{]+) \{([^}]*)\}/g)].map(([, where, rules]) => {
      const [, number, unit] = /proxy_read_timeout (\d+)(s|m|h);/.exec(rules) ?? [undefined, 60, 's'];
      return { where, seconds: number * { s: 1, m: 60, h: 3600 }[unit] };
    });
    assert.ok(locations.length >= 3);
    for (const { where, seconds } of locations) assert.ok(seconds > 300, `${where} is cut after ${seconds} s`);
  });

  test('while the proxy is away nginx says 502, and then all is as before', async () => {
    const { port } = new URL(proxy.url);
    await proxy.stop();
    assert.equal((await get(`${site}/health`, { args: trust })).status, 502);
    proxy = await Proxy.start(octane, ['--allow-origin', `https://${name}`, '--port', port]);
    assert.equal((await get(`${site}/health`, { args: trust })).status, 200);
  });
});
