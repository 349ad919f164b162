// Test support. OpenEXR read by the file's own description (openexr.com, "OpenEXR File Layout"): single part, scan lines, uncompressed.

const magic = 20000630;
const bytesOf = { 0: 4, 1: 2, 2: 4 }; // of a channel's type: uint, half, float

function halfToNumber(bits) {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const mantissa = bits & 1023;
  if (exponent === 31) return mantissa ? NaN : sign * Infinity;
  return exponent === 0 ? sign * mantissa * 2 ** -24 : sign * (1024 + mantissa) * 2 ** (exponent - 25);
}

// {width, height, attributes (name: {type, data}), channels: {R: {type, at(x, y), raw(x, y)}, …}}; `raw` is the value's bytes.
export function readExr(file) {
  if (file.readUInt32LE(0) !== magic) throw new Error('not an EXR file');
  if (file.readUInt32LE(4) !== 2) throw new Error(`EXR of version and flags ${file.readUInt32LE(4)}`);
  let place = 8;
  const text = () => {
    const end = file.indexOf(0, place);
    const word = file.toString('latin1', place, end);
    place = end + 1;
    return word;
  };
  const attributes = {};
  for (;;) {
    const name = text();
    if (name === '') break;
    const type = text();
    const size = file.readUInt32LE(place);
    attributes[name] = { type, data: file.subarray(place + 4, place + 4 + size) };
    place += 4 + size;
  }
  if (attributes.compression.data[0] !== 0) throw new Error('a compressed EXR file');
  const window = attributes.dataWindow.data;
  const width = window.readInt32LE(8) - window.readInt32LE(0) + 1;
  const height = window.readInt32LE(12) - window.readInt32LE(4) + 1;

  const list = attributes.channels.data;
  const channels = {};
  let offset = 0; // of the channel's values in a scan line, where the channels follow one another
  for (let at = 0; list[at] !== 0; at += 16) {
    const end = list.indexOf(0, at);
    const name = list.toString('latin1', at, end);
    at = end + 1;
    const type = list.readUInt32LE(at);
    channels[name] = { type, offset, size: bytesOf[type] };
    offset += bytesOf[type] * width;
  }
  const lines = Array.from({ length: height }, (_, y) => Number(file.readBigUInt64LE(place + 8 * y)) + 8);
  for (const channel of Object.values(channels)) {
    channel.raw = (x, y) => {
      const from = lines[y] + channel.offset + x * channel.size;
      return file.subarray(from, from + channel.size);
    };
    channel.at = (x, y) => {
      const raw = channel.raw(x, y);
      return channel.type === 1 ? halfToNumber(raw.readUInt16LE(0)) : raw.readFloatLE(0);
    };
  }
  return { width, height, attributes, channels };
}
