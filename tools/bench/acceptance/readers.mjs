// For tools/bench/acceptance.mjs: a hundred readers of one shared stream of pictures, which cost the camera one call.

import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { METHOD, picture, ready, section } from '../../../tests/support/camera.mjs';
import { configFile } from '../../../tests/support/config_file.mjs';
import { Example } from '../../../tests/support/example.mjs';
import { convert } from '../../../tests/support/images.mjs';
import { Proxy } from '../../../tests/support/octane.mjs';
import { until } from '../../../tests/support/wait.mjs';
import { cpuSeconds, MemoryLog, mib, open, quantile, readDirectly } from './measure.mjs';

const width = 640;
const height = 480;
const rate = 25;
const query = '?left_enabled=true&raw=left.data&picture=png&stream=multipart&share=1';

// Takes the parts of a stream of pictures apart, and remembers of each when it came and which one it is in `files`.
class PictureReader {
  constructor(files) {
    this.files = files;
    this.pictures = []; // {at, key, dropped}
    this.wrong = [];
    this.bytes = Buffer.alloc(0);
  }

  async open(url) {
    this.leaving = new AbortController();
    this.answer = await open(url, { method: 'GET', signal: this.leaving.signal });
    if (this.answer.statusCode !== 200) throw new Error(`a reader was answered with ${this.answer.statusCode}`);
    this.boundary = /boundary=(\S+)/.exec(this.answer.headers['content-type'])[1];
    this.answer.on('error', () => {});
    this.answer.on('data', (chunk) => {
      this.bytes = this.bytes.length > 0 ? Buffer.concat([this.bytes, chunk]) : chunk;
      while (this.wrong.length === 0 && this.#take());
    });
    return this;
  }

  // Whether there was a whole part.
  #take() {
    const end = this.bytes.indexOf('\r\n\r\n');
    if (end < 0) return false;
    const head = this.bytes.toString('latin1', 0, end);
    const length = Number(/^content-length: (\d+)/im.exec(head)?.[1]);
    if (!head.startsWith(`--${this.boundary}\r\n`) || !/^content-type: image\/png/im.test(head) || !length) {
      this.wrong.push(`a part begins with ${JSON.stringify(head.slice(0, 100))}`);
      return false;
    }
    const whole = end + 4 + length + 2;
    if (this.bytes.length < whole) return false;
    const file = this.bytes.subarray(end + 4, whole - 2);
    if (this.bytes.toString('latin1', whole - 2, whole) !== '\r\n') this.wrong.push('a part is not as long as it says');
    const key = createHash('sha1').update(file).digest('base64');
    if (!this.files.has(key)) this.files.set(key, Buffer.from(file));
    this.pictures.push({ at: performance.now(), key, dropped: Number(/^x-dropped: (\d+)/im.exec(head)?.[1] ?? 0) });
    this.bytes = this.bytes.subarray(whole);
    return true;
  }

  stop() {
    this.leaving.abort();
  }
}

// {key: number of the set, of which the lowest byte is known}, and what is not the stand-in's picture of any number.
async function numbersOf(files) {
  const folder = mkdtempSync(path.join(tmpdir(), 'octane-readers-'));
  const numbers = new Map();
  const wrong = [];
  try {
    const all = [...files];
    for (let from = 0; from < all.length; from += 32) {
      const some = all.slice(from, from + 32);
      const names = some.map(([, bytes], i) => {
        const name = path.join(folder, `${i}.png`);
        writeFileSync(name, bytes);
        return `png:${name}`;
      });
      const pixels = await convert([...names, '-depth', '8'], 'gray');
      if (pixels.length !== some.length * width * height) wrong.push(`${some.length} pictures have ${pixels.length} pixels`);
      some.forEach(([key], i) => {
        const one = pixels.subarray(i * width * height, (i + 1) * width * height);
        if (one.equals(picture(one[0] ?? 0, width, height))) numbers.set(key, one[0]);
        else wrong.push(`a picture that begins with ${one[0]} has other pixels than that set`);
      });
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return { numbers, wrong };
}

// Pictures that do not follow one another: by the lowest byte of their numbers, each is 1 to 127 after the one before.
function disorder({ pictures, wrong }, numbers) {
  const found = [...wrong];
  for (let i = 1; i < pictures.length; i++) {
    const [a, b] = [numbers.get(pictures[i - 1].key), numbers.get(pictures[i].key)];
    const step = (b - a) & 0xff;
    if (step < 1 || step > 127) found.push(`picture ${b} after ${a}`);
  }
  return found;
}

export async function readers({ report, started, isShort }) {
  const count = 100;
  const seconds = isShort ? 5 : 20;
  const camera = started(await Example.start('rc_visard', ['--width', String(width), '--height', String(height), '--rate', String(rate), '--padding', '0']));
  const direct = await readDirectly(camera, { request: { left_enabled: true }, seconds: isShort ? 3 : 10 });
  const proxy = started(await Proxy.start(undefined, configFile(section('visard', camera.address))));
  await ready(proxy, 'visard');
  const before = (await camera.told()).calls;

  const files = new Map();
  const all = Array.from({ length: count }, () => new PictureReader(files));
  started({ stop: async () => all.forEach((reader) => reader.leaving && reader.stop()) });
  await Promise.all(all.map((reader) => reader.open(`${proxy.url}${METHOD}${query}`)));
  await until('each has a picture', () => all.every(({ pictures, wrong }) => pictures.length > 0 || wrong.length > 0));

  const memory = started(new MemoryLog(proxy));
  const begin = performance.now();
  const cpu = cpuSeconds(proxy);
  const looks = [];
  while (performance.now() < begin + seconds * 1000) {
    looks.push((await camera.told()).open_streams);
    await sleep(500);
  }
  const end = performance.now();
  const used = (cpuSeconds(proxy) - cpu) / (end - begin) * 1000;
  const { calls } = await camera.told();
  for (const reader of all) reader.stop();
  const left = performance.now();
  await until('the camera has no reader', async () => (await camera.told()).open_streams === 0);
  const after = performance.now() - left;

  const { numbers, wrong } = await numbersOf(files);
  const shown = all.reduce((sum, { pictures }) => sum + pictures.length, 0);
  const rates = all.map(({ pictures }) => pictures.filter(({ at }) => at >= begin && at <= end).length / (end - begin) * 1000);
  const what = `${count} readers of one shared stream of ${width}×${height} at ${rate} Hz`;
  report.check(`${what}: one upstream call`, calls - before === 1 && looks.every((number) => number === 1),
    `${calls - before} call(s), ${Math.max(...looks)} open at most at ${looks.length} looks`, '1');
  report.none(`${what}: each picture whole, pixel by pixel`, wrong, files.size);
  report.none(`${what}: each reader's pictures rising`, all.flatMap((reader) => disorder(reader, numbers)), shown);
  const limit = 0.9 * Math.min(rate, direct.sets / direct.seconds);
  report.check(`${what}: pictures a second for each`, Math.min(...rates) >= limit,
    `${Math.min(...rates).toFixed(1)} for the least, ${quantile(rates, 0.5).toFixed(1)} in the middle, ${Math.max(...rates).toFixed(1)} at most`,
    `${limit.toFixed(1)}: 9 of 10 that the camera gives (a reader without the proxy had ${(direct.sets / direct.seconds).toFixed(1)})`);
  report.atMost(`${what}: the call ends with its last reader`, after, 1000, 'ms');
  const dropped = all.reduce((sum, { pictures }) => sum + pictures.at(-1).dropped - pictures[0].dropped, 0);
  report.note(`${(used * 100).toFixed(0)} % of a core for the proxy, ${mib(memory.most())} at most, ${dropped} pictures dropped for all readers together`);
}
