// Test support. The Prometheus text format read strictly: what a scraper would refuse is an error here.

const samplePattern = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const labelPattern = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/y;

function parseLabels(text, line) {
  const labels = {};
  labelPattern.lastIndex = 0;
  while (labelPattern.lastIndex < text.length) {
    const match = labelPattern.exec(text);
    if (!match) throw new Error(`labels that cannot be read: ${line}`);
    if (match[1] in labels) throw new Error(`label ${match[1]} stands twice: ${line}`);
    labels[match[1]] = match[2].replace(/\\(["\\n])/g, (_, c) => (c === 'n' ? '\n' : c));
  }
  return labels;
}

function parseValue(text, line) {
  const value = { '+Inf': Infinity, '-Inf': -Infinity, NaN: NaN }[text] ?? Number(text);
  if (Number.isNaN(value)) throw new Error(`not a number: ${line}`);
  return value;
}

const keyOf = (name, labels) => `${name}{${Object.entries(labels).sort().map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}}`;

// To which family a sample belongs, given the families' types so far.
function familyOf(name, families) {
  if (families.has(name)) return families.get(name);
  const base = name.replace(/_(bucket|sum|count)$/, '');
  const family = families.get(base);
  return family?.type === 'histogram' ? family : undefined;
}

export class Metrics {
  constructor(text) {
    this.families = new Map();
    this.samples = new Map();
    if (!text.endsWith('\n')) throw new Error('the last line has no end');
    for (const line of text.slice(0, -1).split('\n')) this.#line(line);
    for (const family of this.families.values()) {
      if (family.type === 'histogram') this.#checkHistogram(family);
      if (family.type === 'counter' && !family.name.endsWith('_total')) throw new Error(`counter ${family.name} does not end in _total`);
      if (!family.help) throw new Error(`${family.name} has no help`);
    }
  }

  #line(line) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment) {
      const [, kind, name, text] = comment;
      if (!this.families.has(name)) this.families.set(name, { name, samples: [] });
      const family = this.families.get(name);
      const member = kind.toLowerCase();
      if (family[member] !== undefined || family.samples.length > 0) throw new Error(`out of place: ${line}`);
      family[member] = text;
      return;
    }
    const match = samplePattern.exec(line);
    if (!match) throw new Error(`a line that cannot be read: ${line}`);
    const [, name, labelText = '', valueText] = match;
    const family = familyOf(name, this.families);
    if (!family?.type) throw new Error(`a sample without a type: ${line}`);
    const sample = { name, labels: parseLabels(labelText, line), value: parseValue(valueText, line) };
    const key = keyOf(name, sample.labels);
    if (this.samples.has(key)) throw new Error(`stands twice: ${line}`);
    this.samples.set(key, sample);
    family.samples.push(sample);
  }

  #checkHistogram(family) {
    for (const { labels, value } of family.samples.filter((sample) => sample.name === `${family.name}_count`)) {
      const buckets = family.samples.filter((sample) => sample.name === `${family.name}_bucket` &&
        Object.entries(labels).every(([key, text]) => sample.labels[key] === text));
      for (let i = 1; i < buckets.length; i++) {
        if (parseValue(buckets[i].labels.le, family.name) <= parseValue(buckets[i - 1].labels.le, family.name) ||
            buckets[i].value < buckets[i - 1].value) throw new Error(`the buckets of ${family.name} do not grow`);
      }
      if (buckets.at(-1)?.labels.le !== '+Inf' || buckets.at(-1).value !== value) throw new Error(`${family.name} does not end in +Inf`);
      if (this.find(`${family.name}_sum`, labels) === undefined) throw new Error(`${family.name} has no sum`);
    }
  }

  // The value of exactly that series; undefined if there is none.
  find(name, labels = {}) {
    return this.samples.get(keyOf(name, labels))?.value;
  }

  // The value of a counter, which without a series is 0.
  count(name, labels) {
    return this.find(name, labels) ?? 0;
  }

  // All values of the name, added up.
  sum(name) {
    return [...this.samples.values()].filter((sample) => sample.name === name).reduce((sum, { value }) => sum + value, 0);
  }

  has(text) {
    return [...this.samples.values()].some(({ labels }) => Object.values(labels).some((value) => value.includes(text)));
  }
}
