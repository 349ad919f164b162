// End to end: every call of the two existing web applications, as they send it, on their own surface, against every release.

import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, test } from 'node:test';

import { at, octaneProxy, octaneWebR } from '../support/dialects.mjs';
import { get } from '../support/curl.mjs';
import { cleanup, Proxy, releases, Standin } from '../support/octane.mjs';
import { projectDir } from '../support/program.mjs';
import * as lists from './data/call_lists.mjs';
import { calls as octaneWebCalls } from './data/octaneweb_calls.mjs';
import { calls as octaneWebRCalls } from './data/octanewebr_calls.mjs';

const small = ['--width', '64', '--height', '32', '--samples', '4'];
const clients = [
  { dialect: octaneProxy, list: lists.octaneWeb, calls: octaneWebCalls },
  { dialect: octaneWebR, list: lists.octaneWebR, calls: octaneWebRCalls },
];

function methodsOf(release) {
  const table = path.join(projectDir, 'tools/schema/octane-api', release === '2026.2' ? 'beta2' : release, 'methods.csv');
  return new Set(readFileSync(table, 'utf8').trim().split('\n').slice(1).map((line) => {
    const [, service, method] = line.split(',');
    return `${service.split('.').pop().replace(/Service$/, '')}/${method}`;
  }));
}

function check(dialect, row, data, state) {
  for (const [member, kind] of Object.entries(row.reads ?? {})) {
    assert.ok(dialect.kinds[kind](at(data, member)), `${member} is no ${kind}: ${JSON.stringify(at(data, member))?.slice(0, 200)}`);
  }
  for (const member of row.has ?? []) assert.ok(member in data, `${member} is missing`);
  for (const [member, value] of Object.entries({ ...row.is, ...row.equals?.(state) })) {
    assert.ok(dialect.same(at(data, member), value), `${member} is ${JSON.stringify(at(data, member))}, not ${JSON.stringify(value)}`);
  }
  // The second key tells this client which member of the one-of is set.
  if (row.oneof && dialect === octaneWebR) {
    assert.deepEqual(Object.keys(data), [row.oneof, 'value']);
    assert.equal(data.value, row.oneof);
  }
}

for (const { dialect, list, calls } of clients) {
  test(`the table has every call of ${dialect.name}'s list and no other`, () => {
    assert.deepEqual([...new Set(calls.map((row) => row.call))].sort(), [...list].sort());
  });

  for (const release of [...releases, '2026.2']) {
    describe(`${dialect.name} on ${release}`, () => {
      test('the stand-in plays all its calls that the release has', async (t) => {
        const octane = cleanup(t)(await Standin.start(small, { release }));
        const played = new Set((await get(`${octane.control}/methods`)).json);
        const inRelease = methodsOf(release);
        const saidToBeMissing = list.filter((name) => release === '2026.2' && name === 'ApiNode/setPinValueByPinID');
        assert.deepEqual(list.filter((name) => inRelease.has(name) && !played.has(name)), saidToBeMissing);
        assert.deepEqual(list.filter((name) => !inRelease.has(name) && played.has(name)), []);
      });

      test('each call is answered with what the page reads', async (t) => {
        const started = cleanup(t);
        const octane = started(await Standin.start(small, { release }));
        const proxy = started(await Proxy.start(octane));
        await octane.hasFrame();
        const directory = mkdtempSync(path.join(tmpdir(), 'octane-calls-'));
        t.after(() => rmSync(directory, { recursive: true }));
        const state = { directory };
        for (const [number, row] of calls.entries()) {
          if (row.notIn === release) continue;
          const body = row.send(state);
          const answer = await dialect.call(proxy, row.call, body);
          const expected = row.except?.[release] ?? row.fails;
          try {
            if (expected) {
              assert.notEqual(answer.status, 200);
              assert.match(answer.error, expected);
              continue;
            }
            assert.equal(answer.status, 200, answer.error);
            check(dialect, row, answer.data, state);
            row.keep?.(state, answer.data);
          } catch (error) {
            error.message = `row ${number}, ${row.call} ${JSON.stringify(body)} → ${JSON.stringify(answer).slice(0, 600)}: ${error.message}`;
            throw error;
          }
        }
        if (dialect === octaneWebR) {
          for (const file of ['image.png', 'beauty.png']) {
            assert.equal(readFileSync(path.join(directory, file)).subarray(1, 4).toString(), 'PNG', file);
          }
          assert.ok(!existsSync(path.join(directory, 'a.ocs')), 'the stand-in keeps projects to itself');
        }
        assert.deepEqual(Number((await octane.counters()).grabsInFlight), 0);
      });
    });
  }
}

test('what no release has is answered with 404 at once', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(small));
  const proxy = started(await Proxy.start(octane));
  for (const name of lists.inNoRelease) {
    const answer = await proxy.post(`/${name}`, {});
    assert.equal(answer.status, 404, `${name}: ${answer.text}`);
    assert.equal(answer.json.success, false);
  }
});
