// For tools/bench/acceptance.mjs: a stream of a million messages to a reader who is much slower than the one who gives them.

import { Proxy } from '../../../tests/support/octane.mjs';
import { judgeFlat, MemoryLog, mib, MiB, open, ready } from './measure.mjs';
import { paddings, QuickLab } from './quick_lab.mjs';

const kPadding = 400; // bytes in each message
const kTick = 20;     // milliseconds that a reader sleeps at least, where it is ahead of its rate

// Reads JSON lines, not more than so many bytes a second, and compares each with the one that has to come.
class NumberReader {
  constructor(bytesPerSecond) {
    this.rate = bytesPerSecond;
    this.wanted = paddings(kPadding).map((bytes) => bytes.toString('base64'));
    this.bytes = 0;
    this.count = 0;
    this.wrong = [];
    this.rest = '';
  }

  async read(url, messages) {
    this.begin = performance.now();
    const answer = await open(`${url}/lab/Lab/Count?stream=ndjson`, { pieces: [Buffer.from(JSON.stringify({ count: messages, padding: kPadding }))] });
    if (answer.statusCode !== 200) throw new Error(`the stream was answered with ${answer.statusCode}`);
    answer.setEncoding('latin1');
    answer.on('data', (text) => this.#take(answer, text));
    await new Promise((resolve, reject) => answer.once('end', resolve).once('error', reject));
    this.end = performance.now();
    if (this.rest !== '') this.wrong.push(`the end is half a line, ${this.rest.slice(0, 80)}`);
    return this;
  }

  #take(answer, text) {
    this.bytes += text.length;
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) this.#judge(line);
    const due = this.begin + this.bytes / this.rate * 1000 - performance.now();
    if (due <= 0) return;
    answer.pause();
    setTimeout(() => answer.resume(), Math.max(due, kTick));
  }

  #judge(line) {
    if (line === '') return; // a sign of life
    this.count++;
    const said = () => this.wrong.push(`line ${this.count}: ${line.slice(0, 80)}`);
    try {
      const { value, padding } = JSON.parse(line);
      if (Number(value) !== this.count || padding !== this.wanted[this.count % this.wanted.length]) said();
    } catch {
      said();
    }
  }

  get seconds() {
    return (this.end - this.begin) / 1000;
  }
  get perSecond() {
    return this.count / this.seconds;
  }
}

export async function streams({ report, started, isShort }) {
  const messages = isShort ? 100_000 : 1_000_000;
  const seconds = isShort ? 15 : 120; // that the slow reader takes at least
  const server = started(await QuickLab.start());
  const proxy = started(await Proxy.start(undefined, server.options()));
  await ready(proxy, 'lab');
  const before = proxy.rss();

  const free = await new NumberReader(Infinity).read(proxy.url, Math.max(messages / 5, 50_000));
  const size = free.bytes / free.count;
  const rate = Math.min(free.perSecond / 5, messages / seconds) * size;

  const memory = started(new MemoryLog(proxy));
  const slow = new NumberReader(rate);
  let ahead = 0;
  const looks = setInterval(() => (ahead = Math.max(ahead, server.counted - slow.count)), 100);
  await slow.read(proxy.url, messages);
  clearInterval(looks);
  memory.look();

  const what = `a stream of ${messages} messages to a slow reader`;
  report.check(`${what}, who really is the slow one`, slow.perSecond <= free.perSecond / 3,
    `${slow.perSecond.toFixed(0)} messages/s (${(slow.bytes / slow.seconds / 1e6).toFixed(1)} MB/s for ${slow.seconds.toFixed(0)} s); ` +
    `${free.perSecond.toFixed(0)} without a limit`, 'a third of what comes without one');
  report.check(`${what}: all come`, slow.count === messages, `${slow.count}`, `${messages}`);
  report.none(`${what}: each with its value and bytes, in order`, [...free.wrong, ...slow.wrong], slow.count);
  // On the way are messages of gRPC, which are shorter than their JSON: a window of HTTP/2 of 32 MiB (upstream/channel.cpp), and 8 MiB in the sockets
  // and queues of both sides.
  const held = 40 * MiB / kPadding;
  report.atMost(`${what}: the upstream waits for it`, ahead, Math.min(held, messages / 2), 'messages ahead at most');
  judgeFlat(report, `${what}: memory flat`, memory, slow.begin, slow.end);
  report.note(`${mib(before)} before it, ${mib(memory.most())} at most`);
}
