// End to end: every kind of pixels in every format, compared with what ImageMagick makes of the renderer's own bytes. docs/api.md §3.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';

import { readExr } from '../support/exr.mjs';
import { requested, single } from '../support/frames.mjs';
import { identify } from '../support/images.mjs';
import { cleanup, pattern, Proxy, Standin } from '../support/octane.mjs';
import { decode, difference, kinds, reference, throughFormat, tightRows } from '../support/reference.mjs';
import { until } from '../support/wait.mjs';

const width = 96;
const height = 64;
const usualLight = (name) => !name.startsWith('ldr');

// The renderer's newest frame and a proxy that has it.
async function shown(t, args, release = 'alpha5') {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern({ fps: 0, width, height }, ...args), { release }));
  const proxy = started(await Proxy.start(octane));
  const viewer = started(proxy.watch('?format=raw'));
  await viewer.type('connected');
  await until('the proxy listens to Octane', async () => (await octane.counters()).streamsOpen >= 1);
  const event = await requested(octane, viewer);
  const frame = await octane.frame();
  const get = async (name, query = '') => {
    const answer = await proxy.get(`/render/frame.${name}${query}`);
    assert.equal(answer.status, 200, `${name}${query}: ${answer.text.slice(0, 300)}`);
    return answer;
  };
  return { octane, proxy, frame, event, get, started };
}

// The file is the picture, as near as ImageMagick's own encoder of that format comes to it.
async function assertLike(file, format, quality, expected, what, options) {
  const is = await decode(file, format);
  const error = difference(expected, is, options);
  if (format === 'png') {
    assert.ok(error.max <= 1 && error.mean <= 0.1, `${what}: PNG differs by ${JSON.stringify(error)}`);
    return;
  }
  const usual = difference(expected, await throughFormat(expected, width, height, format, quality), options);
  const seen = `${what}: ${format} differs by ${JSON.stringify(error)}, ImageMagick's by ${JSON.stringify(usual)}`;
  assert.ok(error.mean <= usual.mean * 1.25 + 0.3, seen);
  assert.ok(error.max <= usual.max * 1.5 + 6, seen);
}

function assertSameValues(kind, frame, file) {
  const exr = readExr(file);
  assert.equal(exr.width, width);
  assert.equal(exr.height, height);
  const names = kind.channels === 4 ? ['R', 'G', 'B', 'A'] : ['Y', 'A'];
  assert.deepEqual(Object.keys(exr.channels).sort(), [...names].sort());
  const rows = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) rows.push(...names.map((name) => exr.channels[name].raw(x, y)));
  }
  assert.ok(Buffer.concat(rows).equals(tightRows(kind, frame)), 'the EXR file does not hold the very values of the renderer');
}

// Bytes are linear halves in EXR.
function assertSameLight(kind, frame, file) {
  const exr = readExr(file);
  const tight = tightRows(kind, frame);
  const light = (v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
  const names = kind.channels === 4 ? ['R', 'G', 'B', 'A'] : ['Y', 'A'];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      names.forEach((name, c) => {
        const value = tight[(y * width + x) * kind.channels + c] / 255;
        const should = name === 'A' ? value : light(value);
        assert.equal(exr.channels[name].type, 1, 'half');
        const is = exr.channels[name].at(x, y);
        assert.ok(Math.abs(is - should) <= 0.0006, `${name} at ${x},${y} is ${is}, not ${should}`);
      });
    }
  }
}

for (const [name, kind] of Object.entries(kinds)) {
  for (const rows of ['tight', 'padded']) {
    test(`${name}, ${rows} rows, in every format`, async (t) => {
      const padding = rows === 'padded' ? ['--padded'] : [];
      const { frame, event, get, proxy, started } = await shown(t, ['--type', name, ...padding]);
      assert.equal(frame.type, kind.number);
      assert.equal(frame.pitch > frame.width, rows === 'padded');
      const expected = await reference(kind, frame, { linear: usualLight(name) });

      await assertLike((await get('png')).body, 'png', 0, expected, name);
      await assertLike((await get('jpg', '?quality=95')).body, 'jpeg', 95, expected, name);
      await assertLike((await get('webp', '?quality=95')).body, 'webp', 95, expected, name);
      const exr = (await get('exr')).body;
      if (kind.bytes === 1) assertSameLight(kind, frame, exr);
      else assertSameValues(kind, frame, exr);

      const raw = await get('raw');
      assert.ok(raw.body.equals(frame.data), 'raw is not what the renderer sent');
      const header = (field) => Number(raw.headers.get(field));
      assert.deepEqual(['X-Width', 'X-Height', 'X-Pitch', 'X-Image-Type'].map(header), [width, height, frame.pitch, kind.number]);
      assert.equal(header('X-Row-Bytes'), frame.pitch * kind.channels * kind.bytes);
      assert.equal(header('X-Is-Linear'), usualLight(name) ? 1 : 0);
      const [sent] = event.data.render_images.data;
      assert.ok(Buffer.from(sent.buffer.data, 'base64').equals(frame.data), 'format=raw is not what the renderer sent');

      for (const format of ['jpeg', 'png', 'webp']) {
        const viewer = started(proxy.watch(`?format=${format}&quality=95`));
        const [{ data }] = await viewer.frames(1);
        await assertLike(Buffer.from(data.imageData, 'base64'), format, 95, expected, `${name} in the stream`);
      }
    });
  }
}

describe('looks', () => {
  for (const name of ['hdr_rgba', 'half_rgba', 'hdr_mono_alpha']) {
    test(`exposure and curve of ${name}`, async (t) => {
      const { frame, get } = await shown(t, ['--type', name]);
      for (const [query, look] of [
        ['?exposure=-1', { gain: 0.5 }],
        ['?exposure=1.5', { gain: 2 ** 1.5 }],
        ['?curve=linear', { curve: 'linear' }],
        ['?curve=aces', { curve: 'aces' }],
        ['?curve=aces&exposure=-2', { curve: 'aces', gain: 0.25 }],
      ]) {
        const expected = await reference(kinds[name], frame, { linear: true, ...look });
        await assertLike((await get('png', query)).body, 'png', 0, expected, query);
      }
    });
  }

  test('encoded data keep their encoding, and exposure works on their light', async (t) => {
    for (const [name, space] of [['ldr_rgba', '1'], ['hdr_rgba', '1'], ['ldr_mono_alpha', '1']]) {
      const { frame, get } = await shown(t, ['--type', name, '--color-space', space]);
      for (const query of ['', '?curve=aces', '?curve=linear']) {
        await assertLike((await get('png', query)).body, 'png', 0, await reference(kinds[name], frame, {}), `${name} ${query}`);
      }
      const darker = await reference(kinds[name], frame, { gain: 0.5 });
      await assertLike((await get('png', '?exposure=-1')).body, 'png', 0, darker, `${name} darker`);
    }
  });

  test('bytes that are linear get the curve', async (t) => {
    const { frame, get } = await shown(t, ['--color-space', '2']);
    const expected = await reference(kinds.ldr_rgba, frame, { linear: true });
    await assertLike((await get('png')).body, 'png', 0, expected, 'linear bytes');
  });

  test('a look that does not exist is refused with those that do', async (t) => {
    const { proxy } = await shown(t, []);
    for (const [query, hint] of [
      ['exposure=much', /stops from -32 to 32/], ['curve=gamma', /srgb, linear or aces/], ['alpha=no', /keep, opaque or checkerboard/],
    ]) {
      for (const url of [`/render/frame.png?${query}`, `/render/stream?${query}`]) {
        const answer = await proxy.get(url);
        assert.equal(answer.status, 400, url);
        assert.match(answer.json.error, hint);
      }
    }
  });
});

describe('alpha', () => {
  for (const name of ['ldr_rgba', 'hdr_rgba', 'half_mono_alpha']) {
    for (const multiplied of ['none', 'linearized', 'encoded']) {
      test(`${name} multiplied ${multiplied}`, async (t) => {
        const { frame, get } = await shown(t, ['--type', name, '--alpha', multiplied, '--padded']);
        const of = (look) => reference(kinds[name], frame, { linear: usualLight(name), multiplied, ...look });
        // Colours of bytes that alpha has darkened have fewer steps than 256; dividing shows that in both.
        await assertLike((await get('png')).body, 'png', 0, await of({}), 'straight');
        await assertLike((await get('webp', '?quality=95')).body, 'webp', 95, await of({}), 'straight');
        await assertLike((await get('png', '?alpha=opaque')).body, 'png', 0, await of({ opaque: true }), 'opaque');
        await assertLike((await get('png', '?alpha=checkerboard')).body, 'png', 0, await of({ under: 'checkerboard' }), 'checkerboard');
        await assertLike((await get('jpg', '?alpha=checkerboard&quality=95')).body, 'jpeg', 95, await of({ under: 'checkerboard' }), 'checkerboard');
        const overBlack = multiplied === 'none' ? { under: 'black' } : { opaque: true };
        await assertLike((await get('jpg', '?quality=95')).body, 'jpeg', 95, await of(overBlack), 'over black');
        if (name !== 'ldr_rgba') assertSameValues(kinds[name], frame, (await get('exr')).body);
      });
    }
  }

  test('where the environment stays visible the picture is opaque', async (t) => {
    const { frame, get } = await shown(t, ['--alpha', 'linearized', '--keep-environment']);
    const expected = await reference(kinds.ldr_rgba, frame, {});
    for (const query of ['', '?alpha=checkerboard', '?alpha=opaque']) {
      await assertLike((await get('png', query)).body, 'png', 0, expected, `environment ${query}`);
    }
  });
});

describe('sizes', () => {
  for (const name of Object.keys(kinds)) {
    test(`${name} made smaller`, async (t) => {
      const { frame, get } = await shown(t, ['--type', name, '--padded']);
      for (const size of [[48, 32], [36, 24], [95, 63], [12, 8]]) {
        const expected = await reference(kinds[name], frame, { linear: usualLight(name), size });
        const file = (await get('png', `?width=${size[0]}`)).body;
        assert.deepEqual(await identify(file), { format: 'PNG', width: size[0], height: size[1] });
        const { mean, max } = difference(expected, await decode(file, 'png'));
        assert.ok(mean <= 0.25 && max <= 1, `${size}: differs by ${mean} on average, ${max} at most`);
      }
    });
  }

  test('what is transparent lends no colour to its neighbours', async (t) => {
    const { frame, get } = await shown(t, ['--alpha', 'linearized', '--type', 'half_rgba']);
    const expected = await reference(kinds.half_rgba, frame, { linear: true, multiplied: 'linearized', size: [48, 32] });
    const { mean, max } = difference(expected, await decode((await get('png', '?width=48')).body, 'png'));
    assert.ok(mean <= 0.25 && max <= 1, `differs by ${mean} on average, ${max} at most`);
  });
});

describe('passes', () => {
  test('a pass is had by number and by name on every endpoint', async (t) => {
    const { octane, get, proxy, started } = await shown(t, ['--passes', '4']);
    const { pictures } = await octane.frame();
    const bytes = (pass) => Buffer.from(pictures[pass].data, 'base64');
    assert.ok(!bytes(0).equals(bytes(3)));
    for (const pass of ['3', 'DIFFUSE', 'diffuse', 'RENDER_PASS_DIFFUSE', 'Render_Pass_diffuse']) {
      assert.ok((await get('raw', `?pass=${pass}`)).body.equals(bytes(3)), pass);
      const [{ data }] = await started(proxy.watch(`?format=raw&pass=${pass}`)).frames(1);
      assert.equal(data.render_images.data.length, 1);
      assert.equal(data.render_images.data[0].renderPassId, 3);
    }
    assert.ok((await get('raw')).body.equals(bytes(0)));
    assert.ok((await get('raw', '?pass=emit')).body.equals(bytes(1)));
  });

  test('passes without ids go by their order', async (t) => {
    const { octane, get } = await shown(t, ['--passes', '3', '--no-pass-ids'], 'beta2');
    const { pictures } = await octane.frame();
    for (const pass of [0, 1, 2]) {
      assert.ok((await get('raw', `?pass=${pass}`)).body.equals(Buffer.from(pictures[pass].data, 'base64')), `pass ${pass}`);
    }
  });

  test('a name that Octane does not know is answered with the nearest ones', async (t) => {
    const { proxy } = await shown(t, []);
    for (const url of ['/render/frame.png?pass=difuse', '/render/stream?pass=difuse']) {
      const answer = await proxy.get(url);
      assert.equal(answer.status, 400);
      assert.match(answer.json.error, /did you mean .*DIFFUSE/);
    }
  });
});

test('a truncated buffer is reported and not shown in any format', async (t) => {
  const truncated = pattern({ fps: 0, width, height }, '--hdr', '--truncated');
  const { octane, proxy, viewer } = await single(cleanup(t), 'alpha5', truncated, '?format=raw');
  await octane.sendFrame();
  await proxy.line(/frame.*unexpected buffer size/i);
  assert.equal(viewer.events.filter((event) => event.data.type === 'newImage').length, 0);
  for (const format of ['png', 'jpg', 'webp', 'exr', 'raw']) {
    assert.equal((await proxy.get(`/render/frame.${format}?wait=0`)).status, 503, format);
  }
});
