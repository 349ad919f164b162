// Page. The same call for a shell.

import { addressOf } from './address.js';

export function curlCommand(path, body) {
  const compact = compactJson(body);
  const data = compact === '{}' ? '' : ` -d ${quote(compact)}`;
  return `curl -s -X POST ${quote(addressOf(path))}${data}`;
}

// Text that is no JSON (yet) stays as typed; so does a number that parsing would round.
function compactJson(text) {
  try {
    return hasLongNumber(text) ? text.trim() : JSON.stringify(JSON.parse(text));
  } catch {
    return text.trim() || '{}';
  }
}

const hasLongNumber = (text) => /[^"\d]\d{16,}/.test(text);
const quote = (text) => (/^[\w:/.@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`);
