// End to end: raw pixels of any schema become pictures, by the names that its fields have or by those that ?layout= gives.
// docs/api.md §2 "Pixels".

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example } from '../support/example.mjs';
import { readExr } from '../support/exr.mjs';
import { convert, identify, rgbPixels } from '../support/images.mjs';
import { Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

const schema = `
syntax = "proto3";
package shots;
message Nothing {}
enum Kind { unknown = 0; mono8 = 1; rgb8 = 2; }
message Pitched { uint32 width = 1; uint32 height = 2; uint32 pitch = 3; string format = 4; bytes data = 5; }
message Strided { int64 w = 1; int64 h = 2; uint64 stride = 3; Kind pixel_format = 4; bytes data = 5; }
message Foreign {
  uint32 columns = 1;
  uint32 lines = 2;
  uint32 line_length = 3;
  string kind = 4;
  bool swapped = 5;
  bytes data = 6;
}
// The usual names, and none of them is about the pixels.
message Misleading {
  uint32 width = 1;
  uint32 height = 2;
  uint32 step = 3;
  string encoding = 4;
  bool is_bigendian = 5;
  Foreign unused = 6;
  uint32 columns = 7;
  uint32 lines = 8;
  uint32 line_length = 9;
  string kind = 10;
  bool swapped = 11;
  bytes data = 12;
}
message Shot {
  Pitched pitched = 1;
  Strided strided = 2;
  Foreign foreign = 3;
  Misleading misleading = 4;
  repeated Foreign many = 5;
  Pitched plain = 6;
  Pitched short = 7;
  Pitched unsaid = 8;
  Pitched depth = 9;
}
service Shots { rpc Take(Nothing) returns (Shot) { option idempotency_level = NO_SIDE_EFFECTS; } }
service Films { rpc Play(Nothing) returns (stream Shot) { option idempotency_level = NO_SIDE_EFFECTS; } }
`;

const columns = 5;
const lines = 3;
const values = (bytes, from = 0) => Buffer.from(Uint8Array.from({ length: columns * lines * bytes }, (_, i) => from + 7 * i));
const padded = (pixels, padding) => Buffer.concat(Array.from({ length: lines }, (_, y) => Buffer.concat(
  [pixels.subarray(y * (pixels.length / lines), (y + 1) * (pixels.length / lines)), Buffer.alloc(padding, 0xee)])));
const base64 = (pixels, padding = 0) => padded(pixels, padding).toString('base64');

const grey = values(1, 3);
const colour = values(3, 1);
const wide = values(2, 2);
const depths = Float32Array.from({ length: columns * lines }, (_, i) => (i === 7 ? Infinity : 0.5 * i));
const foreign = (more) => ({ columns, lines, line_length: 2 * columns + 3, kind: 'mono16', data: base64(wide, 3), ...more });
const answer = {
  pitched: { width: columns, height: lines, pitch: columns + 4, format: 'mono8', data: base64(grey, 4) },
  strided: { w: columns, h: lines, stride: 3 * columns + 1, pixel_format: 'rgb8', data: base64(colour, 1) },
  foreign: foreign({ swapped: true }),
  misleading: { ...foreign(), width: 100, height: 200, step: 1, encoding: 'a cipher', is_bigendian: true },
  many: [foreign({ columns: 1 }), foreign()],
  plain: { width: columns, height: lines, data: base64(colour) },
  unsaid: { width: columns, height: lines, pitch: columns + 11, data: base64(grey, 11) },
  depth: { width: columns, height: lines, format: '32FC1', data: Buffer.from(depths.buffer).toString('base64') },
  short: { width: columns, height: lines, pitch: columns - 1, format: 'mono8', data: base64(grey) },
};

let folder;
let server;
let proxy;
before(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'octane-shots-'));
  writeFileSync(path.join(folder, 'shots.proto'), schema);
  server = await Example.start('any', ['--proto', folder, '--answer', JSON.stringify(answer)]);
  const section = `[upstream.shots]\naddress = "${server.address}"\nproto-path = ["${folder}"]\n`;
  proxy = await Proxy.start(undefined, configFile(section));
  await until('the upstream is connected', async () => (await proxy.get('/shots/health')).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const take = (query) => proxy.get(`/Shots/Take?${query}`, { args: ['-g'] });

async function picture(query) {
  const got = await take(query);
  assert.equal(got.status, 200, `${query}: ${got.text.slice(0, 400)}`);
  assert.equal(got.headers.get('content-type'), 'image/png');
  assert.deepEqual(await identify(got.body), { format: 'PNG', width: columns, height: lines });
  return got.body;
}
const words = (png) => convert(['png:-', '-depth', '16', '-endian', 'LSB'], 'gray', png);
const layout = 'layout=width:columns,height:lines,step:line_length,encoding:kind';

test('pitch and stride are the bytes from one row to the next, as step is', async () => {
  assert.deepEqual(await convert(['png:-', '-depth', '8'], 'gray', await picture('raw=pitched.data&picture=png')), grey);
  assert.deepEqual(await rgbPixels(await picture('raw=strided.data&picture=png'), 'png'), colour);
});

test('without an encoding the bytes of a pixel say what it is', async () => {
  assert.deepEqual(await rgbPixels(await picture('raw=plain.data&picture=png'), 'png'), colour);
});

test('padded rows without an encoding are not guessed, and the encoding can be named itself', async () => {
  const unsaid = await take('raw=unsaid.data&picture=png');
  assert.equal(unsaid.status, 500);
  assert.match(unsaid.json.error, /16 bytes for a row of 5 pixels do not tell: the encoding has to be given, with \?layout=encoding:/);
  const named = await picture('raw=unsaid.data&picture=png&layout=encoding:mono8');
  assert.deepEqual(await convert(['png:-', '-depth', '8'], 'gray', named), grey);
});

test('floats are kept as EXR, and spread over a range that is given', async () => {
  const exr = await take('raw=depth.data&picture=exr');
  assert.equal(exr.status, 200, exr.text.slice(0, 400));
  assert.equal(exr.headers.get('content-type'), 'image/x-exr');
  const read = readExr(exr.body);
  assert.deepEqual([read.width, read.height, Object.keys(read.channels)], [columns, lines, ['Y']]);
  for (const [i, value] of depths.entries()) assert.equal(read.channels.Y.at(i % columns, Math.floor(i / columns)), value);

  const spread = Uint16Array.from(depths, (value) => Math.round((Math.min(Math.max(value, 1), 3) - 1) / 2 * 65535));
  assert.deepEqual(await words(await picture('raw=depth.data&picture=png&value-range=1,3')), Buffer.from(spread.buffer));

  for (const value of ['3', '3,1', '1,1', '1,x', 'nan,1', '0,inf', '-1e308,1e308']) {
    const refused = await take(`raw=depth.data&picture=png&value-range=${value}`);
    assert.equal(refused.status, 400, value);
    assert.ok(refused.json.error.startsWith(`?value-range= is '${value}'; it takes`), refused.json.error);
  }
  const colours = await take('raw=strided.data&picture=png&value-range=0,1');
  assert.equal(colours.status, 400);
  assert.match(colours.json.error, /a range is for grey, such as 32FC1 and mono16, and these pixels are rgb8/);
  assert.equal((await take('raw=depth.data&picture=exr&value-range=1,3')).status, 400);
  assert.equal((await take('raw=depth.data&value-range=1,3')).status, 400);
  assert.equal((await take('raw=strided.data&picture=exr')).status, 406);
});

test('fields of other names are named by ?layout=, one by one', async () => {
  const query = `raw=foreign.data&picture=png&${layout}`;
  assert.deepEqual(await words(await picture(query)), wide);
  assert.deepEqual(await words(await picture(`${query},bigendian:swapped`)), Buffer.from(wide).swap16());
  const unsaid = await take('raw=foreign.data&picture=png');
  assert.equal(unsaid.status, 400);
  assert.match(unsaid.json.error,
    /shots\.Foreign has no numbers of these names; \?layout=width:<field>,height:<field> says which they are/);
});

test('what ?layout= names counts before the usual names, in lowerCamelCase, too', async () => {
  const all = 'layout=width:columns,height:lines,step:lineLength,encoding:kind,bigendian:swapped';
  assert.deepEqual(await words(await picture(`raw=misleading.data&picture=png&${all}`)), wide);
});

test('?layout= is about the message around the pixels, also an element of a list', async () => {
  assert.deepEqual(await words(await picture(`raw=many[1].data&picture=png&${layout}`)), wide);
});

test('?layout= makes JPEG and WebP, and a stream of pictures', async () => {
  for (const [format, type] of [['jpeg', 'image/jpeg'], ['webp', 'image/webp']]) {
    const got = await take(`raw=foreign.data&picture=${format}&${layout}`);
    assert.equal(got.headers.get('content-type'), type);
    assert.deepEqual(await identify(got.body), { format: format.toUpperCase(), width: columns, height: lines });
  }
  const film = await proxy.get(`/Films/Play?raw=foreign.data&picture=png&${layout}`);
  assert.deepEqual(await words(film.body), wide);
});

test('a field that cannot be that, and a row shorter than its pixels, are said', async () => {
  for (const pair of ['width:kind', 'encoding:columns', 'bigendian:kind', 'step:data', 'widht:columns', 'width', 'width:rows']) {
    const got = await take(`raw=foreign.data&picture=png&layout=height:lines,${pair}`);
    assert.equal(got.status, 400, pair);
    assert.ok(got.json.error.includes(`?layout= has '${pair}'`), got.json.error);
  }
  const alone = await take(`raw=foreign.data&${layout}`);
  assert.deepEqual([alone.status, alone.json.error], [400, '?layout= is for ?picture=, which makes a picture of raw pixels']);
  const short = await take('raw=short.data&picture=png');
  assert.equal(short.status, 500);
  assert.match(short.json.error, /4 bytes a row, and 5×3 pixels of mono8 need 5/);
});
