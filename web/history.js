// Page. The last calls, newest first, kept while the page is open. Choosing one brings back its request and its answer.

import { millisecondsText } from './answer_text.js';
import { arrowKeys, byId, make } from './dom.js';

const kKept = 20;

export class History {
  // onChoose(entry): an entry as it was added, {service, method, body, answer}
  constructor(onChoose) {
    this.onChoose = onChoose;
    this.entries = [];
    arrowKeys(byId('history-list'));
    this.show();
  }

  add(entry) {
    this.entries = [entry, ...this.entries].slice(0, kKept);
    this.show();
  }

  show() {
    byId('history').hidden = this.entries.length === 0;
    byId('history-count').textContent = String(this.entries.length);
    byId('history-list').replaceChildren(...this.entries.map((entry) => this.line(entry)));
  }

  line(entry) {
    const { answer } = entry;
    const status = make('span', { class: 'count', 'data-kind': answer.status === 200 ? 'good' : 'bad', text: String(answer.status || '–') });
    const button = make('button', { type: 'button', title: entry.body },
      make('span', { class: 'name', text: `${entry.service}/${entry.method}` }),
      make('span', { class: 'count', text: millisecondsText(answer.ms) }), status);
    button.addEventListener('click', () => this.onChoose(entry));
    return button;
  }
}
