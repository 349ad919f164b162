// Page. Shows the pictures of any method of any upstream that gives a stream: which bytes of its messages are the picture is chosen from what the
// schema says.

import { authorization, proxyAddressOf } from './address.js';
import { sizeText } from './answer_text.js';
import { byId, make, setText } from './dom.js';
import { Meter } from './meter.js';
import { readParts } from './parts.js';
import { watchStreams } from './stream_list.js';

let methods = [];   // [{title, path, template, fields}]
let running;        // AbortController of the stream under way

const chosen = () => methods[byId('method').selectedIndex];
const chosenField = () => chosen()?.fields[byId('field').selectedIndex];

function showMethod() {
  const method = chosen();
  byId('request').value = method ? JSON.stringify(method.template, null, 1) : '';
  showFields();
}

function showFields() {
  byId('field').replaceChildren(...(chosen()?.fields ?? []).map(({ path }) => make('option', { text: path })));
  showField();
}

function showField() {
  byId('picture-format').value = chosenField()?.isPixels ? 'jpeg' : '';
}

function say(text, isBad = false) {
  setText(byId('state'), text);
  document.body.dataset.state = isBad ? 'failed' : running ? 'running' : 'stopped';
}

function addressOfStream() {
  const query = new URLSearchParams({ raw: chosenField().path, stream: 'multipart', policy: 'latest' });
  if (byId('picture-format').value) query.set('picture', byId('picture-format').value);
  if (byId('shared').checked) query.set('share', '1');
  return proxyAddressOf(`${chosen().path}?${query}`);
}

function show(image, meter, part) {
  const url = URL.createObjectURL(new Blob([part.bytes], { type: part.type }));
  const before = image.src;
  image.src = url;
  if (before.startsWith('blob:')) URL.revokeObjectURL(before);
  meter.frameShown(NaN);
  say(`${part.type}, ${sizeText(part.bytes.length)}, ${meter.rate.toFixed(1)} a second, ${part.dropped} left out`);
}

async function start() {
  stop();
  const control = new AbortController();
  running = control;
  say('Waiting for the first picture…');
  const image = byId('shown');
  const meter = new Meter();
  try {
    const answer = await fetch(addressOfStream(), { method: 'POST', body: byId('request').value || '{}', headers: authorization, signal: control.signal });
    if (!answer.ok) throw new Error((await answer.json()).error);
    await readParts(answer.body, (part) => show(image, meter, part));
    if (running === control) stop();
    say('The stream has ended.');
  } catch (error) {
    if (control.signal.aborted) return;
    running = undefined;
    say(error.message, true);
  }
}

function stop() {
  running?.abort();
  running = undefined;
  say('Stopped.');
}

// What is chosen stays chosen, with the request that was written for it, as long as it is there.
function showMethods(found) {
  const before = chosen();
  methods = found;
  byId('method').replaceChildren(...methods.map(({ title }) => make('option', { text: title })));
  const at = methods.findIndex(({ path }) => path === before?.path);
  if (at < 0) return showMethod();
  byId('method').selectedIndex = at;
  if (JSON.stringify(methods[at].fields) !== JSON.stringify(before.fields)) showFields();
}

function showList({ methods: found, faults }) {
  const isOther = JSON.stringify(found) !== JSON.stringify(methods);
  const hadSome = methods.length > 0;
  byId('faults').replaceChildren(...faults.map((text) => make('li', { text })));
  byId('faults').hidden = faults.length === 0;
  if (isOther) showMethods(found);
  const isNews = document.body.dataset.state === 'loading' || hadSome !== found.length > 0;
  if (running || !isNews) return;
  if (found.length > 0) say('Choose a stream and start it.');
  else say('No upstream has a method that gives a stream of bytes.', true);
}

byId('method').addEventListener('change', showMethod);
byId('field').addEventListener('change', showField);
byId('start').addEventListener('click', start);
byId('stop').addEventListener('click', stop);
watchStreams(showList);
