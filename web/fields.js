// Page. A message type as a list that can be read: one line a field, sub-messages below theirs.

import { make } from './dom.js';

const kDeepest = 4;

export function fieldsView(heading, type) {
  const body = type?.fields?.length ? fieldList(type.fields, 0) : make('p', { class: 'muted', text: 'no fields' });
  return make('section', {}, make('h3', { text: `${heading} ${shortName(type?.name)}` }), body);
}

function fieldList(fields, depth) {
  return make('ul', { class: 'fields' }, ...fields.map((field) => fieldLine(field, depth)));
}

function fieldLine(field, depth) {
  const line = make('li', {}, make('code', { text: field.name }), ' ', make('span', { class: 'muted', text: typeText(field) }));
  if (field.enum?.length) line.append(make('span', { class: 'values', text: field.enum.join('  ') }));
  if (field.fields?.length && depth < kDeepest) line.append(fieldList(field.fields, depth + 1));
  return line;
}

function typeText(field) {
  const parts = [shortName(field.type) + (field.repeated ? '[]' : '')];
  if (field.oneof) parts.push(`one of ${field.oneof}`);
  if (field.leftOut === 'size' || field.leftOut === 'depth') parts.push('what is in it is left out here');
  return parts.join(' · ');
}

const shortName = (name = '') => name.replace(/^\.?[a-z]+\./, '');
