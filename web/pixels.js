// Page. Octane's buffers to canvas pixels, for ?format=raw. Layouts and pitch as Octane's image types define them; values of the linear kinds
// are encoded for the screen, others only clamped.

const kLayouts = {
  0: { bytes: 4, read: readBytes, isMono: false },    // LDR RGBA
  2: { bytes: 16, read: readFloats, isMono: false },  // HDR RGBA, float
  4: { bytes: 2, read: readBytes, isMono: true },     // LDR mono and alpha
  5: { bytes: 8, read: readFloats, isMono: true },    // HDR mono and alpha, float
  6: { bytes: 8, read: readHalves, isMono: false },   // HDR RGBA, half
  8: { bytes: 4, read: readHalves, isMono: true },    // HDR mono and alpha, half
};

// ImageData of one member of render_images.data, whose pixels are in `bytes` (as a message brings them) or in the member itself; throws
// Error with a sentence.
export function toImageData(image, bytes = image.buffer?.data && fromBase64(image.buffer.data)) {
  const layout = kLayouts[image.type];
  if (!layout) throw new Error(`Image type ${image.type} cannot be shown.`);
  if (!bytes) throw new Error('The frame has no pixels.');
  const { x: width, y: height } = image.size;
  const stride = rowStride(bytes.length, width, height, image.pitch, layout.bytes);
  const target = new ImageData(width, height);
  if (image.type === 0 && stride === width * 4) {
    target.data.set(bytes.subarray(0, stride * height));
    return target;
  }
  const channels = layout.isMono ? 2 : 4;
  for (let y = 0; y < height; y += 1) {
    const row = layout.read(bytes, y * stride, width, channels, image.isLinear);
    for (let x = 0; x < width; x += 1) {
      const from = x * channels;
      const to = (y * width + x) * 4;
      target.data[to] = row[from];
      target.data[to + 1] = row[layout.isMono ? from : from + 1];
      target.data[to + 2] = row[layout.isMono ? from : from + 2];
      target.data[to + 3] = row[from + channels - 1];
    }
  }
  return target;
}

export function fromBase64(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const binary = atob(text);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

// Bytes from one row to the next. Pitch counts pixels by definition; buffers that count bytes exist, so the length decides.
function rowStride(length, width, height, pitch, bytesPerPixel) {
  const tight = width * bytesPerPixel;
  const candidates = [pitch * bytesPerPixel, pitch];
  if (length === tight * height) return tight;
  const exact = candidates.find((stride) => stride >= tight && length === stride * height);
  const shortLast = candidates.find((stride) => stride >= tight && length >= stride * (height - 1) + tight);
  const stride = exact ?? shortLast;
  if (stride === undefined) throw new Error(`Unexpected buffer size: ${length} bytes for ${width}×${height}, pitch ${pitch}.`);
  return stride;
}

function readBytes(bytes, at, width, channels) {
  return bytes.subarray(at, at + width * channels);
}

function readFloats(bytes, at, width, channels, isLinear) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return encode((i) => view.getFloat32(i * 4, true), width, channels, isLinear);
}

function readHalves(bytes, at, width, channels, isLinear) {
  const view = new DataView(bytes.buffer, bytes.byteOffset + at);
  return encode((i) => half(view.getUint16(i * 2, true)), width, channels, isLinear);
}

// The last channel is alpha and never gets the curve.
function encode(value, width, channels, isLinear) {
  const row = new Uint8ClampedArray(width * channels);
  for (let i = 0; i < row.length; i += 1) {
    const isAlpha = i % channels === channels - 1;
    row[i] = 255 * (isLinear && !isAlpha ? curve(value(i)) : value(i));
  }
  return row;
}

const curve = (v) => (v <= 0.0031308 ? 12.92 * v : 1.055 * v ** (1 / 2.4) - 0.055);

function half(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
