// Page. What can be called: the services, fetched once per schema, and each service's methods, fetched when it is chosen.

import { errorText, exchange } from './calls.js';

export class Catalogue {
  constructor() {
    this.schema = '';
    this.services = [];       // [{name, fullName, methods: [names]}]
    this.details = new Map(); // service name → its methods
  }

  // True if the list is new.
  async load() {
    const answer = await exchange('/services', { method: 'GET' });
    if (answer.status !== 200) throw new Error(errorText(answer));
    const { schema, services } = answer.json;
    if (schema === this.schema && services.length === this.services.length) return false;
    this.schema = schema;
    this.services = [...services].sort((a, b) => a.name.localeCompare(b.name));
    this.details.clear();
    return true;
  }

  // [{name, path, request, response, streaming, template}]
  async methodsOf(service) {
    const known = this.details.get(service);
    if (known) return known;
    const answer = await exchange(`/services/${encodeURIComponent(service)}`, { method: 'GET' });
    if (answer.status !== 200) throw new Error(errorText(answer));
    this.details.set(service, answer.json.methods);
    return answer.json.methods;
  }

  // Services whose name, or one of whose methods, holds the text; "item/na" asks for both parts. Each comes with the methods to show, and
  // names that are the text or begin with it come first.
  find(text) {
    const [first, second] = text.trim().toLowerCase().split(/[/.]/);
    const part = second ?? first;
    const found = [];
    for (const service of this.services) {
      const isNamed = holds(service.name, first);
      const matches = service.methods.filter((method) => holds(method, part));
      if (second === undefined ? !isNamed && matches.length === 0 : !isNamed || matches.length === 0) continue;
      const methods = isNamed && second === undefined ? service.methods : matches;
      found.push({ service, methods, rank: Math.min(rank(service.name, first), ...matches.map((method) => rank(method, part) + 1)) });
    }
    return found.sort((a, b) => a.rank - b.rank);
  }
}

const holds = (name, part) => name.toLowerCase().includes(part);

function rank(name, part) {
  const lower = name.toLowerCase();
  const bare = lower.replace(/^api/, '');
  if (part === '') return 0;
  if (lower === part || bare === part) return 0;
  return lower.startsWith(part) || bare.startsWith(part) ? 2 : 4;
}
