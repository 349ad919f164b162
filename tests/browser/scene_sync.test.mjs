// In a browser: a page reads a scene of 2 000 nodes by sequential calls, as both clients do after connecting. How long it takes is
// measured by tools/bench/sync.mjs; here it must only be complete.

import assert from 'node:assert/strict';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { BareBrowser } from '../support/bare_browser.mjs';
import { launch, openPage } from '../support/browser.mjs';
import { cleanup, Proxy, releases, Standin } from '../support/octane.mjs';
import { projectDir } from '../support/program.mjs';

let browser;
before(async () => {
  browser = await launch();
});
after(async () => {
  await browser?.close();
});

async function start(t, release, nodes) {
  const started = cleanup(t);
  const octane = started(await Standin.start(['--scene-nodes', String(nodes), '--no-target'], { release }));
  const proxy = started(await Proxy.start(octane, ['--web-root', path.join(projectDir, 'tests/web')]));
  const { nodes: all } = await octane.counters();
  assert.ok(all >= nodes && all < nodes + 10, `${all} nodes`);
  return { octane, proxy, nodes: all, started };
}

function isComplete({ items, calls, connections }, nodes, octaneCalls) {
  const found = items.filter((item) => !item.isGraph);
  assert.equal(found.length, nodes);
  assert.equal(new Set(items.map((item) => item.handle)).size, items.length);
  assert.equal(octaneCalls, calls, 'calls that reached Octane');
  assert.ok(found.some((item) => item.name === 'Material 1') && found.some((item) => item.name === 'Placement 2'));
  for (const item of found.filter(({ value }) => value)) assert.ok(Object.keys(item.value).some((name) => name.endsWith('_value')), item.name);
  // One connection does for all calls: it is kept alive.
  assert.ok(connections <= 1, `${connections} connections`);
}

for (const release of releases) {
  const getValue = release === 'alpha5' ? 'ApiItem/getByAttrID' : 'ApiItem/getValueByAttrID';
  const calls = async (octane) => {
    const { calls: all } = await octane.counters();
    return Object.entries(all).filter(([name]) => /^Api(Item|Node|ProjectManager)/.test(name)).reduce((sum, [, count]) => sum + count, 0);
  };

  describe(`a scene of ${release}`, () => {
    for (const way of ['fetch', 'xhr', 'bare']) {
      test(`of 150 nodes is read whole by ${way}`, async (t) => {
        const { octane, proxy, nodes, started } = await start(t, release, 150);
        const page = started(await openPage(browser, `${proxy.url}/sync.html`));
        const before = await calls(octane);
        const result = await page.evaluate(([name, call]) => window.sync(name, call), [way, getValue]);
        isComplete(result, nodes, await calls(octane) - before);
        assert.deepEqual(page.complaints.filter((text) => !/Synchronous XMLHttpRequest/.test(text)), []);
      });
    }

    if (release !== 'beta2') return;
    test('of 2 000 nodes is read whole', async (t) => {
      const { octane, proxy, nodes, started } = await start(t, release, 2000);
      const page = started(await BareBrowser.start(`${proxy.url}/sync.html`));
      const before = await calls(octane);
      const result = await page.ask({ way: 'fetch', getValue }, () => calls(octane));
      isComplete(result, nodes, await calls(octane) - before);
    });
  });
}
