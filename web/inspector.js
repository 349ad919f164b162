// Page. The method panel: find a method, edit its JSON template, send it, read the answer.

import { exchange } from './calls.js';
import { Catalogue } from './catalogue.js';
import { curlCommand } from './curl.js';
import { arrowKeys, byId, copyButton, make, setText } from './dom.js';
import { fieldsView } from './fields.js';
import { History } from './history.js';
import { collectRefs, putRef } from './refs.js';
import { ResponseView } from './response.js';

export class Inspector {
  constructor() {
    this.catalogue = new Catalogue();
    this.response = new ResponseView();
    this.history = new History((entry) => this.recall(entry));
    this.service = '';       // chosen
    this.method = null;      // chosen, as the catalogue describes it
    this.refs = [];
    this.body = byId('request-body');
    this.isSending = false;

    byId('service-filter').addEventListener('input', () => this.showLists());
    byId('service-filter').addEventListener('keydown', (event) => this.filterKey(event));
    byId('send').addEventListener('click', () => this.send());
    byId('template-reset').addEventListener('click', () => this.setBody(templateText(this.method)));
    this.body.addEventListener('input', () => this.showCurl());
    this.body.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      this.send();
    });
    copyButton(byId('curl-copy'), () => byId('curl-text').textContent);
    arrowKeys(byId('service-list'), { ArrowRight: byId('method-list') });
    arrowKeys(byId('method-list'), { ArrowLeft: byId('service-list'), ArrowRight: this.body });
  }

  // Called whenever the proxy or Octane comes back: another release has other methods.
  async load() {
    try {
      if (!(await this.catalogue.load())) return;
    } catch (error) {
      if (this.catalogue.services.length === 0) byId('service-list').replaceChildren(make('p', { class: 'muted', text: error.message }));
      return;
    }
    const { schema, services } = this.catalogue;
    setText(byId('schema-name'), `${schema} · ${services.length}`);
    byId('schema-name').title = `Schema ${schema}, ${services.length} services`;
    this.showLists();
    if (this.service) await this.choose(this.service, this.method?.name, this.body.value);
  }

  filterKey(event) {
    if (event.key === 'Escape') {
      event.target.value = '';
      this.showLists();
    } else if (event.key === 'ArrowDown' || event.key === 'Enter') {
      event.preventDefault();
      const first = byId('service-list').querySelector('button');
      if (event.key === 'Enter') first?.click();
      else first?.focus();
    }
  }

  showLists() {
    const found = this.catalogue.find(byId('service-filter').value);
    const lines = found.map(({ service, methods }) => this.line(service.name, methods.length, service.name === this.service,
      () => this.choose(service.name)));
    if (lines.length === 0) lines.push(make('p', { class: 'muted', text: 'Nothing of that name' }));
    byId('service-list').replaceChildren(...lines);
    this.showMethods(found);
  }

  // The filter's matches if it names methods of the chosen service, else all of its methods.
  showMethods(found = this.catalogue.find(byId('service-filter').value)) {
    const all = this.catalogue.details.get(this.service) ?? [];
    const wanted = found.find(({ service }) => service.name === this.service)?.methods;
    const shown = wanted ? all.filter((method) => wanted.includes(method.name)) : all;
    const lines = shown.map((method) => this.line(method.name, method.streaming ? 'stream' : '', method.name === this.method?.name,
      () => this.choose(this.service, method.name)));
    if (!this.service) lines.push(make('p', { class: 'muted', text: 'Choose a service' }));
    byId('method-list').replaceChildren(...lines);
    return shown;
  }

  line(name, note, isChosen, onChoose) {
    const button = make('button', { type: 'button', title: name, 'aria-pressed': String(isChosen) },
      make('span', { class: 'name', text: name }), make('span', { class: 'count', text: String(note) }));
    button.addEventListener('click', onChoose);
    return button;
  }

  async choose(service, methodName, body) {
    this.service = service;
    let methods = [];
    try {
      methods = await this.catalogue.methodsOf(service);
    } catch (error) {
      this.response.refused(error.message);
    }
    if (this.service !== service) return;  // another one was chosen meanwhile
    const wanted = methods.find(({ name }) => name === methodName);
    const list = byId('method-list');
    const hadFocus = list.contains(document.activeElement);
    const shown = this.showMethods();
    const method = wanted ?? (shown.length === 1 ? shown[0] : null);
    const isSame = method !== null && method.path === this.method?.path;
    this.method = method;
    mark(byId('service-list'), service);
    mark(list, method?.name);
    if (hadFocus) list.querySelector('[aria-pressed=true]')?.focus();
    this.showMethod(body ?? (isSame ? this.body.value : templateText(method)));
  }

  showMethod(body) {
    const { method } = this;
    const isStreaming = method?.streaming ?? false;
    setText(byId('request-path'), method ? `POST ${method.path}` : 'Choose a method');
    byId('request-note').hidden = !isStreaming;
    setText(byId('request-note'), isStreaming
      ? 'This method streams, and one HTTP request cannot carry that. Frames and events come from GET /render/stream.' : '');
    this.body.disabled = !method || isStreaming;
    byId('template-reset').disabled = this.body.disabled;
    byId('send').disabled = this.body.disabled;
    byId('fields-body').replaceChildren(...(method ? [fieldsView('Request', method.request), fieldsView('Answer', method.response)] : []));
    this.setBody(body);
  }

  setBody(text) {
    this.body.value = text;
    this.showCurl();
  }

  showCurl() {
    setText(byId('curl-text'), this.method && !this.method.streaming ? curlCommand(this.method.path, this.body.value) : '');
  }

  async send() {
    const { service, method } = this;
    const body = this.body.value.trim() || '{}';
    if (!method || method.streaming || this.isSending) return;
    try {
      JSON.parse(body);
    } catch (error) {
      this.response.refused(`The request is not JSON: ${error.message}`);
      return;
    }
    this.isSending = true;
    byId('send').disabled = true;
    this.response.waiting();
    const answer = await exchange(method.path, { body });
    this.isSending = false;
    byId('send').disabled = this.body.disabled;
    this.response.show(answer);
    this.history.add({ service, method: method.name, body, answer });
    if (answer.json?.data) this.showRefs(collectRefs(this.refs, answer.json.data));
  }

  async recall({ service, method, body, answer }) {
    byId('service-filter').value = '';
    this.service = service;
    this.showLists();
    await this.choose(service, method, body);
    this.response.show(answer);
    byId('service-list').querySelector('[aria-pressed=true]')?.scrollIntoView({ block: 'nearest' });
  }

  showRefs(refs) {
    this.refs = refs;
    byId('object-refs').hidden = refs.length === 0;
    byId('object-refs').replaceChildren(make('span', { class: 'muted', text: 'Use' }), ...refs.map((ref) => {
      const chip = make('button', { type: 'button', text: `${ref.type} ${ref.handle}`, title: 'Put this object into the request' });
      chip.addEventListener('click', () => {
        const text = putRef(this.body.value, ref);
        if (text !== null && !this.body.disabled) this.setBody(text);
      });
      return chip;
    }));
  }
}

const templateText = (method) => (method ? JSON.stringify(method.template ?? {}, null, 2) : '');

function mark(list, name) {
  for (const button of list.querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.title === name));
}
