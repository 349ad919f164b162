// Test support. Pictures looked at by ImageMagick, a program that shares no code with the proxy.

import { spawn, spawnSync } from 'node:child_process';

// ImageMagick 7 is one program, `magick`; of 6 each tool is one, and packages of 7 may have these names, too, or not.
const hasMagick = spawnSync('magick', ['-version'], { stdio: 'ignore' }).status === 0;
const converter = hasMagick ? ['magick'] : ['convert'];
const identifier = hasMagick ? ['magick', 'identify'] : ['identify'];

// What the program writes to its standard output, from `input` on its standard input.
function run(command, args, input) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    const chunks = [];
    let err = '';
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.setEncoding('utf8').on('data', (text) => (err += text));
    child.on('error', reject);
    child.on('close', (code) =>
      code === 0 ? resolve(Buffer.concat(chunks)) : reject(new Error(`${command} ${args.join(' ')} ended with ${code}: ${err}`)));
    child.stdin.on('error', () => {});
    child.stdin.end(input);
  });
}

// What ImageMagick makes of the picture on its standard input, which the arguments name as "png:-", as bytes of that format.
export async function convert(args, format, input) {
  const [command, ...first] = converter;
  return run(command, [...first, ...args, `${format}:-`], input);
}

// The same as raw pixels, for arguments with -fx: ImageMagick 7.1.1 prints a word on standard output when it meets that, so the pixels go
// through a descriptor of their own. (Encoders of ImageMagick 6 cannot write to one that is a pipe.)
export async function compute(args, input) {
  return run('sh', ['-c', 'exec "$@" rgba:fd:3 3>&1 1>&2', 'sh', ...converter, ...args], input);
}

// {format: "JPEG", width, height}
export async function identify(bytes) {
  const [command, ...first] = identifier;
  const [format, width, height] = (await run(command, [...first, '-format', '%m %w %h', '-'], bytes)).toString().split(' ');
  return { format, width: Number(width), height: Number(height) };
}

// The picture's pixels as RGB bytes, row by row from the top.
export async function rgbPixels(bytes, format) {
  return convert([`${format}:-`, '-depth', '8'], 'rgb', bytes);
}

// Tight RGB bytes of LDR RGBA pixels as the renderer delivers them; `pitch` is in pixels.
export function rgbOfRgba(data, width, height, pitch = width) {
  const out = Buffer.alloc(width * height * 3);
  let to = 0;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = (y * pitch + x) * 4;
      out[to++] = data[from];
      out[to++] = data[from + 1];
      out[to++] = data[from + 2];
    }
  }
  return out;
}

// Mean and greatest difference of two byte sequences of equal length.
export function difference(a, b) {
  if (a.length !== b.length) throw new Error(`lengths differ: ${a.length} and ${b.length}`);
  let sum = 0;
  let max = 0;
  for (let i = 0; i < a.length; i++) {
    const d = Math.abs(a[i] - b[i]);
    sum += d;
    if (d > max) max = d;
  }
  return { mean: sum / a.length, max };
}
