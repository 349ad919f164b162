// End to end: the image stream of an rc_visard, as its clients want it: JSON with the pictures, pictures alone, an <img> that moves.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { METHOD, ready, section } from '../support/camera.mjs';
import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example } from '../support/example.mjs';
import { convert, identify } from '../support/images.mjs';
import { freePort, Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const width = 8;
const height = 6;

// {width, height, bits, isGrey, values (8 or 16 bits each, the high byte first)} of a grey PNG.
async function look(png) {
  const size = await identify(png);
  const bits = png[24];
  return { ...size, bits, isGrey: png[25] === 0, values: await convert(['png:-', '-depth', String(bits), '-endian', 'MSB'], 'gray', png) };
}

// The stand-in's picture `number`: rows of a ramp.
const ramp = (number, bytes, y) => Buffer.from(Array.from({ length: width * bytes }, (_, x) => (number + y + x) & 0xff));
const picture = (number, bytes, padding) => Buffer.concat(Array.from({ length: height }, (_, y) => Buffer.concat([
  ramp(number, bytes, y), Buffer.alloc(padding, 0xee)])));

async function firstEvents(proxy, query, body, count) {
  const { child, done, out } = openCurl(['-X', 'POST', '-H', 'Accept: text/event-stream', '-d', JSON.stringify(body), `${proxy.url}${METHOD}${query}`]);
  await until(`${count} events`, () => out.text.split('\n\n').length > count);
  child.kill('SIGKILL');
  await done;
  return out.text.split('\n\n').slice(0, count).map((event) => JSON.parse(/^data: (.*)$/m.exec(event)[1]));
}

describe('a stream of image sets', () => {
  let camera;
  let proxy;
  before(async () => {
    camera = await Example.start('rc_visard', ['--padding', '5']);
    proxy = await Proxy.start(undefined, configFile(section('visard', camera.address)));
    await ready(proxy, 'visard');
  });
  after(async () => {
    await proxy?.stop();
    await camera?.stop();
  });

  test('each event is one set with what was asked for, byte for byte', async () => {
    const sets = await firstEvents(proxy, '', { left_enabled: true }, 3);
    for (const set of sets) {
      assert.deepEqual(Object.keys(set), ['timestamp', 'left']);
      assert.equal(set.left.encoding, 'mono8');
      assert.deepEqual(Buffer.from(set.left.data, 'base64'), picture(set.timestamp.sec, 1, 5));
    }
    assert.deepEqual(sets.map((set) => set.timestamp.sec), [1, 2, 3]);
    const [colour] = await firstEvents(proxy, '', { left_enabled: true, disparity_enabled: true, confidence_enabled: true, color: true,
      mesh_options: { max_points: 100000, binning_method: 'AVERAGE' } }, 1);
    assert.deepEqual(Object.keys(colour), ['timestamp', 'left', 'disparity', 'confidence']);
    assert.equal(colour.left.encoding, 'rgb8');
    assert.equal(colour.left.step, width * 3 + 5);
    assert.deepEqual(colour.left.timestamp, { sec: 2147483647, nsec: 999999999 });
    assert.equal(colour.left.gpios.values, 4294967295);
  });

  test('who leaves ends the stream of the camera', async () => {
    for (let round = 0; round < 10; round++) await firstEvents(proxy, '', { left_enabled: true }, 1);
    await until('no stream is open', async () => (await camera.told()).open_streams === 0);
  });

  test('one picture, as PNG without what follows the rows, or as JPEG', async () => {
    const grey = await proxy.get(`${METHOD}?left_enabled=true&raw=left.data&picture=png`);
    assert.equal(grey.headers.get('content-type'), 'image/png');
    const left = await look(grey.body);
    assert.deepEqual([left.format, left.width, left.height, left.bits, left.isGrey], ['PNG', width, height, 8, true]);
    assert.deepEqual(left.values, Buffer.concat(Array.from({ length: height }, (_, y) => ramp(1, 1, y))));
    const depth = await look((await proxy.get(`${METHOD}?disparity_enabled=true&raw=disparity.image.data&picture=png`)).body);
    assert.deepEqual([depth.bits, depth.isGrey], [16, true]);
    assert.deepEqual(depth.values, Buffer.concat(Array.from({ length: height }, (_, y) => ramp(1, 2, y).swap16())));
    const jpeg = await proxy.get(`${METHOD}?left_enabled=true&color=true&raw=left.data&picture=jpeg`);
    assert.equal(jpeg.headers.get('content-type'), 'image/jpeg');
    assert.deepEqual([...jpeg.body.subarray(0, 3)], [0xff, 0xd8, 0xff]);
    const raw = await proxy.get(`${METHOD}?left_enabled=true&raw=left.data`);
    assert.deepEqual(raw.body, picture(1, 1, 5));
    const mesh = await proxy.get(`${METHOD}?mesh_enabled=true&raw=mesh.data`);
    assert.equal(mesh.headers.get('content-type'), 'model/ply');
    assert.equal(mesh.body.subarray(0, 4).toString(), 'ply\n');
  });

  test('what cannot be a picture is said', async () => {
    for (const [query, status, words] of [
      ['raw=left.data&picture=gif', 400, 'it takes png, jpeg, webp or exr'], ['raw=mesh.data&picture=png', 400, 'Mesh has no numbers of these names'],
      ['raw=left.data&picture=png&layout=width:nothing', 400, "?layout= has 'width:nothing'"], ['picture=png&stream=bytes', 400, '?raw='],
      ['raw=right.data&picture=png', 500, 'its width or height is 0']]) {
      const answer = await proxy.get(`${METHOD}?left_enabled=true&${query}`);
      assert.equal(answer.status, status, query);
      assert.ok(answer.json.error.includes(words), answer.json.error);
    }
  });

  test('events reach a page of another origin', async () => {
    const answer = await proxy.post(METHOD, { left_enabled: true }, {
      headers: { Accept: 'text/event-stream', Origin: 'http://localhost:3000', 'X-Timeout': '500ms' } });
    assert.equal(answer.headers.get('access-control-allow-origin'), 'http://localhost:3000');
  });
});

describe('what goes wrong with a camera', () => {
  test('a stream that fails says so after its sets, and then ends', async (t) => {
    const camera = await Example.start('rc_visard', ['--fail-after', '5', '--rate', '0']);
    t.after(() => camera.stop());
    const proxy = await Proxy.start(undefined, configFile(section('visard', camera.address)));
    t.after(() => proxy.stop());
    await ready(proxy, 'visard');
    const answer = await proxy.post(METHOD, { left_enabled: true }, { headers: { Accept: 'text/event-stream' } });
    const events = answer.text.trim().split('\n\n');
    assert.equal(events.length, 6);
    assert.match(events[5], /^event: error\n/);
    const failure = JSON.parse(/^data: (.*)$/m.exec(events[5])[1]);
    assert.deepEqual([failure.code, failure.error], [13, 'stereo matching stopped']);
  });

  test('a camera that is off is a status and no silent stream; one that sends nothing is a stream that lives', async (t) => {
    const silent = await Example.start('rc_visard', ['--silent']);
    t.after(() => silent.stop());
    const proxy = await Proxy.start(undefined, configFile(section('off', `127.0.0.1:${await freePort()}`) + section('quiet', silent.address)));
    t.after(() => proxy.stop());
    await ready(proxy, 'quiet');
    await until('the other is known to be away', async () => (await proxy.get('/off/health')).status === 503);
    const off = await proxy.post(`/off${METHOD}`, { left_enabled: true }, { headers: { Accept: 'text/event-stream' } });
    assert.deepEqual([off.status, off.json.status], [503, 'UNAVAILABLE']);
    assert.match(off.json.error, /cannot be reached/);
    const { child, done, out } = openCurl(['-i', '-X', 'POST', '-H', 'Accept: text/event-stream', '-d', '{}', `${proxy.url}/quiet${METHOD}`]);
    await until('the stream is open', () => out.text.includes('text/event-stream') && out.text.includes(': still here'));
    child.kill('SIGKILL');
    await done;
    await until('the call has ended', async () => (await silent.told()).open_streams === 0);
  });

  test('a set above the limit is refused with the limit and how to raise it', async (t) => {
    const camera = await Example.start('rc_visard', ['--width', '2400', '--height', '2000']);
    t.after(() => camera.stop());
    const small = 'max-message = "4MiB"';
    const proxy = await Proxy.start(undefined, configFile(section('small', camera.address, small) + section('large', camera.address)));
    t.after(() => proxy.stop());
    await ready(proxy, 'small');
    await ready(proxy, 'large');
    const body = { left_enabled: true };
    const refused = await proxy.post(`/small${METHOD}?stream=ndjson`, body);
    assert.equal(refused.status, 502);
    assert.match(refused.json.error, /larger than the limit of 4194304 bytes that max-message of \[upstream\.small\] sets/);
    const whole = await proxy.post(`/large${METHOD}?raw=left.data`, body);
    assert.equal(whole.body.length, 2404 * 2000);
  });
});

test('three cameras of one schema without a package stand side by side', async (t) => {
  const cameras = [];
  for (const rows of [2, 3, 4]) {
    const camera = await Example.start('rc_visard', ['--height', String(rows)]);
    t.after(() => camera.stop());
    cameras.push(camera);
  }
  const proxy = await Proxy.start(undefined, configFile(cameras.map((camera, i) => section(`p${i}`, camera.address)).join('')));
  t.after(() => proxy.stop());
  for (const i of [0, 1, 2]) {
    await ready(proxy, `p${i}`);
    const shown = await proxy.get(`/p${i}${METHOD}?left_enabled=true&raw=left.data&picture=png`);
    assert.equal((await identify(shown.body)).height, 2 + i);
  }
  const unclear = await proxy.post(METHOD, {});
  assert.equal(unclear.status, 404);
  for (const i of [0, 1, 2]) assert.ok(unclear.json.error.includes(`/p${i}/ImageInterface`), unclear.json.error);
});
