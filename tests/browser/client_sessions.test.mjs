// In a browser: a whole session of each existing client, through its own transports, served by the proxy itself: connect, read the
// scene, watch, inspect, edit, save; then Octane is started anew, and the page is in step again by itself. The pages are in
// tests/web; their order of calls is that of the clients.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { launch, openPage } from '../support/browser.mjs';
import { cleanup, Proxy, releases, Standin } from '../support/octane.mjs';
import { projectDir } from '../support/program.mjs';
import { until } from '../support/wait.mjs';

const webRoot = path.join(projectDir, 'tests/web');
const rendering = ['--width', '96', '--height', '48', '--samples', '8'];
// Of the browser, not of the pages.
const ofBrowser = [/Synchronous XMLHttpRequest on the main thread is deprecated/];

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

// The session got exactly these refusals, the browser noted each of them, and nobody complained about anything else.
function onlyRefused(page, refusals) {
  const notes = page.complaints.filter((text) => !ofBrowser.some((known) => known.test(text)));
  const ofRefusals = refusals.map((refusal) => `the server responded with a status of ${refusal.slice(0, 3)}`);
  assert.deepEqual(page.refusals, refusals);
  assert.equal(notes.length, refusals.length, notes.join('\n'));
  for (const [i, note] of notes.entries()) assert.ok(note.includes(ofRefusals[i]), note);
}

// The page's newest picture is the renderer's, byte by byte.
async function showsTheNewestFrame(page, octane) {
  await until('the page shows the finished picture', async () => {
    const sent = await octane.frame();
    const shown = await page.evaluate(() => window.images.last.base64);
    return sent.samples === sent.maxSamples && shown === sent.data.toString('base64');
  });
}

for (const release of releases) {
  describe(`a session on ${release}`, () => {
    async function start(t, page) {
      const started = cleanup(t);
      const octane = started(await Standin.start(rendering, { release }));
      const proxy = started(await Proxy.start(octane, ['--web-root', webRoot]));
      const { nodes } = await octane.counters();
      return { started, octane, nodes, page: started(await openPage(browser, `${proxy.url}/${page}`)) };
    }

    // The same Octane again, at the same address, with a scene in which nothing has been edited.
    async function restart({ started, octane }) {
      await octane.kill();
      return started(await Standin.start(rendering, { release, port: octane.port }));
    }

    // After it the page has read everything anew by itself and shows the new Octane's picture.
    async function isInStepAgain({ page, nodes }, octane) {
      const again = await page.evaluate(() => window.resynced);
      isWholeScene(again.items, nodes);
      assert.deepEqual(again.value, { x: 0.7, y: 0.7, z: 0.7 });
      await showsTheNewestFrame(page, octane);
      return again;
    }

    function isWholeScene(items, nodes) {
      assert.equal(items.filter((item) => !item.isGraph).length, nodes);
      assert.ok(items.some((item) => item.name === 'teapot.obj'));
      assert.equal(items.find((item) => item.outType === 'PT_RENDERTARGET').pins.length, 12);
    }

    test('of octaneWeb: synchronous requests and EventSource', async (t) => {
      const stage = await start(t, 'octaneweb.html');
      const { octane, nodes, page } = stage;
      const done = await page.evaluate(() => window.session);
      assert.equal(done.health, 'ok');
      assert.equal(done.callbackId, 1);
      assert.equal(done.ping, true);
      isWholeScene(done.items, nodes);
      assert.equal(done.destinations, 1);
      assert.equal(done.cameraX, 8);
      assert.ok(done.movedLevel > done.firstLevel);
      assert.equal(done.attribute, 'AT_FLOAT3');
      assert.equal(done.set, true);
      assert.deepEqual(done.value, { x: 0.75, y: 0.125, z: 0.25 });
      assert.equal(done.missing, false);
      assert.equal(done.saved, true);
      assert.equal(done.project, 'session.ocs');
      assert.equal(done.status.stream_active, true);
      assert.equal(done.status.active_clients, 1);
      await showsTheNewestFrame(page, octane);
      await isInStepAgain(stage, await restart(stage));
      onlyRefused(page, ['404 /ApiSceneOutliner/setNodeVisibility']);
    });

    test('of octaneWebR: fetch and WebSocket', async (t) => {
      const stage = await start(t, 'octanewebr.html');
      const { octane, nodes, page } = stage;
      const done = await page.evaluate(() => window.session);
      assert.equal(done.health, 'ok');
      assert.equal(done.octane, 'connected');
      assert.ok(done.version >= 15000005);
      assert.ok(done.device.length > 0);
      isWholeScene(done.items, nodes);
      assert.equal(done.targetSet, true);
      assert.equal(done.firstType, 'IMAGE_TYPE_LDR_RGBA');
      assert.equal(done.cameraX, 8);
      assert.deepEqual(done.oneOf, ['float3_value', 'value']);
      assert.equal(done.set, true);
      assert.deepEqual(done.value, { x: 0.75, y: 0.125, z: 0.25 });
      assert.match(done.staleSays, /invalid object reference/);
      assert.match(done.state, /^RSTATE_/);
      assert.equal(done.saved, true);
      await showsTheNewestFrame(page, octane);
      const finished = async () => /^8\/8 \d+\.\d\d s finished$/.test(await page.evaluate(() => document.title));
      await until('the status bar shows samples, time and state', finished);
      const again = await isInStepAgain(stage, await restart(stage));
      assert.equal(again.targetSet, true);
      await until('the status bar lives again', finished);
      onlyRefused(page, ['500 /api/grpc/ApiItem/name']);
    });
  });
}
