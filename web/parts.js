// Page. A multipart/x-mixed-replace body, taken apart as it comes: an <img> takes such a stream from an address alone, and a method is
// called with a request. Each part says how long it is.

const kLongestHead = 4096;  // bytes

// Calls `onPart({type, dropped, bytes})` for each part, until the body ends.
export async function readParts(body, onPart) {
  const reader = body.getReader();
  let kept = new Uint8Array(0);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    kept = join(kept, value);
    for (let part = takePart(kept); part; part = takePart(kept)) {
      kept = kept.subarray(part.end);
      onPart(part);
    }
  }
}

function takePart(bytes) {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, kLongestHead));
  const end = head.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const field = (name) => new RegExp(`^${name}: *(.*)$`, 'im').exec(head.slice(0, end))?.[1];
  const from = end + 4;
  const to = from + Number(field('Content-Length'));
  if (!(bytes.length >= to + 2)) return undefined;
  return { type: field('Content-Type'), dropped: Number(field('X-Dropped') ?? 0), bytes: bytes.slice(from, to), end: to + 2 };
}

function join(first, second) {
  if (first.length === 0) return second;
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
}
