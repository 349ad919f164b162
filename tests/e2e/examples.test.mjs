// End to end: the flow of each system in tools/examples, as its README has it.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { examples } from '../support/example.mjs';
import { buildDir } from '../support/program.mjs';

const run = promisify(execFile);

test('NuRec: scenes, cameras, trajectories, a pose, a picture', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-examples-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const picture = path.join(folder, 'nurec.jpg');
  const { stdout } = await run(path.join(examples, 'nurec/flow.sh'), [picture], { env: { ...process.env, OCTANE_BUILD_DIR: buildDir } });
  assert.match(stdout, /scene: +clipgt-0001\ncamera: +camera_front_wide_120fov of 2\npose: .*\npicture: +image\/jpeg, \d+ bytes/);
  assert.deepEqual([...readFileSync(picture).subarray(0, 3)], [0xff, 0xd8, 0xff]);
});

test('rc_visard: sets, a picture, a depth map, a mesh', async (t) => {
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-examples-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await run(path.join(examples, 'rc_visard/flow.sh'), [folder], { env: { ...process.env, OCTANE_BUILD_DIR: buildDir } });
  assert.match(stdout, /events: +\d+ sets in 100 kB\npicture: +image\/png, \d+ bytes .*\npicture: +image\/png.*\nmesh: +model\/ply, \d+ bytes/);
  for (const [file, begin] of [['left.png', '\x89PNG'], ['depth.png', '\x89PNG'], ['mesh.ply', 'ply\n']]) {
    assert.equal(readFileSync(path.join(folder, file)).subarray(0, 4).toString('latin1'), begin);
  }
});
