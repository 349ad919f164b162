// End to end: bodies of bytes (google.api.HttpBody, ?raw-body=), strict JSON in routes, and paths that several routes fit.
// docs/api.md §2 "Routes".

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { configFile } from '../support/config_file.mjs';
import { openCurl } from '../support/curl.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { patience, until, within } from '../support/wait.mjs';

const upstream = (name, address) => `
[upstream.${name}]
address = "${address}"
proto-path = ["${lab}"]
`;

let server;
let proxy;
before(async () => {
  server = await Example.start('lab');
  proxy = await Proxy.start(undefined, configFile(`
max-body = "64KiB"
${upstream('lab', server.address)}
[form.pack]
path = "/api/pack"
method = "lab/Lab/Pack"

[route.upload]
path = "/api/upload"
verb = "PUT"
method = "lab/Lab/Upload"
body = "*"

[route.numbers]
path = "/api/packs/{count}"
method = "lab/Lab/Count"
response-body = "value"

[route.part]
path = "/api/part/{name}"
method = "lab/Lab/Pack"
raw = "parts[0]"
`));
  await until('the upstream is connected', async () => (await proxy.get('/lab/health')).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

const typed = (type, verb = 'POST') => ({ headers: { 'Content-Type': type }, args: ['-X', verb] });
const hash = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('google.api.HttpBody in a route', () => {
  test('is the body as it is, with its type', async () => {
    const whole = await proxy.post('/v1/body', Buffer.from('{"not json'), typed('text/x-test'));
    assert.equal(whole.status, 200, whole.text);
    assert.equal(whole.headers.get('content-type'), 'text/x-test');
    assert.equal(whole.text, 'nosj ton"{');
    const field = await proxy.post('/v1/parcels/red', Buffer.from([0, 255, 1]), typed('image/x-test'));
    assert.deepEqual(field.json, { name: 'red', file: { content_type: 'image/x-test', data: 'AP8B' } });
    const none = await proxy.post('/v1/parcels/red', undefined);
    assert.deepEqual(none.json, { name: 'red' });
  });

  test('as the field that alone is answered, it is the answer', async () => {
    const bytes = randomBytes(5000);
    const answer = await proxy.post('/v1/parcels/red', bytes, typed('image/x-test', 'PUT'));
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers.get('content-type'), 'image/x-test');
    assert.ok(answer.body.equals(bytes));
    assert.equal((await proxy.get('/v1/packs/2')).text, 'pack 1\npack 2\n');
  });

  test('a field of a stream\'s messages that alone is answered is alone in each', async () => {
    assert.equal((await proxy.get('/api/packs/2')).text, '"1"\n"2"\n');
  });

  test('excludes what would be set beside it', async () => {
    for (const [path, words] of [['/v1/parcels/red?note=x', 'exclude each other'], ['/v1/parcels/red?file.data=eA', "'file.data' was given twice"],
      ['/v1/body?data=eA', "'data' was given twice"], ['/v1/parcels/red?nmae=x', "no field 'nmae'"]]) {
      const answer = await proxy.post(path, Buffer.from('x'), typed('text/plain'));
      assert.equal(answer.status, 400, path);
      assert.ok(answer.json.error.includes(words), answer.json.error);
    }
  });
});

describe('a stream of bytes', () => {
  const big = randomBytes(1_500_000); // of any length, whatever --max-body says

  test('is sent in pieces, the first of which has the type', async () => {
    for (const [path, verb] of [['/Lab/Upload?bare=1', 'POST'], ['/lab/Lab/Upload?bare=1', 'POST'], ['/v1/upload', 'POST'], ['/api/upload', 'PUT']]) {
      const answer = await proxy.post(path, big, typed('video/x-test', verb));
      assert.equal(answer.status, 200, `${path}: ${answer.text}`);
      const { size, sha256, messages, longest, types } = answer.json;
      assert.deepEqual([Number(size), sha256, types], [big.length, hash(big), ['video/x-test']], path);
      assert.ok(messages > 1 && Number(longest) <= 1 << 20, `${messages} messages, the longest ${longest}`);
    }
    const empty = await proxy.post('/Lab/Upload?bare=1', undefined, typed('text/plain'));
    assert.deepEqual([empty.json.messages, empty.json.types], [1, ['text/plain']]);
  });

  test('comes while it is sent', async () => {
    const { child, done, out } = openCurl(['-X', 'POST', '-T', '.', '-H', 'Expect:', `${proxy.url}/v1/upload`]);
    for (let i = 1; i <= 3; i++) {
      child.stdin.write('abc');
      await until('the piece has come', async () => (await server.told()).noted.taken === 3 * i);
    }
    child.stdin.end();
    await within(patience, 'the end', done);
    assert.equal(JSON.parse(out.text).size, '9');
  });

  test('as a field has the others in its first message', async () => {
    const answer = await proxy.post('/v1/gathered/red', big, typed('video/x-test'));
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.json.sha256, answer.json.names, answer.json.types], [hash(big), ['red'], ['video/x-test']]);
    const refused = await proxy.post('/v1/gathered/red', {}, typed('application/json', 'PUT'));
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /takes a stream, which this path does not carry/);
    assert.equal((await proxy.post('/v1/gathered/red?nmae=x', 'x')).status, 400);
  });

  test('can be any bytes field, by ?raw-body=', async () => {
    const answer = await proxy.post('/Lab/Gather?bare=1&raw-body=file.data&name=red', big);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.json.sha256, answer.json.names], [hash(big), ['red']]);
    assert.ok((await proxy.post('/Lab/Sum?bare=1&raw-body=padding', big)).json.count > 1);
    for (const [query, words] of [['raw-body=paddin', 'padding'], ['raw-body=padding&valeu=1', "no field 'valeu'"], ['raw-body=padding&padding=eA', 'given twice']]) {
      const refused = await proxy.post(`/Lab/Sum?${query}`, 'x');
      assert.equal(refused.status, 400, query);
      assert.ok(refused.json.error.includes(words), refused.json.error);
    }
    const text = await proxy.post('/Lab/Echo?raw-body=text', 'x');
    assert.equal(text.status, 400);
    assert.match(text.json.error, /lab\.Text\.text is a string/);
  });
});

describe('JSON beside other fields', () => {
  const put = (path, body) => proxy.post(path, body, typed('application/json', 'PATCH'));

  test('keeps its numbers', async () => {
    assert.deepEqual((await put('/v1/parcels/red', '{"numbers":[{"value":9007199254740993.0},{"value":-9223372036854775807}]}')).json.numbers,
      [{ value: '9007199254740993' }, { value: '-9223372036854775807' }]);
    const query = encodeURIComponent('{"inner":{"numbers":[{"value":9007199254740993.0}]}}');
    assert.deepEqual((await proxy.get(`/Lab/Describe?bare=1&count=1&request=${query}`)).json,
      { count: '1', inner: { numbers: [{ value: '9007199254740993' }] } });
  });

  test('may have no member twice, by either name, nor what path or query gives', async () => {
    for (const body of ['{"note":"a","note":"b"}', '{"numbers":[{"value":1,"value":2}]}', '{"name":"blue"}', '{"file":{},"note":"a"}']) {
      const answer = await put('/v1/parcels/red', body);
      assert.equal(answer.status, 400, body);
      assert.match(answer.json.error, /given twice|exclude each other/);
    }
    const query = encodeURIComponent('{"padding":1,"padding":2}');
    assert.match((await proxy.get(`/Lab/Describe?count=1&request=${query}`)).json.error, /"padding" is given twice/);
    assert.match((await proxy.get(`/Lab/Describe?fail_after=1&request=${encodeURIComponent('{"failAfter":2}')}`)).json.error, /given twice/);
    assert.match((await put('/v1/parcels/red', '{"note":}')).json.error, /line 1/);
  });
});

describe('files of a form', () => {
  const send = (...args) => proxy.post('/api/pack', undefined, { args: args.flatMap((one) => ['-F', one]) });
  const path = fileURLToPath(import.meta.url);
  const file = `@${path};filename=a`;

  test('of one name are the elements of a list', async () => {
    const answer = await send(`parts=${file}`, `parts=${file}`, 'name=x');
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json.parts, Array(2).fill(readFileSync(path).toString('base64')));
  });

  test('and a body can be the bytes in a wrapper', async () => {
    const text = readFileSync(path).toString('base64');
    const answer = await send(`blob.value=${file}`, `blobs[0].value=${file}`);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json, { blob: text, blobs: [text] });
    const body = await proxy.post('/Lab/Pack?bare=1&raw-body=blob.value&name=x', Buffer.from([0, 255, 1]));
    assert.equal(body.status, 200, body.text);
    assert.deepEqual(body.json, { name: 'x', blob: 'AP8B' });
    const twice = await proxy.post('/Lab/Pack?raw-body=blob.value&blob=eA', 'x');
    assert.equal(twice.status, 400);
    assert.match(twice.json.error, /given twice/);
  });

  test('in a list need memory for their text as well, and are 503 without it', async (t) => {
    const small = await Proxy.start(undefined, configFile(`
max-body = "64KiB"
body-memory = "64KiB"
${upstream('lab', server.address)}
[form.pack]
path = "/api/pack"
method = "lab/Lab/Pack"
`));
    t.after(() => small.stop());
    await until('the upstream is connected', async () => (await small.get('/lab/health')).status === 200);
    const form = (name, bytes) => small.post('/api/pack', Buffer.concat([
      Buffer.from(`--b\r\nContent-Disposition: form-data; name="${name}"; filename="a"\r\n\r\n`), bytes, Buffer.from('\r\n--b--\r\n')]),
    typed('multipart/form-data; boundary=b'));
    const bytes = Buffer.alloc(26000, 'x');
    assert.equal((await form('parts', bytes)).status, 200);
    const refused = await form('numbers[0].padding', bytes);
    assert.equal(refused.status, 503, refused.text);
    assert.ok(refused.headers.get('retry-after'));
    assert.equal((await form('numbers[0].padding', bytes.subarray(0, 5000))).status, 200);
  });

  test('go into the element that they name', async () => {
    const answer = await send('numbers[0].value=1', `numbers[0].padding=${file}`, `numbers[1].padding=${file}`, 'numbers[1].value=2');
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual(answer.json.numbers.map(({ value, padding }) => [value, padding !== undefined]), [['1', true], ['2', true]]);
    for (const [args, words] of [[[`numbers[0].padding=${file}`, `numbers[0].padding=${file}`], 'given twice'], [[`parts[3]=${file}`], 'the next is 0'],
      [[`file.data=${file}`, 'file={"data":"eA"}'], 'given twice'], [[`file.data=${file}`, 'note=x'], 'exclude each other']]) {
      const refused = await send(...args);
      assert.equal(refused.status, 400, args.join());
      assert.ok(refused.json.error.includes(words), refused.json.error);
    }
  });
});

test('an element beyond the end of a list is 404, and how many there are is said', async () => {
  const answer = await proxy.post('/Lab/Pack?raw=parts[2]', { parts: ['eA==', 'eQ=='] }, { args: ['-g'] });
  assert.equal(answer.status, 404);
  assert.equal(answer.json.status, 'NOT_FOUND');
  assert.equal(answer.json.error, 'in the answer parts has 2 elements, so that there is no [2]');
  assert.equal((await proxy.post('/Lab/Pack?raw=parts[1]', { parts: ['eA==', 'eQ=='] }, { args: ['-g'] })).text, 'y');
  assert.match((await proxy.get('/api/part/red')).json.error, /parts has no elements, so that there is no \[0\]/);
  const stream = await proxy.post('/Lab/Packs?raw=parts[0]&stream=bytes', { count: 2 }, { args: ['-g'] });
  assert.deepEqual([stream.status, stream.body.length], [200, 0]);
  assert.equal((await proxy.post('/Lab/Packs?raw=parts[0]', { count: 2 }, { args: ['-g'] })).status, 404);
});

describe('a path that several routes fit', () => {
  test('is 404 with those that are meant, and each upstream has it below its name', async (t) => {
    const other = await Example.start('lab');
    t.after(() => other.stop());
    const both = await Proxy.start(undefined, configFile(`${upstream('lab', server.address)}${upstream('twin', other.address)}
[route.own]
path = "/v1/body"
verb = "POST"
method = "twin/Lab/Body"
body = "*"
`));
    t.after(() => both.stop());
    for (const name of ['lab', 'twin']) await until('it is connected', async () => (await both.get(`/${name}/health`)).status === 200);
    const refused = await both.get('/v1/shelves/s');
    assert.equal(refused.status, 404, refused.text);
    assert.equal(refused.json.error, '2 methods have the annotation GET /v1/shelves/s; say which is meant: /lab/v1/shelves/s, /twin/v1/shelves/s');
    for (const [name, one] of [['lab', server], ['twin', other]]) {
      assert.deepEqual((await both.get(`/${name}/v1/shelves/${name}`)).json, { name: `shelves/${name}` });
      assert.deepEqual((await one.told()).seen.at(-1).asked, { name: `shelves/${name}` });
    }
    assert.equal((await both.post('/v1/body', 'abc')).text, 'cba'); // the configuration's own come first
    assert.equal((await both.post('/twin/v1/upload', 'abc')).json.size, '3');
    assert.equal((await both.post('/twin/v1/shelves/s', {})).headers.get('allow'), 'GET, HEAD, OPTIONS');
    assert.equal((await both.get('/twin/v1/nothing/here/at/all')).status, 404);
  });

  test('of one upstream names the methods', async () => {
    const refused = await proxy.get('/v1/sides/3');
    assert.equal(refused.status, 404, refused.text);
    assert.equal(refused.json.error, '2 methods have the annotation GET /v1/sides/3; say which is meant: /lab/lab.Lab/Left, /lab/lab.Lab/Right');
    assert.deepEqual((await proxy.get('/lab/v1/packs/1')).text, 'pack 1\n');
  });

  test('of the configuration is refused at start, and one of the proxy\'s own paths is told of', async (t) => {
    const route = (name, path) => `[route.${name}]\npath = "${path}"\nmethod = "lab/Lab/Describe"\n`;
    await assert.rejects(Proxy.start(undefined, configFile(upstream('lab', server.address) + route('one', '/a/{count}') + route('two', '/a/{padding}'))),
      /route "one" and route "two" fit the same requests, GET "\/a\/\{count\}" and "\/a\/\{padding\}"; one of them needs another path or verb/);
    const hidden = await Proxy.start(undefined, configFile(upstream('lab', server.address) + route('health', '/health') + route('services', '/services/{count}') +
      route('fine', '/a/{count}')));
    t.after(() => hidden.stop());
    for (const name of ['health', 'services'])
      await hidden.line(new RegExp(`A route of the configuration cannot be called route=${name} .*is a path of the proxy's own`));
    assert.deepEqual(hidden.linesLike(/cannot be called route=fine/), []);
  });
});
