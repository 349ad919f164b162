// End to end: the proxy as the glTF render server that Drake's client expects: an HTML form in, one image out, a gRPC renderer behind it.
//
// The requests are what that client sends, by the library that it uses, curl's. What is left for a machine with Drake on it is to run its
// client_demo with --server_base_url.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { curl, runCurl } from '../support/curl.mjs';
import { drakeForm } from '../support/drake.mjs';
import { Example, examples } from '../support/example.mjs';
import { convert, identify } from '../support/images.mjs';
import { cleanup, freePort, Proxy } from '../support/octane.mjs';
import { buildDir } from '../support/program.mjs';
import { Socket } from '../support/socket.mjs';
import { until } from '../support/wait.mjs';

const run = promisify(execFile);
const folder = mkdtempSync(path.join(tmpdir(), 'octane-drake-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const width = 64;
const height = 48;
const LONGEST_ERROR = 8191; // bytes; the client shows no more
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');
const measure = (bytes) => ({ size: bytes.length, sha256: sha256(bytes) });

const scene = Buffer.from('{"asset":{"version":"2.0"},"scene":0,\r\n"scenes":[{"nodes":[0]}],"nodes":[{"name":"Würfel"}]}\n');
const sceneFile = path.join(folder, '0000000000000000001-color.gltf');
writeFileSync(sceneFile, scene);

async function start(renderer, args = [], ...more) {
  const proxy = await Proxy.start(undefined, [...args, ...drakeForm(renderer.address, ...more)]);
  await until('the renderer is connected', async () => (await proxy.get('/drake/health')).status === 200, { detail: () => proxy.tail() });
  return proxy;
}

// The text fields, by the alphabet, as the client writes them: six decimal places, whole numbers without.
function fields(more = {}, content = scene) {
  const all = { center_x: '31.500000', center_y: '23.500000', far: '10.000000', focal_x: '57.941125', focal_y: '57.941125', fov_x: '1.006000',
    fov_y: '0.785398', height: String(height), image_type: 'color', near: '0.010000', scene_sha256: sha256(content), submit: 'Render',
    width: String(width), ...more };
  return Object.entries(all).filter(([, value]) => value !== undefined).sort(([a], [b]) => (a < b ? -1 : 1));
}

const depthFields = { image_type: 'depth', min_depth: '0.500000', max_depth: '5.000000' };

// What the client has curl do: the texts, then the file; no Expect, a Content-Length.
const formArgs = (texts, file = sceneFile) => ['-H', 'Expect:', ...texts.flatMap(([name, value]) => ['--form-string', `${name}=${value}`]),
  ...(file ? ['-F', `scene=@${file};type=model/gltf+json`] : [])];
const render = (proxy, texts = fields(), args = []) => curl(`${proxy.url}/render`, [...formArgs(texts), ...args]);

// A form as bytes, for what curl does not write. A part: [what stands in Content-Disposition, further lines of its head, content].
function formBytes(parts, boundary, { preamble = '', epilogue = '' } = {}) {
  const lines = parts.flatMap(([disposition, heads, content]) => [`--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n${
    heads.map((head) => `${head}\r\n`).join('')}\r\n`, content, '\r\n']);
  return Buffer.concat([preamble, ...lines, `--${boundary}--\r\n`, epilogue].map((piece) => Buffer.from(piece)));
}
const textPart = ([name, value]) => [`name="${name}"`, [], value];
const filePart = (content = scene, name = 'filename="0000000000000000001-color.gltf"') =>
  [`name="scene"; ${name}`, ['Content-Type: model/gltf+json'], content];
const send = (proxy, body, type, more = []) =>
  curl(`${proxy.url}/render`, ['-X', 'POST', '-H', 'Expect:', '-H', type === undefined ? 'Content-Type:' : `Content-Type: ${type}`, ...more,
    '--data-binary', '@-'], body);
const sendForm = (proxy, parts, boundary = 'gltf', more = {}) =>
  send(proxy, formBytes(parts, boundary, more), `multipart/form-data; boundary=${boundary}`);

function assertPicture(answer, type) {
  assert.equal(answer.status, 200, answer.text.slice(0, 400));
  assert.equal(answer.headers.get('content-type'), type);
  assert.equal(answer.headers.get('content-length'), String(answer.body.length));
  assert.equal(answer.headers.get('content-encoding'), undefined);
}

function assertError(answer, status, ...words) {
  assert.equal(answer.status, status, `${words}: ${answer.text.slice(0, 400)}`);
  assert.match(answer.headers.get('content-type'), /^application\/json/);
  assert.ok(answer.body.length >= 1 && answer.body.length <= LONGEST_ERROR, `${answer.body.length} bytes`);
  assert.deepEqual([answer.json.error, answer.json.code], [true, status]);
  for (const word of words) assert.ok(answer.json.message.includes(word), `"${word}" is not in: ${answer.json.message}`);
}

describe('a renderer behind the form', () => {
  let renderer;
  let proxy;
  before(async () => {
    renderer = await Example.start('drake');
    proxy = await start(renderer);
  });
  after(async () => {
    await proxy?.stop();
    await renderer?.stop();
  });

  const lastAsked = async () => (await renderer.told()).seen.at(-1).asked;
  const lastImage = async () => (await renderer.told()).noted.image;

  test('a colour picture is the body, and the renderer got each part as its field', async () => {
    const answer = await render(proxy);
    assertPicture(answer, 'image/png');
    assert.deepEqual(measure(answer.body), await lastImage());
    assert.deepEqual(await identify(answer.body), { format: 'PNG', width, height });
    const asked = await lastAsked();
    assert.deepEqual(Buffer.from(asked.scene, 'base64'), scene);
    assert.deepEqual(asked, { scene: scene.toString('base64'), scene_sha256: sha256(scene), image_type: 'color', width, height, near: 0.01, far: 10,
      focal_x: 57.941125, focal_y: 57.941125, fov_x: 1.006, fov_y: 0.785398, center_x: 31.5, center_y: 23.5 });
    const { noted } = await renderer.told();
    assert.deepEqual(noted.scene, measure(scene));
  });

  test('a depth picture comes as floats in a TIFF, or with 16 bits in a PNG', async (t) => {
    const tiff = await render(proxy, fields(depthFields));
    assertPicture(tiff, 'image/tiff');
    assert.equal(tiff.body.subarray(0, 4).toString('latin1'), 'II*\0');
    assert.deepEqual(measure(tiff.body), await lastImage());
    assert.deepEqual(await identify(tiff.body), { format: 'TIFF', width, height });
    const row = Array.from({ length: width }, (_, x) => tiff.body.readFloatLE(tiff.body.length - 4 * (width - x)));
    assert.deepEqual([row[0], row[1], row.at(-2), row.at(-1)], [0, 0.5, 5, Infinity]);
    const asked = await lastAsked();
    assert.deepEqual([asked.image_type, asked.min_depth, asked.max_depth], ['depth', 0.5, 5]);

    const other = await Example.start('drake', ['--depth', 'png']);
    t.after(() => other.stop());
    const beside = await start(other);
    t.after(() => beside.stop());
    const png = await render(beside, fields(depthFields));
    assertPicture(png, 'image/png');
    assert.deepEqual(measure(png.body), (await other.told()).noted.image);
    assert.deepEqual([png.body[24], png.body[25]], [16, 0]); // grey of 16 bits
  });

  test('a label picture is not touched', async () => {
    const answer = await render(proxy, fields({ image_type: 'label' }));
    assertPicture(answer, 'image/png');
    assert.deepEqual(measure(answer.body), await lastImage());
    const pixels = await convert(['png:-', '-depth', '8'], 'rgb', answer.body);
    assert.equal(pixels.length, 3 * width * height);
    for (const [x, colour] of [[0, [1, 0, 0]], [width / 4, [254, 0, 0]], [width / 2, [2, 3, 0]], [width - 1, [255, 255, 255]]])
      assert.deepEqual([...pixels.subarray(3 * x, 3 * x + 3)], colour);
  });

  test('a field that is wrong, missing, given twice or unknown is 400, and the message names it', async () => {
    for (const [more, word] of [
      [{ image_type: 'foo' }, 'image_type'], [{ image_type: undefined }, 'image_type'],
      [{ width: 'abc' }, 'width'], [{ width: '1.5' }, 'width'], [{ width: '-1' }, 'width'], [{ width: '0' }, 'width'],
      [{ width: '4294967296' }, 'width'], [{ height: '' }, 'height'],
      [{ near: 'nan' }, 'near'], [{ near: '0.000000' }, 'near'], [{ near: undefined }, 'near'], [{ far: 'inf' }, 'far'],
      [{ far: '0.010000' }, 'near'], [{ fov_x: '1,5' }, 'fov_x'], [{ center_x: '64.000000' }, 'center_x'], [{ scene_sha256: 'ab' }, 'scene_sha256'],
      [{ min_depth: '0.500000' }, 'min_depth'], [{ ...depthFields, min_depth: undefined }, 'min_depth'],
      [{ ...depthFields, min_depth: '5.000000' }, 'min_depth'], [{ colour: 'red' }, 'colour']]) {
      assertError(await render(proxy, fields(more)), 400, word);
    }
    assertError(await render(proxy, [...fields(), ['width', String(width)]]), 400, 'width');
    assertError(await render(proxy, fields(), ['-F', `scene=@${sceneFile}`]), 400, 'scene');
    assertError(await curl(`${proxy.url}/render`, formArgs([...fields(), ['scene', scene.toString()]], null)), 400, 'scene');
    assertError(await curl(`${proxy.url}/render`, formArgs(fields(), null)), 400, 'scene');
    assertPicture(await render(proxy), 'image/png');
  });

  test('a body that is no form is 400, and the message says what it should be', async () => {
    const { calls } = await renderer.told();
    const form = formBytes([...fields().map(textPart), filePart()], 'gltf');
    const good = 'multipart/form-data; boundary=gltf';
    for (const [body, type, ...words] of [
      [JSON.stringify({ width }), 'application/json', 'multipart/form-data'],
      ['width=64&height=48&scene={}', 'application/x-www-form-urlencoded', 'scene'], // a form, but one that has no files
      [form, undefined, 'multipart/form-data'],
      [form, 'multipart/form-data', 'boundary'], [form, 'multipart/form-data; boundary=', 'boundary'],
      [form, 'multipart/form-data; boundary=other'], [form.subarray(0, form.length - 40), good], ['', good],
    ]) assertError(await send(proxy, body, type), 400, ...words);
    assert.equal((await renderer.told()).calls, calls, 'the renderer was not asked');
  });

  test('a failure of the renderer has its status and its words, within the bytes that the client shows', async (t) => {
    t.after(() => renderer.fail({}));
    const long = '"Übergang" fehlt\n'.repeat(1200); // 20 kB, and more as JSON
    for (const [name, status, text] of [['INVALID_ARGUMENT', 400, 'the scene has no camera'], ['INTERNAL', 500, 'out of textures'],
      ['UNAVAILABLE', 503, 'the farm is closed'], ['RESOURCE_EXHAUSTED', 429, 'too many pictures'], ['INTERNAL', 500, long]]) {
      await renderer.fail({ Render: [name, text] });
      const answer = await render(proxy);
      if (text !== long) {
        assertError(answer, status, text);
        continue;
      }
      assertError(answer, status, text.slice(0, 2000));
      assert.ok(answer.json.message.length < long.length);
    }
    await renderer.fail({});
    assertPicture(await render(proxy), 'image/png');
  });

  test('parts in any order, and whatever a file, a boundary and a file name may hold', async () => {
    const texts = fields().map(textPart);
    const nearly = Buffer.from('{"a":"\r\n--glt\r\n--gltg\r\n\r\n--\r\n-gltf--\r\n--glt');
    const wild = Buffer.concat([Buffer.from('\r\n'), randomBytes(100000), Buffer.from('\r\n')]);
    const of = (content) => fields({}, content).map(textPart);
    const attempts = [
      ['the file first', [filePart(), ...texts]],
      ['the file in the middle, the rest backwards', [...texts.slice(5).reverse(), filePart(), ...texts.slice(0, 5).reverse()]],
      ['lines that are nearly boundaries', [...of(nearly), filePart(nearly)], nearly],
      ['line ends at both ends of a binary file', [...of(wild), filePart(wild)], wild],
      ['quotes in the file name', [...texts, filePart(scene, 'filename="a \\"b\\".gltf"')]],
      ['quotes as browsers write them', [...texts, filePart(scene, 'filename="a %22b%22; name=x.gltf"')]],
      ['letters in the file name', [...texts, filePart(scene, 'filename="Würfel 立方体.gltf"')]],
      ['a file name that is encoded', [...texts, filePart(scene, "filename=\"cube.gltf\"; filename*=UTF-8''W%C3%BCrfel.gltf")]],
      ['texts that have a type', [...texts.map(([name, , value]) => [name, ['Content-Type: text/plain; charset=utf-8'], value]), filePart()]],
    ];
    for (const [what, parts, content = scene] of attempts) {
      const answer = await sendForm(proxy, parts);
      assert.equal(answer.status, 200, `${what}: ${answer.text.slice(0, 400)}`);
      assert.deepEqual(Buffer.from((await lastAsked()).scene, 'base64'), content, what);
    }
    const around = { preamble: 'Nothing of this counts.\r\n', epilogue: 'Nor does this.\r\n--gltf\r\n' };
    assertPicture(await sendForm(proxy, [...texts, filePart()], 'gltf', around), 'image/png');
    const quoted = formBytes([...texts, filePart()], 'gltf: (1)/2=?');
    assertPicture(await send(proxy, quoted, 'multipart/form-data; boundary="gltf: (1)/2=?"'), 'image/png');
    const plain = formBytes([...texts, filePart()], 'gltf');
    for (const type of ['multipart/form-data; boundary="gltf"', 'Multipart/Form-Data; charset=utf-8; Boundary=gltf'])
      assertPicture(await send(proxy, plain, type), 'image/png');
    assertPicture(await send(proxy, plain, 'multipart/form-data; boundary=gltf', ['-H', 'Transfer-Encoding: chunked']), 'image/png');
    assert.deepEqual(Buffer.from((await lastAsked()).scene, 'base64'), scene);
  });

  test('nothing is compressed for who has not asked for it', async () => {
    const wrong = fields({ image_type: 'foo', ...Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`extra_${i}`, 'x'.repeat(100)])) });
    const refused = await render(proxy, wrong);
    assert.equal(refused.headers.get('content-encoding'), undefined);
    const picture = await render(proxy);
    assertPicture(picture, 'image/png');
    // An answer that curl has undone is the same.
    assert.deepEqual((await render(proxy, fields(), ['--compressed'])).body, picture.body);
    assert.equal((await render(proxy, wrong, ['--compressed'])).json.message, refused.json.message);
  });

  test('who waits to be told to go on is told', async (t) => {
    const body = formBytes([...fields().map(textPart), filePart()], 'gltf');
    const socket = await Socket.open(proxy.host);
    t.after(() => socket.stop());
    socket.write(`POST /render HTTP/1.1\r\nHost: ${proxy.host}\r\nContent-Type: multipart/form-data; boundary=gltf\r\n` +
      `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`);
    await socket.read('100 Continue', (text) => /^HTTP\/1\.1 100 [^\r]*\r\n\r\n$/.test(text));
    socket.write(body);
    const text = await socket.read('the head of the answer', (read) => read.split('\r\n\r\n').length > 2);
    assert.match(text, /\r\n\r\nHTTP\/1\.1 200 [^]*content-type: image\/png/i);
  });

  test('GET shows a form or says what to use; the form of a browser works', async () => {
    const got = await proxy.get('/render', { headers: { Accept: 'text/html' } });
    if (got.status === 200) {
      assert.match(got.text, /<form[^>]+multipart\/form-data/i);
    } else {
      assert.equal(got.status, 405);
      assert.ok(got.headers.get('allow').split(/,\s*/).includes('POST'));
    }
    const boundary = '----WebKitFormBoundary7MA4YWxkTrZu0gW';
    const file = ['name="scene"; filename="cube.gltf"', ['Content-Type: application/octet-stream'], scene];
    const body = formBytes([...fields().map(textPart), file], boundary);
    const answer = await send(proxy, body, `multipart/form-data; boundary=${boundary}`, [
      ['Accept', 'text/html,application/xhtml+xml,*/*;q=0.8'], ['Accept-Encoding', 'gzip, deflate, br'], ['Origin', proxy.url],
      ['Referer', `${proxy.url}/render`], ['Sec-Fetch-Site', 'same-origin'], ['Sec-Fetch-Mode', 'navigate'], ['Sec-Fetch-Dest', 'document'],
    ].flatMap(([name, value]) => ['-H', `${name}: ${value}`]));
    assertPicture(answer, 'image/png');
    assert.deepEqual(measure(answer.body), await lastImage());
  });

  test('the same call as JSON goes past the form', async () => {
    const body = { ...Object.fromEntries(fields({ submit: undefined })), scene: scene.toString('base64') };
    const answer = await proxy.post('/RenderServer/Render?raw=image', body);
    assertPicture(answer, 'image/png');
    assert.deepEqual(measure(answer.body), await lastImage());
  });
});

test('pictures take as long as they take, and eight are made at once', async (t) => {
  const started = cleanup(t);
  // It begins none before all are there, so that one after the other would fail.
  const renderer = started(await Example.start('drake', ['--render-seconds', '2', '--together', '8']));
  const proxy = started(await start(renderer, ['--timeout', '1s'], 'method-timeout = ["RenderServer/Render=0"]'));
  const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => render(proxy, fields({ width: String(width + i) }))));
  for (const [i, answer] of answers.entries()) {
    assertPicture(answer, 'image/png');
    assert.deepEqual(await identify(answer.body), { format: 'PNG', width: width + i, height });
  }
  assert.ok((await renderer.told()).seen.every(({ seconds_left: left }) => left === null), 'no call had a deadline');
});

test('a renderer that is away is 503 with a text', async (t) => {
  const proxy = await Proxy.start(undefined, drakeForm(`127.0.0.1:${await freePort()}`));
  t.after(() => proxy.stop());
  await until('it is known to be away', async () => (await proxy.get('/drake/health')).status === 503);
  assertError(await render(proxy), 503, 'cannot be reached');
});

test('a scene of 100 MB needs a small multiple of its size', async (t) => {
  const started = cleanup(t);
  const renderer = started(await Example.start('drake'));
  const proxy = started(await start(renderer, ['--max-body', '128MiB']));
  const file = path.join(folder, 'large.gltf');
  const content = randomBytes(100_000_000);
  writeFileSync(file, content);
  assertPicture(await render(proxy), 'image/png');
  const peak = () => Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${proxy.pid}/status`, 'utf8'))[1]) * 1024;
  const atFirst = peak();
  const answer = await curl(`${proxy.url}/render`, [...formArgs(fields({}, content), file), '--max-time', '300']);
  assertPicture(answer, 'image/png');
  assert.deepEqual((await renderer.told()).noted.scene, measure(content));
  assert.ok(peak() - atFirst < 5 * content.length, `${(peak() - atFirst) >> 20} MiB more`);
});

test('a scene over the limit is 413, and the next one is served', async (t) => {
  const started = cleanup(t);
  const renderer = started(await Example.start('drake'));
  const proxy = started(await start(renderer, ['--max-body', '64KiB']));
  const file = path.join(folder, 'wide.gltf');
  const content = randomBytes(3_000_000);
  writeFileSync(file, content);
  const refused = await curl(`${proxy.url}/render`, formArgs(fields({}, content), file));
  assert.equal(refused.status, 413, refused.text.slice(0, 400));
  assert.ok(refused.text.includes('65536') && refused.body.length <= LONGEST_ERROR, refused.text.slice(0, 400));
  // Both by one curl, over the same connection or a new one.
  const say = ['-o', '/dev/null', '-w', '%{http_code}\n'];
  const { code, bytes, err } = await runCurl([...formArgs(fields({}, content), file), ...say, `${proxy.url}/render`,
    '--next', '-sS', ...formArgs(fields()), ...say, `${proxy.url}/render`]).done;
  assert.equal(code, 0, err);
  assert.equal(bytes.toString(), '413\n200\n');
  assert.equal((await renderer.told()).calls, 1);
});

test('the flow of the README: three pictures and a mistake', async () => {
  const { stdout } = await run(path.join(examples, 'drake/flow.sh'), [folder], { env: { ...process.env, OCTANE_BUILD_DIR: buildDir } });
  for (const line of [/^color: 200 image\/png, \d+ bytes$/m, /^depth: 200 image\/tiff, \d+ bytes$/m, /^label: 200 image\/png, \d+ bytes$/m,
    /^foo: 400 application\/json/m]) assert.match(stdout, line);
  assert.match(stdout, /it says: \{.*"error":true.*image_type/);
  for (const [file, begin] of [['color.png', '\x89PNG'], ['depth.tiff', 'II*\0'], ['label.png', '\x89PNG']])
    assert.equal(readFileSync(path.join(folder, file)).subarray(0, 4).toString('latin1'), begin);
});
