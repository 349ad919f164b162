// End to end: paths that stand for methods, by google.api.http annotations and by the configuration. docs/api.md §2 "Routes".

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { configFile } from '../support/config_file.mjs';
import { Example, lab } from '../support/example.mjs';
import { Proxy } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

let server;
let proxy;
before(async () => {
  server = await Example.start('lab');
  proxy = await Proxy.start(undefined, configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]

[route.describe]
path = "/api/items/{padding}"
method = "Lab/Describe"
set = ["fail_after=7"]
name = ["n=names", "both=count", "both=pause_ms"]
ignore = ["junk"]

[route.count]
path = "/api/count/{count}"
method = "lab/Lab/Count"

[route.flat]
path = "/api/flat"
method = "Lab/Describe"

[form.store]
path = "/api/store"
method = "Lab/Store"
ignore = ["submit"]
error-shape = "drake"
name = ["blob=inner.blob"]
`));
  await until('the upstream is connected', async () => (await proxy.get('/lab/health')).status === 200);
});
after(async () => {
  await proxy?.stop();
  await server?.stop();
});

const ask = (verb, path, body) => proxy.post(path, body, { args: ['-X', verb] });

describe('annotations', () => {
  test('variables, query and body become the request', async () => {
    assert.deepEqual((await proxy.post('/v1/shelves/a%20b/books/x%2Fy:put?tags=one&tags=two', { pages: 5 })).json,
      { name: 'shelves/a b', book: { id: 'x/y', pages: '5' }, tags: ['one', 'two'] });
    assert.deepEqual((await proxy.get('/v1/shelves/s?book.pages=3')).json, { name: 'shelves/s', book: { pages: '3' } });
    assert.deepEqual((await ask('PUT', '/v1/all/of/this', { book: { id: 'b' } })).json, { id: 'b', pages: '0' });
    assert.equal((await ask('PUT', '/v1/all', {})).text, 'null');
  });

  test('another verb, an unknown name and a body where there is none are refused', async () => {
    const verb = await ask('DELETE', '/v1/shelves/s');
    assert.equal(verb.status, 405);
    assert.equal(verb.headers.get('allow'), 'GET, HEAD, OPTIONS');
    const name = await proxy.get('/v1/shelves/s?taggs=1');
    assert.equal(name.status, 400);
    assert.match(name.json.error, /no field 'taggs'; did you mean tags/);
    assert.equal((await proxy.post('/v1/shelves/s/books/b:put', '[1')).status, 400);
    assert.equal((await proxy.get('/v1/shelves')).status, 404);
    assert.equal((await proxy.get('/health')).status, 200);
  });
});

describe('routes of the configuration', () => {
  test('constants, other names, and names that mean nothing', async () => {
    const answer = await proxy.get('/api/items/12?n=a&n=b&both=4&junk=1');
    assert.deepEqual(answer.json, { count: '4', padding: 12, pause_ms: 4, fail_after: 7, names: ['a', 'b'] });
    assert.equal((await proxy.get('/api/items/12?fail_after=1')).status, 400);
    assert.match((await proxy.get('/api/items/12?n=%FF')).json.error, /is not UTF-8/);
    assert.equal((await proxy.get('/api/items/many')).status, 400);
  });

  test('a stream is a stream here, too', async () => {
    assert.equal((await proxy.get('/api/count/2')).text, '{"value":"1"}\n{"value":"2"}\n');
  });

  test('paths below /api are as any others, but for those of the page log', async () => {
    assert.deepEqual((await proxy.get('/api/flat?padding=3')).json, { padding: 3 });
    assert.equal((await proxy.get('/api/flat')).headers.get('content-type'), 'application/json');
    assert.equal((await ask('PUT', '/api/flat', {})).headers.get('allow'), 'GET, HEAD, OPTIONS');
    assert.deepEqual((await proxy.post('/api/store?count=3', undefined, { args: ['-F', 'names=a'] })).json, { count: '3', names: ['a'] });
    assert.equal((await proxy.post('/api/LOGclear', {})).json.message, 'Log cleared');
  });

  test('a form, as a browser and as curl send it', async () => {
    const multipart = await proxy.post('/api/store', undefined, {
      args: ['-F', 'count=3', '-F', 'names=a', '-F', 'names=b', '-F', 'submit=Send', '-F', 'blob=@-;filename=a "b".bin', '-F', 'inner.is_on=true'],
    });
    assert.deepEqual(multipart.json, { count: '3', names: ['a', 'b'], inner: { is_on: true } });
    assert.deepEqual((await proxy.post('/api/store', 'count=3&names=a+b', { headers: { 'Content-Type': 'application/x-www-form-urlencoded' } })).json,
      { count: '3', names: ['a b'] });
  });

  test('what is wrong with a form is said in the shape that was asked for', async () => {
    for (const [args, words] of [
      [['-F', 'count=abc'], '"count" takes an integer'], [['-F', 'cuont=1'], "no field 'cuont'"], [['-F', 'count=1', '-F', 'count=2'], "'count' was given twice"],
      [['-F', 'blob=text'], 'has to be a file'], [['-H', 'Content-Type: text/plain', '-d', 'x'], 'multipart/form-data'],
      [['-H', 'Content-Type: multipart/form-data', '-d', 'x'], 'boundary'], [['-F', `names=${'x'.repeat(70000)}`], 'longer than 65536 bytes']]) {
      const answer = await proxy.post('/api/store', undefined, { args });
      assert.ok(answer.status === 400 || answer.status === 413, args.join(' ').slice(0, 100));
      assert.deepEqual(Object.keys(answer.json), ['error', 'message', 'code']);
      assert.deepEqual([answer.json.error, answer.json.code], [true, answer.status]);
      assert.ok(answer.json.message.includes(words), answer.json.message);
    }
    const get = await proxy.get('/api/store');
    assert.equal(get.status, 405);
    assert.equal(get.headers.get('allow'), 'POST, OPTIONS');
  });

  test('a long status text is shortened to what the client quotes', async () => {
    await server.fail({ Store: ['INTERNAL', `${'ü"\n'.repeat(8000)}`] });
    const answer = await proxy.post('/api/store', undefined, { args: ['-F', 'count=1'] });
    await server.fail({});
    assert.equal(answer.status, 500);
    assert.ok(answer.body.length < 8192 && answer.body.length > 4000);
    assert.ok(answer.json.message.startsWith('ü"\nü'));
  });
});

test('a route that does not fit its schema is told of in the log at once', async (t) => {
  const route = (name, method, more) => `[route.${name}]\npath = "/api/${name}/{padding}"\nmethod = "${method}"\n${more}\n`;
  const wrong = await Proxy.start(undefined, configFile(`
[upstream.lab]
address = "${server.address}"
proto-path = ["${lab}"]
${route('right', 'lab/Lab/Describe', 'name = ["n=inner.numbers[0].value"]')}
${route('method', 'Lab/Descrybe', '')}
${route('upstream', 'lob/Lab/Describe', '')}
${route('constant', 'Lab/Describe', 'set = ["fail_after=many"]')}
${route('unknown', 'Lab/Describe', 'set = ["fail_afterr=1"]')}
${route('renamed', 'Lab/Describe', 'name = ["n=inner.namez"]')}
${route('variable', 'Lab/Shelve', '')}
${route('answer', 'Lab/Describe', 'response-body = "valu"')}
${route('bytes', 'Lab/Describe', 'raw = "inner.blub"')}
`));
  t.after(() => wrong.stop());
  for (const [name, reason] of [['method', 'Describe'], ['upstream', 'lab'], ['constant', 'fail_after'], ['unknown', 'fail_afterr'],
    ['renamed', "has no field 'inner.namez'"], ['variable', "has no field 'padding'"], ['answer', "has no field 'valu'"],
    ['bytes', 'inner.blub']]) {
    const [line] = await wrong.line(new RegExp(`A route of the configuration cannot be called route=${name} .*`));
    assert.ok(line.includes(reason), line);
  }
  assert.deepEqual(wrong.linesLike(/cannot be called route=right/), []);
});
