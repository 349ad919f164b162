// Test support. What a picture must look like, worked out by ImageMagick from the renderer's own bytes.

import { compute, convert } from './images.mjs';

// The numbers of ImageType: channels, and bytes of a channel.
export const kinds = {
  ldr_rgba: { number: 0, channels: 4, bytes: 1 },
  hdr_rgba: { number: 2, channels: 4, bytes: 4 },
  ldr_mono_alpha: { number: 4, channels: 2, bytes: 1 },
  hdr_mono_alpha: { number: 5, channels: 2, bytes: 4 },
  half_rgba: { number: 6, channels: 4, bytes: 2 },
  half_mono_alpha: { number: 8, channels: 2, bytes: 2 },
};

// A frame's pixels without the padding of rows.
export function tightRows(kind, { width, height, pitch, data }) {
  const pixel = kind.channels * kind.bytes;
  const rows = Array.from({ length: height }, (_, y) => data.subarray(y * pitch * pixel, (y * pitch + width) * pixel));
  return Buffer.concat(rows);
}

// Grey and alpha as RGBA; values are only moved.
function asRgba(kind, tight) {
  if (kind.channels === 4) return tight;
  const pixels = tight.length / (2 * kind.bytes);
  const out = Buffer.alloc(pixels * 4 * kind.bytes);
  for (let i = 0; i < pixels; i++) {
    const grey = tight.subarray(2 * i * kind.bytes, (2 * i + 1) * kind.bytes);
    const alpha = tight.subarray((2 * i + 1) * kind.bytes, (2 * i + 2) * kind.bytes);
    [grey, grey, grey, alpha].forEach((value, c) => value.copy(out, (4 * i + c) * kind.bytes));
  }
  return out;
}

const depthOf = { 1: ['-depth', '8'], 2: ['-depth', '16', '-define', 'quantum:format=floating-point'], 4: ['-depth', '32', '-define', 'quantum:format=floating-point'] };

// Encoded colours divided by alpha in the light that the image now has.
const divide = ['-channel', 'RGB', '-fx', 'u.a>0?u/u.a:u', '+channel'];
const toLight = ['-colorspace', 'RGB'];
const toScreen = ['-colorspace', 'sRGB'];
const acesFit = ['-channel', 'RGB', '-fx', '(u*(2.51*u+0.03))/(u*(2.43*u+0.59)+0.14)', '+channel'];
const checker = 'mod(floor(i/8)+floor(j/8),2)==0';

// Sixteen bits as eight; ImageMagick itself would cut them off.
function rounded(wide) {
  const bytes = Buffer.alloc(wide.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Math.round(wide.readUInt16LE(2 * i) / 257);
  return bytes;
}

// RGBA bytes of the frame in that look. `linear`: its values are linear light; `multiplied`: none, linearized, encoded, or absent
// without alpha; `under`: black, checkerboard; `gain`: what light is multiplied with; `size`: [width, height].
export async function reference(kind, frame, { linear, multiplied, under, opaque, gain = 1, curve = 'srgb', size } = {}) {
  const args = ['-size', `${frame.width}x${frame.height}`, ...depthOf[kind.bytes], '-endian', 'LSB', 'rgba:-', '-define', 'quantum:format=unsigned'];
  const ignoresAlpha = opaque || !multiplied;
  if (ignoresAlpha) args.push('-alpha', 'off');
  if (linear) args.push('-set', 'colorspace', 'RGB');
  else {
    if (!ignoresAlpha && multiplied === 'encoded') args.push(...divide);
    args.push(...toLight);
  }
  if (!ignoresAlpha && (multiplied === 'linearized' || (linear && multiplied === 'encoded'))) args.push(...divide);
  if (gain !== 1) args.push('-channel', 'RGB', '-evaluate', 'multiply', String(gain), '+channel');
  if (curve === 'aces') args.push(...acesFit);
  if (curve === 'linear') args.push('-set', 'colorspace', 'sRGB', ...toLight);
  if (size) args.push('-filter', 'Triangle', '-resize', `${size[0]}x${size[1]}!`);
  if (under) {
    // 0.8 and 0.6 as a screen shows them, in linear light.
    const light = (v) => ((v + 0.055) / 1.055) ** 2.4;
    const behind = under === 'black' ? '0' : `(${checker}?${light(0.8)}:${light(0.6)})`;
    args.push('-channel', 'RGB', '-fx', `u*u.a+${behind}*(1-u.a)`, '+channel', '-alpha', 'off');
  }
  args.push(...toScreen, '-depth', '16');
  return rounded(await compute(args, asRgba(kind, tightRows(kind, frame))));
}

// A picture file's pixels as RGBA bytes.
export async function decode(file, format) {
  return convert([`${format}:-`, '-depth', '8'], 'rgba', file);
}

// What ImageMagick's own encoder makes of the pixels at that quality, decoded again: the error that the format has.
export async function throughFormat(rgba, width, height, format, quality) {
  const rgb = ['-size', `${width}x${height}`, '-depth', '8', 'rgba:-', '-quality', String(quality)];
  return decode(await convert(rgb, format, rgba), format);
}

// Mean and greatest difference of RGBA pixels; colours count only where something shows.
export function difference(a, b, { ignoresAlpha = false } = {}) {
  if (a.length !== b.length) throw new Error(`${a.length} bytes and ${b.length}`);
  let sum = 0;
  let max = 0;
  let count = 0;
  const note = (d) => {
    sum += d;
    count++;
    if (d > max) max = d;
  };
  for (let i = 0; i < a.length; i += 4) {
    if (!ignoresAlpha) note(Math.abs(a[i + 3] - b[i + 3]));
    if (!ignoresAlpha && a[i + 3] === 0) continue;
    for (let c = 0; c < 3; c++) note(Math.abs(a[i + c] - b[i + c]));
  }
  return { mean: sum / count, max };
}
