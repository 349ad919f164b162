// Page. Shows the pictures of any method of any upstream that gives a stream: which bytes of its messages are the picture is chosen from what the
// schema says.

import { authorization, proxyAddressOf } from './address.js';
import { sizeText } from './answer_text.js';
import { errorText, exchange } from './calls.js';
import { byId, make, setText } from './dom.js';
import { Meter } from './meter.js';
import { readParts } from './parts.js';

const kMostDepth = 6;
const kSizes = ['width', 'cols', 'w'];  // a message with one of these says how its pixels lie

let methods = [];   // [{title, path, template, fields}]
let running;        // AbortController of the stream under way

// The paths of all bytes fields below a message: [{path, isPixels}].
function bytesFields(type, prefix = '', depth = 0) {
  const fields = type.fields ?? [];
  const isPixels = fields.some((field) => kSizes.includes(field.name));
  return fields.flatMap((field) => {
    const path = `${prefix}${field.name}${field.repeated ? '[0]' : ''}`;
    if (field.type === 'bytes') return [{ path, isPixels }];
    return field.fields && depth < kMostDepth ? bytesFields(field, `${path}.`, depth + 1) : [];
  });
}

async function get(path) {
  const answer = await exchange(path, { method: 'GET', ofProxy: true });
  if (answer.status !== 200) throw new Error(errorText(answer));
  return answer.json;
}

// Streams whose messages hold bytes, of every upstream that is there.
async function findMethods() {
  const { upstreams } = await get('/upstreams');
  const found = [];
  for (const { name } of upstreams) {
    const prefix = upstreams.length > 1 ? `/${name}` : '';
    const { services } = await get(`${prefix}/services`);
    if (services.length > 40) continue;  // Octane, whose pictures have a page of their own
    for (const service of services) {
      const { methods: all } = await get(`${prefix}/services/${encodeURIComponent(service.name)}`);
      for (const method of all.filter(({ givesStream, takesStream }) => givesStream && !takesStream)) {
        const fields = bytesFields(method.response);
        if (fields.length === 0) continue;
        const title = `${upstreams.length > 1 ? `${name}: ` : ''}${service.name}.${method.name}`;
        found.push({ title, path: `${prefix}${method.path}`, template: method.template, fields });
      }
    }
  }
  return found;
}

const chosen = () => methods[byId('method').selectedIndex];
const chosenField = () => chosen()?.fields[byId('field').selectedIndex];

function showMethod() {
  const method = chosen();
  byId('field').replaceChildren(...(method?.fields ?? []).map(({ path }) => make('option', { text: path })));
  byId('request').value = method ? JSON.stringify(method.template, null, 1) : '';
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

async function open() {
  byId('method').addEventListener('change', showMethod);
  byId('field').addEventListener('change', showField);
  byId('start').addEventListener('click', start);
  byId('stop').addEventListener('click', stop);
  try {
    methods = await findMethods();
  } catch (error) {
    say(error.message, true);
    return;
  }
  byId('method').replaceChildren(...methods.map(({ title }) => make('option', { text: title })));
  showMethod();
  say(methods.length > 0 ? 'Choose a stream and start it.' : 'No upstream has a method that gives a stream of bytes.', methods.length === 0);
}

open();
