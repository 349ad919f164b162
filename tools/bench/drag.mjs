// How fresh the picture is while a hand drags the camera through /render/ws: frames per second, and the time from a camera to the first frame
// that was rendered after it. Run it against a proxy with a renderer behind it:
//
//   node --experimental-websocket tools/bench/drag.mjs [URL of the proxy] [seconds] [query of the socket]

const [base = 'http://127.0.0.1:51023', seconds = '5', query = '?format=jpeg'] = process.argv.slice(2);
const kCameraMs = 16;  // a pointer moves about sixty times a second

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

async function call(method) {
  const answer = await fetch(`${base}/${method}`, { method: 'POST', body: '{}' });
  const { success, data, error } = await answer.json();
  if (!success) throw new Error(error);
  return data;
}

const { target } = await call('LiveLink/GetCamera');
const socket = new WebSocket(`${base.replace(/^http/, 'ws')}/render/ws${query}`);
socket.binaryType = 'arraybuffer';
await new Promise((resolve, reject) => {
  socket.onopen = resolve;
  socket.onerror = () => reject(new Error(`${base} takes no WebSocket`));
});

let cameras = 0;
let bytes = 0;
let level = 0;
const frames = [];     // arrival times of all frames
const fresh = [];      // of those that show a newer camera than the one before
const delays = [];     // from the proxy's receipt to here, by clocks of one machine
socket.onmessage = ({ data }) => {
  if (typeof data === 'string') {
    const event = JSON.parse(data);
    if (event.type === 'error') console.error(event.error);
    return;
  }
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(data, 4, new DataView(data).getUint32(0, true))));
  const now = performance.now();
  bytes += data.byteLength;
  frames.push(now);
  delays.push(performance.timeOrigin + now - header.timestamp * 1000);
  const shown = (header.changeLevel ?? header.render_images.data[0].changeLevel).level;
  if (shown > level) fresh.push(now);
  level = Math.max(level, shown);
};

const begin = performance.now();
await new Promise((resolve) => {
  const timer = setInterval(() => {
    const angle = cameras * 0.02;
    socket.send(JSON.stringify({ type: 'camera', position: { x: 5 * Math.sin(angle), y: 3, z: 5 * Math.cos(angle) }, target }));
    cameras += 1;
    if (performance.now() - begin < Number(seconds) * 1000) return;
    clearInterval(timer);
    resolve();
  }, kCameraMs);
});
const took = (performance.now() - begin) / 1000;
socket.close();

const gaps = fresh.slice(1).map((at, i) => at - fresh[i]);
console.log(`${(cameras / took).toFixed(1)} cameras/s sent`);
console.log(`${(fresh.length / took).toFixed(1)} fresh pictures/s (${(frames.length / took).toFixed(1)} frames/s, ${(bytes / took / 1e6).toFixed(2)} MB/s)`);
console.log(`median ${median(gaps).toFixed(1)} ms between fresh pictures; ${median(delays).toFixed(1)} ms from the proxy's receipt to the client`);
process.exit(0);
