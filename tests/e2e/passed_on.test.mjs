// End to end: which headers go on to the upstream, and which stay here. docs/api.md §2.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const token = 'sesame-0815-do-not-pass-on';
const cookie = `octane_token=${token}`;
const bearer = `Bearer ${token}`;

let folder;
let server;
let proxy;
before(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), 'octane-passed-on-'));
  writeFileSync(path.join(folder, 'token'), `${token}\n`);
  server = await Example.start('lab');
  proxy = await Proxy.start(undefined, [...configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
forward-header = ["authorization", "cookie", "x-who", "referer"]
`), '--token', path.join(folder, 'token')]);
  await until('the upstream is connected', async () =>
    (await proxy.get('/lab/health', { headers: { Authorization: bearer } })).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true });
});

// What the upstream gets of the headers of a call: [authorization, cookie, x-who].
async function passedOn(query, headers) {
  const answer = await proxy.post(`/Lab/Store${query}`, {}, { headers });
  assert.equal(answer.status, 200, answer.text);
  const { metadata } = (await server.told()).seen.at(-1);
  assert.ok(!JSON.stringify(metadata).includes(token), JSON.stringify(metadata));
  return ['authorization', 'cookie', 'x-who'].map((name) => metadata[name]);
}

test('the token of the proxy goes no further, however it comes; what is meant for the upstream does', async () => {
  assert.deepEqual(await passedOn('', { Authorization: bearer, Cookie: 'a=b', 'X-Who': 'me' }), [undefined, 'a=b', 'me']);
  assert.deepEqual(await passedOn('', { Authorization: 'Bearer other', Cookie: `a=b; ${cookie}; c=d` }),
    ['Bearer other', 'a=b; c=d', undefined]);
  assert.deepEqual(await passedOn(`?token=${token}`, { Authorization: 'Basic YTpi', Cookie: 'octane_token=other' }),
    ['Basic YTpi', 'octane_token=other', undefined]);
  assert.deepEqual(await passedOn(`?token=${token}`, { Authorization: bearer, Cookie: cookie }), [undefined, undefined, undefined]);
  assert.deepEqual(await passedOn('', { Authorization: bearer, Connection: 'close, x-who', 'X-Who': 'me' }),
    [undefined, undefined, undefined]);
});

test('the address of the page goes on without the token that stands in it', async () => {
  const referer = async (address) => {
    await passedOn(`?token=${token}`, { Referer: address });
    return (await server.told()).seen.at(-1).metadata.referer;
  };
  assert.equal(await referer(`${proxy.url}/page?token=${token}&x=1`), `${proxy.url}/page`);
  assert.equal(await referer(`${proxy.url}/page?x=${encodeURIComponent(`/other?token=${token}`)}`), `${proxy.url}/page`);
  assert.equal(await referer(`${proxy.url}/page?token=other`), `${proxy.url}/page?token=other`);
});
