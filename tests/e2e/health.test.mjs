// End to end: what the proxy says of itself. docs/api.md §4.

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { cleanup, freePort, pattern, Proxy, releases, Standin } from '../support/octane.mjs';
import { until } from '../support/wait.mjs';

for (const release of releases) {
  describe(`beside ${release}`, () => {
    let octane;
    let proxy;
    before(async () => {
      octane = await Standin.start(pattern(), { release });
      proxy = await Proxy.start(octane);
    });
    after(async () => {
      await proxy?.stop();
      await octane?.stop();
    });

    test('/health and /readyz?octane=1 tell the whole state', async (t) => {
      const started = cleanup(t);
      const viewer = started(proxy.watch('?format=jpeg'));
      await viewer.type('newImage');
      for (const path of ['/health', '/readyz?octane=1']) {
        const answer = await proxy.get(path);
        assert.equal(answer.status, 200);
        const health = answer.json;
        assert.equal(health.status, 'ok');
        assert.equal(health.connected, true);
        assert.match(health.version, /^\d+\.\d+\.\d+/);
        assert.equal(health.octane.address, `127.0.0.1:${octane.port}`);
        assert.equal(health.octane.api, release);
        assert.ok(String(health.octane.version).length > 0);
        assert.ok(health.octane.epoch >= 1);
        assert.equal(health.frames.viewers, 1);
        assert.ok(health.frames.seq >= 1);
        assert.ok(health.frames.age_s >= 0 && health.frames.age_s < 30, `age ${health.frames.age_s}`);
        assert.ok(health.uptime_s >= 0 && health.uptime_s < 600);
        assert.ok(Array.isArray(health.warnings));
      }
      await viewer.stop();
      await until('the viewer is counted out', async () => (await proxy.get('/health')).json.frames.viewers === 0);
    });

    test('/services lists every service of the release and /services/<service> its methods', async () => {
      const { schema, services } = (await proxy.get('/services')).json;
      assert.equal(schema, release);
      assert.equal(services.length, 105);
      const item = services.find((service) => service.name === 'ApiItem');
      assert.equal(item.fullName, 'octaneapi.ApiItemService');
      assert.ok(item.methods.includes(release === 'alpha5' ? 'getByAttrID' : 'getValueByAttrID'));
      assert.ok(!item.methods.includes(release === 'alpha5' ? 'getValueByAttrID' : 'getByAttrID'));
      for (const name of ['LiveLink', 'livelinkapi.LiveLinkService']) {
        const liveLink = (await proxy.get(`/services/${name}`)).json;
        assert.equal(liveLink.fullName, 'livelinkapi.LiveLinkService');
        const setCamera = liveLink.methods.find((method) => method.name === 'SetCamera');
        assert.equal(setCamera.path, '/LiveLink/SetCamera');
        assert.equal(setCamera.streaming, false);
        assert.deepEqual(setCamera.request.fields.map((field) => [field.name, field.number]),
          [['position', 1], ['target', 2], ['up', 3], ['fov', 4]]);
        assert.equal(liveLink.methods.find((method) => method.name === 'StreamCamera').streaming, true);
      }
      const missing = await proxy.get('/services/ApiItme');
      assert.equal(missing.status, 404);
      assert.match(missing.json.error, /ApiItem/);
    });

    test('every template of the services that clients use can be pasted into curl as it stands', async () => {
      await proxy.post('/ApiChangeManager/update', {}); // who knows it is not told of it
      for (const service of ['ApiItem', 'ApiNode', 'ApiInfo', 'LiveLink', 'ApiRenderEngine', 'ApiNodePinInfoEx']) {
        const { methods } = (await proxy.get(`/services/${service}`)).json;
        assert.ok(methods.length > 0);
        // The stand-in may refuse the values; the proxy must find nothing wrong with the text, not even in strict mode, and pass it on.
        const unary = methods.filter((method) => !method.streaming);
        const answers = await proxy.pipeline(unary.map((method) => [method.path, method.template, method.name, { 'X-Strict': '1' }]));
        const { calls } = await octane.counters();
        for (const [i, answer] of answers.entries()) {
          const json = JSON.parse(answer.body);
          assert.equal(json.warnings, undefined, `${unary[i].path}: ${answer.body}`);
          const isDenied = answer.status === 403;
          const isNull = answer.status === 400 && json.error.includes('handle 0, which is no object'); // the template's own
          assert.ok(isDenied || isNull || calls[unary[i].path.slice(1)] >= 1, `${unary[i].path} never reached the renderer: ${answer.body}`);
        }
      }
    });
  });
}

test('without Octane /health is 503 and says plainly what is missing; /livez and /readyz look at the proxy alone', async (t) => {
  const started = cleanup(t);
  const port = await freePort();
  const proxy = started(await Proxy.start(null, [], { octanePort: port }));
  for (const probe of ['/livez', '/readyz', '/readyz?octane=0']) {
    const answer = await proxy.get(probe, { headers: { Host: 'pod-7.cluster.example' } });
    assert.equal(answer.status, 200, probe);
    assert.deepEqual(answer.json, { status: 'ok' });
  }
  for (const path of ['/health', '/readyz?octane=1']) {
    const answer = await proxy.get(path);
    assert.equal(answer.status, 503);
    const health = answer.json;
    assert.equal(health.status, 'unavailable');
    assert.equal(health.connected, false);
    assert.ok(health.error.includes(`127.0.0.1:${port}`), health.error);
    assert.match(health.error, /LiveLink|GRPC|gRPC|Preferences/);
    assert.equal(health.octane.address, `127.0.0.1:${port}`);
    assert.equal(health.frames.viewers, 0);
    assert.ok(health.uptime_s >= 0);
  }
  assert.equal((await proxy.get('/services')).status, 200);
});

test('/health turns 503 when Octane is lost, and 200 when it is back', async (t) => {
  const started = cleanup(t);
  const octane = started(await Standin.start(pattern()));
  const proxy = started(await Proxy.start(octane));
  await octane.kill();
  await until('/health says lost', async () => (await proxy.get('/health')).status === 503);
  const again = started(await Standin.start(pattern(), { port: octane.port }));
  await proxy.connected();
  t.diagnostic(`found ${Math.round(performance.now() - again.listeningSince)} ms after Octane listened again`);
  assert.ok((await proxy.get('/health')).json.octane.epoch >= 2);
  assert.equal(again.port, octane.port);
});
