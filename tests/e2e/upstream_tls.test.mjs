// End to end: TLS between the proxy and an upstream, and what people are told where it fails. docs/options.md "Upstreams".

import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';

import { Authority } from '../support/certificate.mjs';
import { configFile } from '../support/config_file.mjs';
import { Example } from '../support/example.mjs';
import { cleanup, Proxy } from '../support/octane.mjs';
import { buildDir, Program } from '../support/program.mjs';
import { until } from '../support/wait.mjs';

const CALL = 'SensorsimService/get_available_scenes';
const folder = mkdtempSync(path.join(tmpdir(), 'octane-upstream-tls-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const trusted = new Authority(folder, 'trusted');
const stranger = new Authority(folder, 'stranger');
const ofServer = trusted.sign('server', ['DNS:sim.example']);
const ofProxy = trusted.sign('proxy');
const ofStranger = stranger.sign('someone');
const junk = path.join(folder, 'junk.pem');
writeFileSync(junk, '-----BEGIN CERTIFICATE-----\nnothing of the kind\n-----END CERTIFICATE-----\n');

const serve = (more = [], options) => Example.start('nurec', ['--reflection', 'v1', ...more], options);
const withTls = ['--tls-cert', ofServer.cert, '--tls-key', ofServer.key];
const forKnown = [...withTls, '--tls-client-ca', trusted.cert];

// Sections of the configuration file: {name: [server, {option: value}]}.
function sections(upstreams) {
  const lines = Object.entries(upstreams).flatMap(([name, [server, options]]) =>
    [`[upstream.${name}]`, `address = "${server.address}"`, ...Object.entries(options).map(([option, value]) => `${option} = "${value}"`)]);
  return configFile(`${lines.join('\n')}\n`);
}

const right = { 'tls-ca': trusted.cert, 'tls-name': 'sim.example' };
const asProxy = { 'tls-cert': ofProxy.cert, 'tls-key': ofProxy.key };

// By the name of the upstream: which server, its options, and why it cannot be reached; no reason: it works.
const cases = {
  right: ['open', right],
  known: ['guarded', { ...right, ...asProxy }],
  'plain-text': ['open', {}, /\(it closes each connection at once\); it may speak TLS only, which tls = true is for/],
  'wrong-ca': ['open', { ...right, 'tls-ca': stranger.cert }, /\(its certificate is signed by no authority that counts here\); tls-ca says/],
  'no-ca': ['open', { tls: 'true', 'tls-name': 'sim.example' }, /\(its certificate is signed by no authority that counts here\); tls-ca says/],
  'wrong-name': ['open', { ...right, 'tls-name': 'other.example' }, /\(its certificate is for another name\); tls-name says/],
  'no-name': ['open', { 'tls-ca': trusted.cert }, /\(its certificate is for another name\); tls-name says/],
  'no-certificate': ['guarded', right,
    /\(it ends each connection after the TLS handshake\); it may ask for a certificate, which tls-cert and tls-key/],
  'wrong-certificate': ['guarded', { ...right, 'tls-cert': ofStranger.cert, 'tls-key': ofStranger.key },
    /\(it ends each connection in spite of the proxy's certificate\); it may not know the authority that signed tls-cert/],
  'wrong-key': ['guarded', { ...right, 'tls-cert': ofProxy.cert, 'tls-key': ofStranger.key },
    /\(the files of its TLS options cannot be used\); see whether/],
  'junk-ca': ['open', { ...right, 'tls-ca': junk }, /\(the files of its TLS options cannot be used\); see whether/],
  'no-tls-there': ['plain', right, /\(it does not speak TLS\); leave out tls/],
};

describe('servers with TLS, one that wants to know who calls, and one without', () => {
  let servers;
  let proxy;
  const upstream = async (name) => (await proxy.get('/upstreams')).json.upstreams.find((one) => one.name === name);
  before(async () => {
    servers = { open: await serve(withTls), guarded: await serve(forKnown), plain: await serve() };
    const upstreams = Object.entries(cases).map(([name, [server, options]]) => [name, [servers[server], options]]);
    proxy = await Proxy.start(undefined, sections(Object.fromEntries(upstreams)), { connected: false });
    await until('each upstream has a verdict', async () =>
      (await proxy.get('/upstreams')).json.upstreams.every(({ state }) => state !== 'connecting'));
  });
  after(async () => {
    await proxy?.stop();
    for (const server of Object.values(servers ?? {})) await server.stop();
  });

  for (const [name, [server, , reason]] of Object.entries(cases)) {
    if (reason === undefined) {
      test(`${name}: calls are answered`, async () => {
        await until('it is connected', async () => (await upstream(name)).state === 'connected');
        const answer = await proxy.post(`/${name}/${CALL}`, {});
        assert.equal(answer.status, 200, answer.text);
        assert.deepEqual(answer.json.data.scene_ids, ['clipgt-0001']);
        assert.equal((await proxy.get(`/${name}/health`)).status, 200);
      });
    } else {
      test(`${name}: it is unreachable, and the call, /upstreams, /health and the log say why`, async () => {
        const sentence = new RegExp(`^Upstream ${name} cannot be reached at ${servers[server].address} ${reason.source}`);
        const { state, error } = await upstream(name);
        assert.equal(state, 'lost');
        assert.match(error, sentence);
        const answer = await proxy.post(`/${name}/${CALL}`, {});
        assert.equal(answer.status, 503, answer.text);
        assert.equal(answer.json.status, 'UNAVAILABLE');
        assert.match(answer.json.error, sentence);
        const health = await proxy.get(`/${name}/health`);
        assert.equal(health.status, 503);
        assert.match(health.json.error, sentence);
        const [line, ...more] = proxy.linesLike(new RegExp(`Upstream ${name} cannot be connected to`));
        assert.match(line, /warn .* reason="it|warn .* reason="the files/);
        assert.match(line, / hint=.* grpc=/);
        assert.deepEqual(more, [], 'it is said once');
      });
    }
  }

  test('the log has the proxy\'s own lines only', () => {
    assert.deepEqual(proxy.linesLike(/ssl_transport_security|Handshake failed/).filter((line) => !/ grpc=/.test(line)), []);
  });
});

test('a server that comes back with another certificate is told apart from one that is away, and found again when that is mended', async (t) => {
  const started = cleanup(t);
  const first = started(await serve(withTls));
  const { port } = first;
  const proxy = started(await Proxy.start(undefined, sections({ sim: [first, right] }), { connected: false }));
  const error = async () => (await proxy.get('/upstreams')).json.upstreams[0].error ?? '';
  const works = async () => (await proxy.post(`/${CALL}`, {})).status === 200;
  await until('it works', works);
  await first.stop();
  await until('it is missed', async () => (await error()) !== '');
  const other = stranger.sign('expired', ['DNS:sim.example']);
  const second = started(await serve(['--tls-cert', other.cert, '--tls-key', other.key], { port }));
  await until('the reason is told', async () => /signed by no authority/.test(await error()));
  await second.stop();
  await until('the reason is no longer told', async () => /nothing answers there/.test(await error()));
  started(await serve(withTls, { port }));
  await until('it works again', works);
});

test('tls = true trusts the authorities of the system, and streams are encrypted, too', async (t) => {
  const started = cleanup(t);
  const server = started(await Example.start('lab', ['--reflection', 'v1', ...forKnown]));
  const options = sections({ lab: [server, { tls: 'true', 'tls-name': 'sim.example', ...asProxy }] });
  const proxy = started(await Proxy.start(undefined, options, { connected: false, env: { GRPC_DEFAULT_SSL_ROOTS_FILE_PATH: trusted.cert } }));
  await until('it is connected', async () => (await proxy.get('/health')).status === 200);
  const numbers = await proxy.get('/Lab/Count?count=3');
  assert.deepEqual(numbers.text.split('\n').filter((line) => line !== '').map((line) => JSON.parse(line).value), ['1', '2', '3']);
  assert.equal((await proxy.call('Lab/Sum', '{"value":2}\n{"value":3}\n')).sum, '5');
});

test('a file that is no PEM, and a certificate without its key, end the start with a sentence', async () => {
  const nothing = path.join(folder, 'nothing.pem');
  writeFileSync(nothing, 'not a certificate');
  const refused = async (options) => {
    const program = new Program(path.join(buildDir, 'octane-proxy'), ['--port', '0', ...sections({ sim: [{ address: '127.0.0.1:1' }, options] })]);
    assert.equal((await program.exit()).code, 2);
    return program.err;
  };
  assert.match(await refused({ 'tls-ca': nothing }), /tls-ca.*is no PEM file/);
  assert.match(await refused({ 'tls-cert': ofProxy.cert }), /only one of tls-cert and tls-key: they belong together/);
});
