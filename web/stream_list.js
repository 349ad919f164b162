// Page. Which methods give pictures as a stream, of all upstreams: from what their schemas say, and again as upstreams come, go and change.

import { errorText, exchange } from './calls.js';

const kMostDepth = 6;
const kSizes = ['width', 'cols', 'w'];  // a message with one of these says how its pixels lie
const kOfOctane = /^(octaneapi|livelinkapi)\./;  // its pictures have a page of their own
const kLookAgainMs = 3000;

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

// Streams of one upstream whose messages hold bytes. `prefix` stands before its paths, `title` before the names of its methods.
async function methodsOf(prefix, title) {
  const found = [];
  const { services } = await get(`${prefix}/services`);
  for (const service of services.filter(({ fullName }) => !kOfOctane.test(fullName))) {
    const { methods } = await get(`${prefix}/services/${encodeURIComponent(service.name)}`);
    for (const method of methods.filter(({ givesStream, takesStream }) => givesStream && !takesStream)) {
      const fields = bytesFields(method.response);
      if (fields.length > 0)
        found.push({ title: `${title}${service.name}.${method.name}`, path: `${prefix}${method.path}`, template: method.template, fields });
    }
  }
  return found;
}

// Calls `onChange({methods: [{title, path, template, fields}], faults: [sentence]})` at once, and then whenever one of both is another,
// while the page can be seen. An upstream that fails is among the faults and asked again; the others are shown all the same, and so is what
// it said before.
export function watchStreams(onChange) {
  const known = new Map();  // by upstream: {mark, methods, fault}
  let told;

  async function lookAt({ name, kind, address, state, api, services, is_schema_known: isKnown }, isOneOfSeveral) {
    // What changes with its schema: that of an Octane is one of a few, that of another server may change whenever it comes back.
    const mark = JSON.stringify([address, kind === 'octane' ? api : state, services, isKnown]);
    const before = known.get(name);
    if (before?.mark === mark && !before.fault) return;
    try {
      const methods = await methodsOf(isOneOfSeveral ? `/${name}` : '', isOneOfSeveral ? `${name}: ` : '');
      known.set(name, { mark, methods });
    } catch (error) {
      known.set(name, { mark, methods: before?.methods ?? [], fault: error.message });
    }
  }

  async function look() {
    let faults;
    let upstreams = [];
    try {
      ({ upstreams } = await get('/upstreams'));
      await Promise.all(upstreams.map((one) => lookAt(one, upstreams.length > 1)));
      faults = upstreams.flatMap(({ name, error }) => {
        const fault = known.get(name).fault ?? error;
        return fault ? [`${name}: ${fault}`] : [];
      });
    } catch (error) {
      faults = [error.message];
      upstreams = [...known.keys()].map((name) => ({ name }));
    }
    const now = { methods: upstreams.flatMap(({ name }) => known.get(name).methods), faults };
    const text = JSON.stringify(now);
    if (text === told) return;
    told = text;
    onChange(now);
  }

  async function lookAgain() {
    if (told === undefined || document.visibilityState === 'visible') await look();
    setTimeout(lookAgain, kLookAgainMs);
  }
  lookAgain();
}
