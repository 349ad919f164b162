// How old is a picture of /render/mjpeg when a viewer shows it? Starts the stand-in and the proxy (build/release), and watches one stream with
// Chromium, with ffmpeg and with a parser that goes by the length of a part: while frames flow, and with single frames of which each is the
// last for a second, and one more after a long silence. Needs tests/node_modules, as the end-to-end tests do:
//
//   node tools/bench/mjpeg.mjs [--nginx] [--seconds N] [--fps N]
//
// --nginx watches through nginx with its defaults; --seconds is how long frames flow, and how long the silence is (8); --fps how many flow (30).
// What ffmpeg wrote is kept and searched, so minutes are for few frames a second.

import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { launch, openPage } from '../../tests/support/browser.mjs';
import { Nginx } from '../../tests/support/nginx.mjs';
import { pattern, Proxy, Standin } from '../../tests/support/octane.mjs';
import { Parts } from '../../tests/support/parts.mjs';
import { Viewer } from '../../tests/support/viewer.mjs';

const kWidth = 320;
const kHeight = 240;
const { values: given } = parseArgs({ options: { nginx: { type: 'boolean' }, seconds: { type: 'string' }, fps: { type: 'string' } } });
const kFlowing = Number(given.fps ?? 30);     // frames a second
const kSeconds = Number(given.seconds ?? 8);  // of them, and of silence
const kSingle = 12;       // frames, one a second
const now = () => performance.timeOrigin + performance.now(); // milliseconds since 1970

// ffmpeg as for a camera, which hands each picture on as it is: what it wrote, and until when.
class Ffmpeg {
  constructor(url) {
    this.bytes = Buffer.alloc(0);
    this.ends = []; // [bytes so far, time]
    this.child = spawn('ffmpeg', ['-loglevel', 'quiet', '-fflags', 'nobuffer', '-f', 'mpjpeg', '-i', url, '-c', 'copy', '-flush_packets', '1', '-f',
      'mjpeg', 'pipe:1'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.child.stdout.on('data', (chunk) => {
      this.bytes = Buffer.concat([this.bytes, chunk]);
      this.ends.push([this.bytes.length, now()]);
    });
  }
  // When it had written that picture whole, not before `since`: pictures recur.
  shown(picture, since) {
    for (let at = this.bytes.indexOf(picture); at >= 0; at = this.bytes.indexOf(picture, at + 1)) {
      const time = this.ends.find(([end]) => end >= at + picture.length)[1];
      if (time >= since) return time;
    }
    return undefined;
  }
}

// An <img> whose pixels are looked at every 4 ms; a picture is known by a sum over them.
const watching = (url) => `<img src="${url}"><script>
  const seen = [];  // [sum, time]
  const context = new OffscreenCanvas(${kWidth}, ${kHeight}).getContext('2d', { willReadFrequently: true });
  function sum(source) {
    context.drawImage(source, 0, 0);
    return context.getImageData(0, 0, ${kWidth}, ${kHeight}).data.reduce((all, value, i) => (i % 97 ? all : (all * 31 + value) | 0), 0);
  }
  const image = document.querySelector('img');
  setInterval(() => {
    if (!image.naturalWidth) return;
    const value = sum(image);
    if (seen.at(-1)?.[0] !== value) seen.push([value, performance.timeOrigin + performance.now()]);
  }, 4);
  const sumOf = async (base64) => sum(await createImageBitmap(await (await fetch('data:image/jpeg;base64,' + base64)).blob()));
</script>`;

function report(name, delays, missing) {
  delays.sort((a, b) => a - b);
  const at = (part) => delays[Math.min(delays.length - 1, Math.floor(part * delays.length))]?.toFixed(1);
  console.log(`| ${name} | ${delays.length} | ${missing} | ${at(0.5)} | ${at(0.99)} | ${delays.at(-1)?.toFixed(1)} |`);
}

async function measure(fps) {
  const octane = await Standin.start(pattern({ fps, width: kWidth, height: kHeight }));
  const proxy = await Proxy.start(octane);
  const nginx = given.nginx &&
    await Nginx.start((port) => `server { listen 127.0.0.1:${port}; location / { proxy_pass ${proxy.url}; } }`);
  const door = nginx ? `http://127.0.0.1:${nginx.port}` : proxy.url;
  const url = `${door}/render/mjpeg`;
  const sent = []; // {at (when the proxy received it), jpeg}
  const viewer = new Viewer(`${proxy.url}/render/stream?format=jpeg`, {
    keep: ({ data }) => data?.type === 'newImage' && sent.push({ at: data.timestamp * 1000, jpeg: Buffer.from(data.imageData, 'base64') }),
  });
  await viewer.head;
  const parts = new Parts(url);
  const ffmpeg = new Ffmpeg(url);
  const browser = await launch();
  const page = await openPage(browser, `${door}/livez`);
  await page.setContent(watching(url), { waitUntil: 'commit' });
  await sleep(2500);
  const begin = now();
  if (fps > 0) await sleep(kSeconds * 1000);
  for (let i = 0; fps === 0 && i < kSingle; i++) {
    await octane.sendFrame();
    await sleep(1000);
  }
  if (fps === 0) {
    await sleep(kSeconds * 1000);
    await octane.sendFrame();
    await sleep(1000);
  }
  const end = now();
  await sleep(500);

  const frames = sent.filter(({ at }) => at > begin && at < end);
  const seen = await page.evaluate('seen');
  const shown = { parser: [], ffmpeg: [], Chromium: [] };
  for (const { at, jpeg } of frames) {
    const since = at - 1; // the time stamp has microseconds
    const part = parts.parts.find(({ body, at: came }) => performance.timeOrigin + came >= since && body.equals(jpeg));
    shown.parser.push(part && performance.timeOrigin + part.at - at);
    const handedOn = ffmpeg.shown(jpeg, since);
    shown.ffmpeg.push(handedOn && handedOn - at);
    const sum = await page.evaluate((base64) => sumOf(base64), jpeg.toString('base64'));
    const look = seen.find(([value, time]) => value === sum && time >= since);
    shown.Chromium.push(look && look[1] - at);
  }
  for (const [name, delays] of Object.entries(shown)) {
    const known = delays.filter((delay) => delay !== undefined);
    report(`${fps > 0 ? `${fps} a second` : 'single'}, ${name}`, known, delays.length - known.length);
  }
  ffmpeg.child.kill('SIGKILL');
  await parts.stop();
  await browser.close();
  await viewer.stop();
  if (nginx) await nginx.stop();
  await proxy.stop();
  await octane.stop();
}

console.log('| frames, viewer | frames | not shown | median ms | 99 % | longest |\n|---|---|---|---|---|---|');
await measure(kFlowing);
await measure(0);
