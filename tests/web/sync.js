// Reads the scene by sequential calls in each way that a page can make them, and how long the browser alone takes for as many.

import { walkScene } from './walk.js';

const read = async (answer) => {
  const data = await answer.json();
  if (!answer.ok) throw new Error(data.error);
  return data;
};

const post = (path, body) => fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });

const ways = {
  // octaneProxy's surface by fetch.
  fetch: async (name, body) => (await read(await post(`/${name}`, body))).data,
  // octaneProxy's surface by synchronous XMLHttpRequest, as octaneWeb does.
  xhr: (name, body) => {
    const request = new XMLHttpRequest();
    request.open('POST', `/${name}`, false);
    request.send(JSON.stringify(body));
    if (request.status !== 200) throw new Error(request.responseText);
    return JSON.parse(request.responseText).data;
  },
  // octaneWebR's surface by fetch.
  bare: async (name, body) => read(await post(`/api/grpc/${name}`, body)),
};

// {items, calls, milliseconds, connections}: connections opened while it ran.
window.sync = async (way, getValue) => {
  performance.clearResourceTimings();
  performance.setResourceTimingBufferSize(1000000);
  const began = performance.now();
  const { items, calls } = await walkScene(ways[way], getValue);
  const milliseconds = performance.now() - began;
  const timings = performance.getEntriesByType('resource').filter(({ initiatorType }) => /fetch|xmlhttprequest/.test(initiatorType));
  return { items, calls, milliseconds, connections: timings.filter((t) => t.connectEnd > t.connectStart).length };
};

// Milliseconds that so many requests take which the proxy answers by itself at once.
window.browserAlone = async (count) => {
  const began = performance.now();
  for (let i = 0; i < count; i++) await (await fetch('/livez')).text();
  return performance.now() - began;
};

// Opened as sync.html?report=URL: does what the address says as soon as it is asked, and posts each result there, so that a browser
// without a debugger attached can be measured.
const report = new URL(location).searchParams.get('report');
if (report) {
  for (;;) {
    const order = await (await fetch(report)).json();
    if (order.done) break;
    const result = await (order.alone ? window.browserAlone(order.alone).then((milliseconds) => ({ milliseconds }))
      : window.sync(order.way, order.getValue)).catch((error) => ({ error: String(error) }));
    await fetch(report, { method: 'POST', body: JSON.stringify(result) });
  }
}
