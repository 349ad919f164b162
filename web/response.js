// Page. The answer's part of the panel: status, time, size, warnings and the body.

import { answerText, millisecondsText, sizeText } from './answer_text.js';
import { errorText } from './calls.js';
import { byId, copyButton, make } from './dom.js';

export class ResponseView {
  constructor() {
    this.answer = null;
    copyButton(byId('response-copy'), () => this.wholeText());
  }

  wholeText() {
    const { json, text } = this.answer;
    return json === undefined ? text : JSON.stringify(json, null, 2);
  }

  waiting() {
    this.status('Waiting…', 'none');
  }

  // A request that was not sent.
  refused(sentence) {
    this.answer = null;
    this.status('Not sent', 'bad');
    this.body(sentence, []);
  }

  show(answer) {
    this.answer = answer;
    const isGood = answer.status === 200 && answer.json?.success !== false;
    const facts = [millisecondsText(answer.ms), sizeText(new Blob([answer.text]).size)];
    if (answer.status === 0) {
      this.status('No answer', 'bad');
      this.body(answer.text, []);
      return;
    }
    const name = answer.json?.status ?? answer.statusText;
    this.status([`${answer.status}${name ? ` ${name}` : ''}`, ...facts].join(' · '), isGood ? 'good' : 'bad');
    const lead = isGood ? '' : `${errorText(answer)}\n\n`;
    this.body(lead + answerText(answer), answer.json?.warnings ?? []);
  }

  status(text, kind) {
    byId('response-status').textContent = text;
    byId('response-status').dataset.kind = kind;
    byId('response').dataset.kind = kind;
  }

  body(text, warnings) {
    byId('response').textContent = text;
    byId('response').scrollTop = 0;
    byId('response-copy').disabled = this.answer === null;
    byId('response-warnings').hidden = warnings.length === 0;
    byId('response-warnings').replaceChildren(...warnings.map((warning) => make('li', { text: warning })));
  }
}
