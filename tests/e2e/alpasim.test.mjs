// End to end: the services of the alpasim driving simulator. What they have that others lack: a service without a package, names that recur,
// calls of hours, 64-bit seeds, texts of kilobytes, failures inside answers.

import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';

import { configFile } from '../support/config_file.mjs';
import { runCurl } from '../support/curl.mjs';
import { Example, examples } from '../support/example.mjs';
import { convert } from '../support/images.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { buildDir, Program } from '../support/program.mjs';
import { until } from '../support/wait.mjs';

const run = promisify(execFile);
const proto = path.join(examples, 'alpasim/proto');
const folder = mkdtempSync(path.join(tmpdir(), 'octane-alpasim-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const DRIVER = 'egodriver.EgodriverService';
const CONTROLLER = 'controller.VDCService';
const TRAFFIC = 'traffic.TrafficService';
const VIDEO = 'omnidreams.video_model.WorldModelService';
const services = ['RuntimeService', 'controller.VDCService', 'egodriver.EgodriverService', 'omnidreams.video_model.WorldModelService',
  'physics.PhysicsService', 'traffic.TrafficService'];
const oneRollout = { rollout_specs: [{ scenario_id: 'clipgt-0001', nr_rollouts: 1 }] };

const section = (name, { address }, ...more) => `[upstream.${name}]\naddress = "${address}"\n${more.map((line) => `${line}\n`).join('')}`;
const byFiles = `proto-path = ["${proto}"]`;

// The line that names a compiled schema of these files and what they import.
function bySet(name, ...files) {
  const set = path.join(folder, `${name}.pb`);
  execFileSync('protoc', ['-I', proto, '--include_imports', '--descriptor_set_out', set, ...files.map((file) => `alpasim_grpc/v0/${file}.proto`)]);
  return `descriptor-set = ["${set}"]`;
}

async function connected(proxy) {
  await until('all upstreams are connected', async () =>
    (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state === 'connected'), { detail: () => proxy.tail() });
  return proxy;
}

// The last request of a stand-in, as its own protobuf library reads it.
const lastAsked = async (example) => (await example.told()).seen.at(-1).asked;
const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

describe('all services behind one upstream', () => {
  let all;
  let proxy;
  before(async () => {
    all = await Example.start('alpasim');
    proxy = await connected(await Proxy.start(undefined, ['--max-body', '100MiB', ...configFile(section('alpasim', all, byFiles))]));
  });
  after(async () => {
    await proxy?.stop();
    await all?.stop();
  });

  const started = async (service, session, more = {}) => {
    const answer = await proxy.post(`/${service}/start_session`, { session_uuid: session, ...more });
    assert.equal(answer.status, 200, answer.text);
  };

  test('a seed and a time arrive exactly, whichever of the 64 bits they use', async () => {
    for (const [i, seed] of ['18446744073709551615', '9007199254740993', 9007199254740991, 7].entries()) {
      await started(DRIVER, `seed-${i}`, { random_seed: seed });
      assert.equal((await lastAsked(all)).random_seed, String(seed));
    }
    await started(CONTROLLER, 'times');
    for (const time of ['-9223372036854775808', '9223372036854775807', -9007199254740991, 1100000]) {
      const answer = await proxy.post(`/${CONTROLLER}/run_controller_and_vehicle`, { session_uuid: 'times', future_time_us: time });
      assert.equal(answer.status, 200, answer.text);
      assert.equal((await lastAsked(all)).future_time_us, String(time));
    }
    const beyond = await proxy.post(`/${DRIVER}/start_session`, { session_uuid: 'beyond', random_seed: '18446744073709551616' });
    assert.equal(beyond.status, 400);
    assert.match(beyond.json.error, /random_seed/);
  });

  test('a map of numbers is an object, also with what JSON has no numbers for and with an empty key', async () => {
    const { rollout_returns: [rollout] } = await proxy.call('RuntimeService/simulate', oneRollout);
    assert.equal(rollout.success, true);
    assert.deepEqual(rollout.aggregated_metrics, { progress: 0.9375, collisions: 0, offroad_rate: 'NaN', time_to_collision: 'Infinity',
      'worst margin': '-Infinity', '': 1 });
    assert.deepEqual(rollout.timestep_metrics[0].valid, [false, true, true]);
  });

  test('a message that is absent, empty or filled are three things', async () => {
    await started(DRIVER, 'absent');
    assert.ok(!('debug_info' in await lastAsked(all)));
    await started(DRIVER, 'empty', { debug_info: {} });
    assert.deepEqual((await lastAsked(all)).debug_info, {});
    await started(DRIVER, 'filled', { debug_info: { scene_id: 'clipgt-0001' } });
    assert.deepEqual((await lastAsked(all)).debug_info, { scene_id: 'clipgt-0001' });
  });

  test('an answer without fields is an empty object', async () => {
    await started(DRIVER, 'short');
    const closed = await proxy.post(`/${DRIVER}/close_session`, { session_uuid: 'short' });
    assert.equal(closed.status, 200);
    assert.deepEqual(closed.json, { success: true, data: {} });
    await started(DRIVER, 'shorter');
    const bare = await proxy.post(`/${DRIVER}/close_session?bare=1`, { session_uuid: 'shorter' });
    assert.equal(bare.status, 200);
    assert.equal(bare.text, '{}');
  });

  test('a rollout that fails is told inside an answer that succeeds', async () => {
    const body = { rollout_specs: [{ scenario_id: 'clipgt-0002', nr_rollouts: 2, session_uuids: ['a', 'b'] }] };
    const shown = await proxy.post('/RuntimeService/simulate?defaults=1', body);
    assert.equal(shown.status, 200);
    assert.equal(shown.json.success, true);
    assert.deepEqual(shown.json.data.rollout_returns.map(({ success, rollout_uuid: id }) => [success, id]), [[false, 'a'], [false, 'b']]);
    const brief = await proxy.post('/RuntimeService/simulate', body);
    assert.equal(brief.status, 200);
    assert.equal(brief.json.success, true);
    const [rollout] = brief.json.data.rollout_returns;
    assert.notEqual(rollout.success, true); // false is a default value, so it is left out
    assert.match(rollout.error, /left the road/);
    assert.equal(rollout.error_code, 'ROLLOUT_ERROR_CODE_UNSPECIFIED');
    const refused = await proxy.post('/RuntimeService/simulate', { rollout_specs: [{ scenario_id: 'no-such', nr_rollouts: 1 }] });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /unknown scenario 'no-such'/);
  });

  test('a status that comes with a message is the status', async () => {
    const objects = { scene_id: 'clipgt-0001', logged_object_trajectories: [{ object_id: 'EGO' }], handover_time_us: 500000 };
    await started(TRAFFIC, 'once', objects);
    for (const [method, body, status, name, words] of [
      ['start_session', { session_uuid: 't', scene_id: 'clipgt-0001' }, 400, 'INVALID_ARGUMENT', 'logged_object_trajectories is empty'],
      ['start_session', { session_uuid: 't', ...objects, scene_id: 'x' }, 404, 'NOT_FOUND', "there is no scene 'x'"],
      ['start_session', { session_uuid: 'once', ...objects }, 409, 'ALREADY_EXISTS', 'session once has been started already'],
      ['simulate', { session_uuid: 'nobody' }, 404, 'NOT_FOUND', "there is no session 'nobody'"],
      ['simulate', { session_uuid: 'once', time_query_us: 1 }, 400, 'FAILED_PRECONDITION', '1 is before 500000'],
      ['simulate', { session_uuid: 'once', time_query_us: 600000, object_trajectory_updates: [{ object_id: 'q' }] }, 500, 'INTERNAL',
        "the step failed: there is no object 'q'"],
    ]) {
      const answer = await proxy.post(`/${TRAFFIC}/${method}`, body);
      assert.equal(answer.status, status, answer.text);
      assert.deepEqual([answer.json.success, answer.json.status], [false, name]);
      assert.ok(answer.json.error.includes(words), answer.text);
      assert.ok(!answer.text.includes('not to be seen'));
    }
    const crashed = await proxy.post('/physics.PhysicsService/ground_intersection', { scene_id: 'x' });
    assert.equal(crashed.status, 500);
    assert.deepEqual([crashed.json.status, crashed.json.error], ['UNKNOWN', "Exception calling application: 'x'"]);
  });

  test('a status text of 6 kB arrives whole, with its quotes, lines and letters', async () => {
    await started(DRIVER, 'replay');
    const answer = await proxy.post(`/${DRIVER}/drive`, { session_uuid: 'replay', time_now_us: '1000000' });
    assert.equal(answer.status, 400);
    const { noted } = await all.told();
    assert.ok(Buffer.byteLength(noted.text) >= 6000 && /"[^]*\n[^]*ß[^]*横/.test(noted.text), 'the stand-in said what it was to say');
    assert.equal(answer.json.error, noted.text);
  });

  test('60 MiB pass in a request and in an answer', async () => {
    const patient = { args: ['--max-time', '300'] };
    const picture = randomBytes(60 << 20);
    const base64 = picture.toString('base64');
    await started(DRIVER, 'large');
    const sent = await proxy.post(`/${DRIVER}/submit_image_observation`,
      `{"session_uuid":"large","camera_image":{"image_bytes":"${base64}","logical_id":"c"}}`, patient);
    assert.equal(sent.status, 200, sent.text.slice(0, 400));
    assert.deepEqual((await all.told()).noted.image, { size: picture.length, sha256: sha256(picture) });
    const echoed = await proxy.post(`/${DRIVER}/drive`,
      `{"session_uuid":"large","time_now_us":"1000000","time_query_us":"1100000","renderer_data":"${base64}"}`, patient);
    assert.equal(echoed.status, 200, echoed.text.slice(0, 400));
    const { debug_info: info } = echoed.json.data;
    assert.ok(info.unstructured_debug_info === base64, 'the same bytes come back');
  });

  test('a frame deep in an answer comes as bytes of its own type', async () => {
    const { session_id: id } = await proxy.call(`${VIDEO}/start_session`, { camera_specs: [{ logical_id: 'c0' }, { logical_id: 'c1' }] });
    const body = { session_id: { session_id: id }, rig_trajectory: { poses: [] }, dynamic_state: { actors: [{ class_id: 'CAR' }] } };
    const { camera_outputs: outputs } = await proxy.call(`${VIDEO}/render_video_chunk`, body);
    assert.deepEqual(outputs.map(({ rgb_frames: frames }) => frames.map(({ format }) => format)), [['PNG', 'JPEG', 'PNG'], ['PNG', 'JPEG', 'PNG']]);
    for (const [camera, frame, type, shade] of [[0, 1, 'image/jpeg'], [0, 0, 'image/png', 10], [1, 2, 'image/png', 201]]) {
      const raw = await proxy.post(`/${VIDEO}/render_video_chunk?raw=camera_outputs[${camera}].rgb_frames[${frame}].data`, body, { args: ['-g'] });
      assert.equal(raw.status, 200, raw.text.slice(0, 400));
      assert.equal(raw.headers.get('content-type'), type);
      assert.equal(raw.headers.get('content-length'), String(raw.body.length));
      assert.deepEqual(raw.body, Buffer.from(outputs[camera].rgb_frames[frame].data, 'base64'));
      if (shade === undefined) continue;
      assert.deepEqual(await convert(['png:-', '-depth', '8'], 'gray', raw.body), Buffer.alloc(48 * 27, shade));
    }
  });

  test('an enum is taken by name, by number and by an unknown number; an unknown name is refused with its path', async () => {
    const frames = (format) => ({ camera_specs: [{ logical_id: 'c0' }], initial_frames: [{ format: 'JPEG' }, { format }] });
    for (const [given, arrived] of [[1, 'PNG'], ['PNG', 'PNG'], ['png', 'PNG'], [99, 99]]) {
      const answer = await proxy.post(`/${VIDEO}/start_session`, frames(given));
      assert.equal(answer.status, 200, answer.text);
      assert.equal((await lastAsked(all)).initial_frames[1].format, arrived);
    }
    const refused = await proxy.post(`/${VIDEO}/start_session`, frames('WEBP'));
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /initial_frames[.[]1\]?\.format/);
    assert.match(refused.json.error, /WEBP/);
  });
});

describe('names', () => {
  let all;
  let runtime;
  let traffic;
  let sources;
  let parts;
  before(async () => {
    all = await Example.start('alpasim', ['--reflection', 'v1']);
    runtime = await Example.start('alpasim', ['--services', 'RuntimeService', '--reflection', 'v1alpha']);
    traffic = await Example.start('alpasim', ['--services', 'TrafficService']);
    const everything = bySet('all', 'runtime', 'egodriver', 'physics', 'traffic', 'controller', 'video_model');
    sources = await connected(await Proxy.start(undefined, configFile(
      section('set', all, everything) + section('files', all, byFiles) + section('asked', all))));
    parts = await connected(await Proxy.start(undefined, configFile(
      section('runtime', runtime) + section('traffic', traffic, bySet('traffic', 'traffic')))));
  });
  after(async () => {
    for (const program of [sources, parts, all, runtime, traffic]) await program?.stop();
  });

  test('a service without a package is reached and listed, wherever its schema is from', async () => {
    for (const source of ['set', 'files', 'asked']) {
      const answer = await sources.post(`/${source}/RuntimeService/get_runtime_info`, {});
      assert.equal(answer.status, 200, answer.text);
      assert.deepEqual(answer.json.data.scenes.map(({ scene_id: id }) => id), ['clipgt-0001', 'clipgt-0002']);
      assert.deepEqual((await sources.get(`/${source}/services`)).json.services.map(({ fullName }) => fullName).sort(), services, source);
    }
  });

  test('a method that two services have is that of the service in the path', async () => {
    const runs = (await runtime.told()).calls;
    const steps = (await traffic.told()).calls;
    assert.equal((await parts.post('/RuntimeService/simulate', oneRollout)).status, 200);
    const stepped = await parts.post('/TrafficService/simulate', { session_uuid: 'nobody' });
    assert.deepEqual([stepped.status, stepped.json.error], [404, "there is no session 'nobody'"]);
    assert.equal((await runtime.told()).calls, runs + 1);
    assert.equal((await runtime.told()).seen.at(-1).method, 'RuntimeService.simulate');
    assert.equal((await traffic.told()).calls, steps + 1);
    assert.equal((await traffic.told()).seen.at(-1).method, 'traffic.TrafficService.simulate');
  });

  test('a method without its service, and a service that several have, are 404 with the addresses that could be meant', async () => {
    const alone = await parts.post('/simulate', {});
    assert.equal(alone.status, 404);
    for (const meant of ['/RuntimeService/simulate', '/TrafficService/simulate']) assert.ok(alone.json.error.includes(meant), alone.text);
    const several = await sources.post('/EgodriverService/drive', {});
    assert.equal(several.status, 404);
    for (const source of ['set', 'files', 'asked']) assert.ok(several.json.error.includes(`/${source}/EgodriverService/drive`), several.text);
  });

  test('a folder that is not the root of the imports ends the start, and the line names the import', async (t) => {
    const wrong = section('alpasim', all, `proto-path = ["${path.join(proto, 'alpasim_grpc')}"]`);
    const program = new Program(path.join(buildDir, 'octane-proxy'), ['--host', '127.0.0.1', '--port', '0', ...configFile(wrong)]);
    t.after(() => program.kill());
    assert.equal((await program.exit()).code, 2);
    assert.equal(program.err.trim().split('\n').length, 1, program.err);
    assert.match(program.err, /alpasim_grpc\/v0\/common\.proto/);
  });
});

test('a simulation takes as long as it takes, where no deadline is set for it', async (t) => {
  const started = cleanup(t);
  const slow = started(await Example.start('alpasim', ['--simulate-seconds', '3']));
  const endless = started(await Example.start('alpasim', ['--simulate-seconds', '600']));
  const patience = 'method-timeout = ["RuntimeService/simulate=0"]';
  const deadlines = [1, 4, 16, 40]; // seconds; the first is enough, unless the machine needs longer to bring a call to the stand-in
  const hasty = deadlines.map((seconds) => section(`hasty${seconds}`, endless, byFiles, `timeout = "${seconds}s"`));
  const proxy = started(await Proxy.start(undefined,
    ['--timeout', '1s', ...configFile(section('patient', slow, byFiles, patience) + hasty.join(''))]));
  await connected(proxy);
  for (const seconds of deadlines) {
    const cut = await proxy.post(`/hasty${seconds}/RuntimeService/simulate`, oneRollout);
    assert.deepEqual([cut.status, cut.json.status], [504, 'DEADLINE_EXCEEDED']);
    if ((await endless.told()).calls > 0) break;
  }
  await until('the stand-in has seen that nobody waits', async () => {
    const { calls, cancelled } = await endless.told();
    return calls > 0 && cancelled === calls;
  });

  // Afterwards the same connection serves the next request.
  const say = ['-o', '/dev/null', '-w', '%{http_code} %{num_connects}\n'];
  const { code, bytes, err } = await runCurl(['-X', 'POST', '-d', JSON.stringify(oneRollout), ...say, `${proxy.url}/patient/RuntimeService/simulate`,
    '--next', '-sS', ...say, `${proxy.url}/livez`]).done;
  assert.equal(code, 0, err);
  assert.equal(bytes.toString(), '200 1\n200 0\n');
  assert.equal((await slow.told()).seen.at(-1).seconds_left, null);
  const { seconds_left: left } = await until('another method is at the stand-in before its deadline', async () => {
    await proxy.post('/patient/RuntimeService/get_runtime_info', {});
    return (await slow.told()).seen.find(({ method }) => method === 'RuntimeService.get_runtime_info');
  });
  assert.ok(left !== null && left < 2, `other methods have the usual deadline, not ${left}`);

  assert.deepEqual(await proxy.call('patient/RuntimeService/shut_down', {}, { headers: { 'X-Timeout': '5m' } }), {});
  const gone = await proxy.post('/patient/RuntimeService/simulate', oneRollout);
  assert.deepEqual([gone.status, gone.json.status], [503, 'UNAVAILABLE']);
  assert.match(gone.json.error, /the runtime is shutting down/);
});

test('the flow of the README: a rollout, a step of each service, a frame', async () => {
  const picture = path.join(folder, 'frame.jpg');
  const { stdout } = await run(path.join(examples, 'alpasim/flow.sh'), [picture], { env: { ...process.env, OCTANE_BUILD_DIR: buildDir } });
  for (const line of [/^runtime: +2 workers, clipgt-0001 clipgt-0002$/m, /^rollout: +clipgt-0001: success true/m,
    /^rollout: +clipgt-0002: success false, the driver left the road/m, /^driver: +5 poses until 1100000 µs$/m, /^controller: +10 states/m,
    /^physics: +the car SUCCESSFUL_UPDATE/m, /^traffic: +EGO at 600000 µs$/m, /^video model: image\/jpeg, \d+ bytes/m]) assert.match(stdout, line);
  assert.deepEqual([...readFileSync(picture).subarray(0, 3)], [0xff, 0xd8, 0xff]);
});
