// For tools/bench/acceptance.mjs: messages of 90 MiB, to the upstream and from it, as bytes and as JSON, one at a time and twenty at once. Each
// has other bytes, and both ends are compared by SHA-256. `--body-memory` is the default: what is beyond it is answered 503 and sent again.

import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

import { Proxy } from '../../../tests/support/octane.mjs';
import { until } from '../../../tests/support/wait.mjs';
import { ask, MemoryLog, mib, MiB, open, ready } from './measure.mjs';
import { blob, blobHead, QuickLab } from './quick_lab.mjs';

const kSize = 90 * MiB;
const kBodyMemory = 512 * MiB; // the default
const kKept = 100 * MiB;       // of unused memory the allocator may keep 64 MiB
const kPatience = 10 * 60_000;
const headers = { 'X-Timeout': '10m' };

const sha256 = (parts) => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest('hex');
const base64s = new Map();
function base64(index) {
  const [head, tail] = blob(index, kSize);
  if (!base64s.has('tail')) base64s.set('tail', Buffer.from(tail.toString('base64')));
  return [Buffer.from(head.toString('base64')), base64s.get('tail')];
}

// The SHA-256 of the bytes in base64 up to the next quote, while they come.
class Base64Hash {
  constructor() {
    this.hash = createHash('sha256');
    this.rest = '';
    this.isOver = false;
  }
  update(text) {
    if (this.isOver) return;
    const end = text.indexOf('"');
    this.isOver = end >= 0;
    const all = this.rest + (this.isOver ? text.slice(0, end) : text);
    const whole = this.isOver ? all.length : all.length - (all.length % 4);
    this.hash.update(Buffer.from(all.slice(0, whole), 'base64'));
    this.rest = all.slice(whole);
  }
}

// Each resolves with {status, retryAfter} of one that was refused, or {status: 200, is: the hash that came, wanted}.
async function send(proxy, index, isJson) {
  const pieces = isJson ? [Buffer.from('{"inner":{"blob":"'), ...base64(index), Buffer.from('"}}')] : blob(index, kSize);
  const type = { 'Content-Type': isJson ? 'application/json' : 'application/octet-stream' };
  const answer = await ask(`${proxy.url}/lab/Lab/Store${isJson ? '' : '?raw-body=inner.blob'}`, { pieces, headers: { ...headers, ...type } });
  if (answer.status !== 200) return { status: answer.status, retryAfter: answer.headers['retry-after'], text: answer.text };
  return { status: 200, is: JSON.parse(answer.text).data.names[0], wanted: sha256([blobHead(kSize), ...blob(index, kSize)]) };
}

async function fetchOne(proxy, index, isJson) {
  const pieces = [Buffer.from(JSON.stringify({ count: kSize, fail_after: index }))];
  const answer = await open(`${proxy.url}/lab/Lab/Describe${isJson ? '' : '?raw=inner.blob'}`, { pieces, headers });
  if (isJson) answer.setEncoding('latin1');
  if (answer.statusCode !== 200) {
    let text = '';
    for await (const chunk of answer) text += chunk;
    return { status: answer.statusCode, retryAfter: answer.headers['retry-after'], text };
  }
  const wanted = sha256(blob(index, kSize));
  if (!isJson) {
    const hash = createHash('sha256');
    for await (const chunk of answer) hash.update(chunk);
    return { status: 200, is: hash.digest('hex'), wanted };
  }
  const hash = new Base64Hash();
  let begin = ''; // until the value begins
  for await (const text of answer) {
    if (begin === null) {
      hash.update(text);
      continue;
    }
    begin += text;
    const at = begin.indexOf('"blob":"');
    if (at < 0) continue;
    hash.update(begin.slice(at + '"blob":"'.length));
    begin = null;
  }
  return { status: 200, is: hash.isOver ? hash.hash.digest('hex') : 'cut off', wanted };
}

// Until it has succeeded; what happened on the way stands in `seen`.
async function persist(one, seen) {
  const end = performance.now() + kPatience;
  while (performance.now() < end) {
    const came = await one().catch((error) => ({ broken: error.message }));
    if (came.status === 200) {
      seen.done++;
      if (came.is !== came.wanted) seen.wrong.push(`${came.is} instead of ${came.wanted}`);
      return;
    }
    if (came.status === 503 && came.retryAfter > 0) seen.refused++;
    else seen.odd.push(came.broken ?? `${came.status}, Retry-After ${came.retryAfter}: ${came.text.slice(0, 200)}`);
    await sleep((came.retryAfter ?? 1) * 1000 * (1 + Math.random()));
  }
}

async function judge({ report, proxy, memory, idle, what, one, body, atOnce }) {
  const settled = async () => {
    const begin = performance.now();
    await until('memory is given back', () => proxy.rss() <= idle + kKept, { within: 60_000, every: 200 }).catch(() => {});
    return { used: proxy.rss(), seconds: (performance.now() - begin) / 1000 };
  };
  const run = async (count) => {
    const seen = { done: 0, refused: 0, odd: [], wrong: [] };
    const begin = performance.now();
    await Promise.all(Array.from({ length: count }, (_, i) => persist(() => one(i), seen)));
    return { ...seen, most: memory.most(begin) - idle, seconds: (performance.now() - begin) / 1000 };
  };
  const alone = await run(1);
  await settled();
  const together = await run(atOnce);
  const all = alone.done + together.done;
  report.check(`${what}: all arrive, ${atOnce} at once, none is lost`, all === 1 + atOnce, `${all}`, `${1 + atOnce}`);
  report.none(`${what}: each with its own bytes, by SHA-256`, [...alone.wrong, ...together.wrong], all);
  report.none(`${what}: what is not answered at once is answered 503 with Retry-After`, [...alone.odd, ...together.odd],
    all + together.refused);
  if (body) report.check(`${what}: bodies beyond --body-memory are refused`, together.refused > 0,
    `${together.refused} answers 503, then all accepted`, 'at least 1');
  // Answers: as many times what one takes. Requests: only those whose bodies have room, and what the others have of theirs in the rest of it.
  const room = body ? Math.floor(kBodyMemory / body) : atOnce;
  const limit = room * alone.most + (body ? kBodyMemory - room * body : 0) + kKept;
  report.check(`${what}: memory bounded`, together.most <= limit,
    `${mib(together.most)} for ${atOnce} at once, ${mib(alone.most)} for one, above ${mib(idle)}`, mib(limit));
  const after = await settled();
  report.check(`${what}: memory given back`, after.used <= idle + kKept,
    `${mib(after.used)} after ${after.seconds.toFixed(1)} s`, `${mib(idle + kKept)} within 60 s`);
  report.note(`${alone.seconds.toFixed(1)} s for one, ${together.seconds.toFixed(1)} s for ${atOnce}`);
}

export async function large({ report, started, isShort }) {
  const server = started(await QuickLab.start());
  const proxy = started(await Proxy.start(undefined, server.options('max-body = "150MiB"\nmax-message = "100MiB"')));
  await ready(proxy, 'lab');
  const memory = started(new MemoryLog(proxy, 25));
  const idle = proxy.rss();
  const common = { report, proxy, memory, idle, atOnce: isShort ? 8 : 20 };
  await judge({ ...common, what: '90 MiB sent as bytes', body: kSize, one: (i) => send(proxy, i, false) });
  await judge({ ...common, what: '90 MiB sent as JSON', body: kSize / 3 * 4, one: (i) => send(proxy, i, true) });
  await judge({ ...common, what: '90 MiB fetched as bytes', body: 0, one: (i) => fetchOne(proxy, i, false) });
  await judge({ ...common, what: '90 MiB fetched as JSON', body: 0, one: (i) => fetchOne(proxy, i, true) });
}
