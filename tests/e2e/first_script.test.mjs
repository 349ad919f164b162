// End to end: the first script of docs/scripts.md, in bash and in Python, as a reader of that page runs it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { readExr } from '../support/exr.mjs';
import { identify, rgbPixels } from '../support/images.mjs';
import { Proxy, releases, Standin } from '../support/octane.mjs';
import { projectDir } from '../support/program.mjs';
import { within } from '../support/wait.mjs';

const width = 64;
const height = 32;
const examples = path.join(projectDir, 'docs/examples');

// Runs the script in an empty folder: {code, out, err, file(name)}.
async function run(t, command, script, ...args) {
  const folder = mkdtempSync(path.join(tmpdir(), 'first-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const child = spawn(command, [path.join(examples, script), ...args], { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
  let out = '';
  let err = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (out += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
  const ended = new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  try {
    const code = await within(60000, `the end of ${script}`, ended, () => out + err);
    return { code, out, err, file: (name) => readFileSync(path.join(folder, name)) };
  } finally {
    child.kill('SIGKILL');
  }
}

// Pixels that no part of the scene has before the teapot is red.
const redPixels = (rgb) => {
  let count = 0;
  for (let i = 0; i < rgb.length; i += 3) if (rgb[i] > 40 && rgb[i] > 2 * rgb[i + 1] && rgb[i] > 2 * rgb[i + 2]) ++count;
  return count;
};

for (const release of releases) {
  for (const [command, script] of [['bash', 'first.sh'], ['python3', 'first.py']]) {
    describe(`${script} against ${release}`, () => {
      let octane;
      let proxy;
      before(async () => {
        octane = await Standin.start(['--width', String(width), '--height', String(height), '--samples', '8'], { release });
        proxy = await Proxy.start(octane);
      });
      after(async () => {
        await proxy?.stop();
        await octane?.stop();
      });

      test('it lists the nodes, recolours the teapot, and saves the final picture and its float data', async (t) => {
        const before = await proxy.get('/render/frame.png?after=0&wait=40000');
        assert.equal(before.status, 200, before.text);
        assert.equal(redPixels(await rgbPixels(before.body, 'png')), 0);

        const { code, out, err, file } = await run(t, command, script, proxy.url);
        assert.equal(code, 0, out + err);
        assert.match(out, new RegExp(`^node ${await octane.teapot()} teapot\\.obj$`, 'm'));
        assert.match(out, /^node \d+ .*target$/im);

        const png = file('frame.png');
        assert.deepEqual(await identify(png), { format: 'PNG', width, height });
        assert.ok(redPixels(await rgbPixels(png, 'png')) > 20, 'the saved picture shows a red teapot');

        const exr = readExr(file('frame.exr'));
        assert.deepEqual([exr.width, exr.height], [width, height]);
        assert.equal(exr.channels.R.type, 2, 'float');
        const values = new Set();
        for (let x = 0; x < width; ++x) values.add(exr.channels.R.at(x, height / 2));
        assert.ok([...values].some((value) => !Number.isInteger(value * 255)), 'values between the steps of eight bits');
      });

      test('it says which node it did not find', async (t) => {
        const { code, err } = await run(t, command, script, proxy.url, 'kettle.obj');
        assert.equal(code, 1);
        assert.match(err, /there is no node called kettle\.obj/);
      });
    });
  }
}
