// End to end: the headers that set a deadline, on octaneWebR's surface too. docs/api.md §2, §5.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { cleanup, pattern, Proxy, releases, Standin } from '../support/octane.mjs';

for (const release of releases) {
  describe(`/api/grpc on ${release}`, () => {
    for (const [name, value] of [['X-Timeout', '200ms'], ['grpc-timeout', '200m'], ['Connect-Timeout-Ms', '200']]) {
      test(`a call that stalls ends when ${name} says so`, async (t) => {
        const started = cleanup(t);
        const octane = started(await Standin.start(pattern({ fps: 0 }), { release }));
        // Its own deadline is longer than what a test waits for an answer.
        const proxy = started(await Proxy.start(octane, ['--timeout', '10m']));
        await octane.stall('ApiItem/name', 600000);
        const from = performance.now();
        const answer = await proxy.post('/api/grpc/ApiItem/name', { objectPtr: { handle: await octane.teapot(), type: 16 } },
          { headers: { [name]: value } });
        const took = performance.now() - from;
        assert.equal(answer.status, 500);
        assert.equal(answer.json.code, 4, answer.text);
        assert.match(answer.json.error, /^4 DEADLINE_EXCEEDED: /);
        assert.ok(took >= 190, `${took} ms`);
        await octane.clear();
      });
    }

    test('a deadline that makes no sense is said in its own words, before anything is asked', async (t) => {
      const started = cleanup(t);
      const octane = started(await Standin.start(pattern({ fps: 0 }), { release }));
      const proxy = started(await Proxy.start(octane));
      const answer = await proxy.post('/api/grpc/ApiItem/name', {}, { headers: { 'X-Timeout': 'soon' } });
      assert.equal(answer.status, 500);
      assert.match(answer.json.error, /^3 INVALID_ARGUMENT: .*X-Timeout/);
    });
  });
}
