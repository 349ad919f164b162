// End to end: something that accepts connections at Octane's address and answers every call UNAVAILABLE, as a gateway does. docs/api.md §1, §3.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

for (const release of releases) {
  test(`${release}: that no call is answered is said once, in the log and to viewers, and then Octane is found`, async (t) => {
    const started = cleanup(t);
    const octane = started(await Standin.start(pattern({ fps: 0 }), { release }));
    await octane.fail('ApiInfo/octaneVersion', 'UNAVAILABLE', 'no healthy upstream');
    const proxy = started(await Proxy.start(octane, [], { connected: false }));
    await proxy.line(/warn .*accepts connections but does not answer calls/);
    const viewer = started(proxy.watch('?format=jpeg'));
    await viewer.type('octane');
    const asked = async () => (await octane.counters()).calls['ApiInfo/octaneVersion'];
    const before = await asked();
    await until('asked twice more', async () => (await asked()) >= before + 2);
    assert.equal((await proxy.get('/health')).status, 503);
    await octane.clear();
    await proxy.connected();
    const back = await until('Octane is found', () => viewer.events.find(({ data }) => data.state === 'connected'));
    const told = viewer.events.slice(0, viewer.events.indexOf(back)).filter(({ data }) => data.type === 'octane');
    assert.deepEqual(told.map(({ data }) => data.state), ['lost']);
    assert.equal(proxy.linesLike(/does not answer calls/).length, 1);
  });
}
