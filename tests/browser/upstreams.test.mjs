// In a browser: the page of several Octanes has a switch, and the page of streams shows pictures of any upstream.

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { launch, openPage, waitForState } from '../support/browser.mjs';
import { configFile } from '../support/config_file.mjs';
import { Example, examples } from '../support/example.mjs';
import { convert } from '../support/images.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

test('the page shows the Octane that is chosen', async (t) => {
  const started = cleanup(t);
  const one = started(await Standin.start(pattern({ width: 64, height: 32 })));
  const two = started(await Standin.start(pattern({ width: 48, height: 24 }), { release: 'beta2' }));
  const proxy = started(await Proxy.start(undefined, configFile(`
[upstream.one]
kind = "octane"
address = "127.0.0.1:${one.port}"
[upstream.two]
kind = "octane"
address = "127.0.0.1:${two.port}"
`)));
  const page = started(await openPage(browser, `${proxy.url}/`));
  const size = () => page.evaluate(() => [document.querySelector('#picture').width, document.querySelector('#picture').height]);
  await waitForState(page, 'live');
  assert.deepEqual(await size(), [64, 32]);
  await page.waitForSelector('#upstream-switch:not([hidden])');
  await page.selectOption('#upstream', 'two');
  await until('the other picture is shown', async () => String(await size()) === '48,24');
  assert.match(page.url(), /upstream=two/);
  assert.equal(await page.inputValue('#upstream'), 'two');
  assert.deepEqual(page.complaints, []);
});

test('one Octane has no switch', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane));
  const page = started(await openPage(browser, `${proxy.url}/`));
  await waitForState(page, 'live');
  assert.ok(await page.isHidden('#upstream-switch'));
});

test('the page of streams shows a camera, and what is wrong with a request', async (t) => {
  const started = cleanup(t);
  const camera = started(await Example.start('rc_visard', ['--width', '40', '--height', '30']));
  const proxy = started(await Proxy.start(undefined, configFile(`
[upstream.visard]
address = "${camera.address}"
proto-path = ["${path.join(examples, 'rc_visard/proto')}"]
`)));
  await until('the upstream is connected', async () => (await proxy.get('/visard/health')).status === 200);
  const page = started(await openPage(browser, `${proxy.url}/streams.html`));
  await page.waitForFunction(() => document.querySelector('#method').options.length === 1);
  await page.selectOption('#field', 'left.data');
  await page.fill('#request', '{"left_enabled":true}');
  await page.click('#start');
  await page.waitForFunction(() => document.querySelector('#shown').naturalWidth === 40 && document.querySelector('#shown').naturalHeight === 30);
  const first = await page.getAttribute('#shown', 'src');
  await page.waitForFunction((before) => document.querySelector('#shown').src !== before, first);
  assert.equal((await camera.told()).open_streams, 1);
  await page.click('#stop');
  await until('the stream has ended', async () => (await camera.told()).open_streams === 0);
  await page.fill('#request', '{"left_enabled":5}');
  await page.click('#start');
  await waitForState(page, 'failed');
  assert.match(await page.textContent('#state'), /left_enabled/);
  assert.deepEqual(page.complaints.filter((text) => !text.includes('400')), []);
});

// Servers whose pictures are files already, in a list, and whose package is `name`.
function filmOf(t, name, jpeg) {
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-films-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(path.join(folder, 'film.proto'), `
syntax = "proto3";
package ${name};
message Nothing {}
message Picture { bytes jpeg = 1; }
message Shot { repeated Picture pictures = 1; }
service ${name[0].toUpperCase()}${name.slice(1)} { rpc Play(Nothing) returns (stream Shot); }
`);
  const answer = JSON.stringify({ pictures: [{ jpeg: jpeg.toString('base64') }] });
  return (port) => Example.start('any', ['--proto', folder, '--answer', answer, '--reflection', 'v1'], { port });
}

test('streams of several upstreams stand side by side; one that is away is named, and is there when it comes', async (t) => {
  const started = cleanup(t);
  const jpeg = await convert(['-size', '24x16', 'xc:red'], 'jpeg');
  const camera = started(await Example.start('rc_visard', ['--width', '40', '--height', '30']));
  const film = started(await filmOf(t, 'film', jpeg)(0));
  const startLate = filmOf(t, 'late', jpeg);
  const reserved = await startLate(0);
  await reserved.kill();
  const proxy = started(await Proxy.start(undefined, configFile(`
[upstream.camera]
address = "${camera.address}"
proto-path = ["${path.join(examples, 'rc_visard/proto')}"]
[upstream.late]
address = "127.0.0.1:${reserved.port}"
[upstream.film]
address = "${film.address}"
`)));
  const page = started(await openPage(browser, `${proxy.url}/streams.html`));
  const titles = () => page.$$eval('#method option', (options) => options.map(({ textContent }) => textContent));
  const faults = () => page.textContent('#faults');
  await until('the two that are there are listed', async () => (await titles()).length === 2);
  assert.deepEqual(await titles(), ['camera: ImageInterface.StreamImageSets', 'film: Film.Play']);
  await until('the one that is away is named', async () => /late: Upstream late cannot be reached/.test(await faults()));

  await page.selectOption('#method', { label: 'film: Film.Play' });
  assert.deepEqual(await page.$$eval('#field option', (options) => options.map(({ textContent }) => textContent)), ['pictures[0].jpeg']);
  assert.equal(await page.inputValue('#picture-format'), '');
  await page.click('#start');
  await page.waitForFunction(() => document.querySelector('#shown').naturalWidth === 24 && document.querySelector('#shown').naturalHeight === 16);
  await page.fill('#request', '{ }');

  const late = started(await startLate(reserved.port));
  await until('it is listed when it has come', async () => (await titles()).includes('late: Late.Play'));
  await until('it is named no longer', async () => await page.isHidden('#faults'));
  assert.equal(await page.$eval('#method', (select) => select.selectedOptions[0].textContent), 'film: Film.Play');
  assert.equal(await page.inputValue('#request'), '{ }', 'what was written stands');
  assert.equal((await film.told()).open_streams, 1, 'the stream goes on');

  await page.selectOption('#method', { label: 'camera: ImageInterface.StreamImageSets' });
  await page.selectOption('#field', 'left.data');
  assert.equal(await page.inputValue('#picture-format'), 'jpeg');
  await page.fill('#request', '{"left_enabled":true}');
  await page.click('#start');
  await page.waitForFunction(() => document.querySelector('#shown').naturalWidth === 40 && document.querySelector('#shown').naturalHeight === 30);
  await page.click('#stop');

  await late.kill();
  await until('one that has gone is named', async () => /late: Upstream late/.test(await faults()));
  assert.ok((await titles()).includes('late: Late.Play'), 'what it said of itself is known');
  assert.deepEqual(page.complaints, []);
});
