// End to end: what keeps other sites' pages from showing, framing or embedding what the proxy serves; bounds of what comes back in headers.
// docs/api.md §2, §6.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { curl } from '../support/curl.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { Metrics } from '../support/metrics.mjs';

const evil = 'https://evil.example';
const embedded = (site, referer, mode = 'no-cors', dest = 'image') => ({
  headers: { 'Sec-Fetch-Site': site, 'Sec-Fetch-Mode': mode, 'Sec-Fetch-Dest': dest, ...(referer ? { Referer: referer } : {}) },
});

describe('guards', () => {
  let octane;
  let proxy;
  before(async () => {
    octane = await Standin.start(pattern());
    proxy = await Proxy.start(octane);
    await octane.hasFrame();
  });
  after(async () => {
    await proxy?.stop();
    await octane?.stop();
  });

  test('every answer says that its type is not to be guessed, who may frame it and who may embed it', async () => {
    const viewer = proxy.watch('?format=jpeg');
    const answers = [(await viewer.head), await proxy.get('/'), await proxy.get('/health'), await proxy.get('/nothing-here'),
      await proxy.post('/ApiInfo/octaneVersion', {}), await proxy.post('/ApiItem/nmae', {}), await proxy.get('/render/frame.png?wait=40000'),
      await curl(`${proxy.url}/health`, ['-X', 'DELETE']), await curl(`${proxy.url}/health`, ['-X', 'OPTIONS']),
      await proxy.get('/health', { headers: { Origin: evil } })];
    await viewer.stop();
    for (const { status, headers } of answers) {
      assert.deepEqual(headers.all('X-Content-Type-Options'), ['nosniff'], String(status));
      assert.deepEqual(headers.all('Content-Security-Policy'), ["frame-ancestors 'self'"], String(status));
      assert.equal(headers.all('Cross-Origin-Resource-Policy').length, 1, String(status));
    }
  });

  test('what a foreign page embeds is refused, streams and frames alike', async () => {
    for (const path of ['/render/mjpeg', '/render/frame.jpg', '/render/stream', '/', '/app.js', '/services', '/health', '/livez']) {
      for (const options of [embedded('cross-site', `${evil}/`), embedded('cross-site'), embedded('same-site', `${evil}/`),
        embedded('cross-site', `${evil}/`, 'navigate', 'iframe')]) {
        const answer = await proxy.get(path, options);
        assert.equal(answer.status, 403, `${path} ${JSON.stringify(options.headers)}`);
        assert.match(answer.json.error, /--allow-origin/);
        assert.equal(answer.headers.get('cross-origin-resource-policy') === 'cross-origin', false);
        assert.equal(answer.headers.get('access-control-allow-origin'), undefined);
      }
    }
    assert.equal((await proxy.get('/', embedded('cross-site', `${evil}/`, 'navigate', 'document'))).status, 200, 'a link');
    assert.equal((await proxy.get('/', embedded('none', undefined, 'navigate', 'document'))).status, 200);
    const near = await proxy.get('/render/frame.jpg', embedded('cross-site', 'http://192.168.1.7:3000/'));
    assert.equal(near.status, 200);
    assert.equal(near.headers.get('cross-origin-resource-policy'), 'cross-origin');
    assert.match(near.headers.get('vary'), /Origin.*Referer/);
    assert.equal((await proxy.get('/render/frame.jpg', embedded('same-origin', `${proxy.url}/`))).status, 200);
    await proxy.line(/https:\/\/evil\.example.*--allow-origin/);
    const metrics = new Metrics((await proxy.get('/metrics')).text);
    assert.ok(metrics.count('octane_proxy_http_refused_total', { reason: 'origin' }) >= 32);
  });

  test('--frame-ancestor names who else may frame the page', async (t) => {
    const started = cleanup(t);
    const framed = started(await Proxy.start(octane, ['--frame-ancestor', 'https://wiki.example']));
    const answer = await framed.get('/', embedded('cross-site', 'https://wiki.example/', 'navigate', 'iframe'));
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('content-security-policy'), "frame-ancestors 'self' https://wiki.example");
    assert.equal((await framed.get('/', embedded('cross-site', `${evil}/`, 'navigate', 'iframe'))).status, 403);
  });

  test('an X-Call-Id comes back only if it is short, whoever answers', async () => {
    const long = 'x'.repeat(60_000);
    for (const [path, args] of [['/nothing-here', []], ['/health', ['-X', 'DELETE']], ['/ApiItem/name', ['-d', '{}']],
      ['/health', ['-H', `Origin: ${evil}`]], ['/ApiItem/nmae', ['-d', '{}']]]) {
      const answer = await curl(`${proxy.url}${path}`, [...args, '-H', `X-Call-Id: ${long}`]);
      assert.ok((answer.headers.get('x-call-id') ?? '').length <= 128, path);
      assert.ok(answer.body.length < 4000, path);
      if (path === '/nothing-here') continue;
      const short = await curl(`${proxy.url}${path}`, [...args, '-H', 'X-Call-Id: mine-1']);
      assert.equal(short.headers.get('x-call-id') ?? short.json.callId, 'mine-1', path);
    }
  });

  test('X-Warnings stays far below what a reverse proxy takes, and is JSON', async () => {
    for (const count of [1, 3, 32]) {
      const body = Object.fromEntries([...Array(count)].map((_, i) => [`unknown_${i}_ü${'y'.repeat(200)}`, 1]));
      const answer = await proxy.post('/ApiInfo/octaneVersion?bare=1', body);
      assert.equal(answer.status, 200, answer.text);
      const warnings = answer.headers.get('x-warnings');
      assert.ok(warnings.length <= 1024, `${warnings.length} bytes`);
      assert.match(warnings, /^[\x20-\x7e]*$/);
      assert.ok(JSON.parse(warnings).length >= 1);
      if (count === 32) assert.match(JSON.parse(warnings).at(-1), /^\d+ more warnings$/);
    }
  });
});
