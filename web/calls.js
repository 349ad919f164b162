// Page. HTTP calls to the proxy, each with a deadline. An answer that is an error is a value, not an exception.

import { addressOf, authorization, proxyAddressOf } from './address.js';

const kDeadlineMs = 35_000;  // a little above the proxy's own default, so that its message is the one shown

// `path` is one of the proxy's. {status, statusText, ms, text, json}; status 0: no answer, and `text` says why.
// `ofProxy`: the path is the proxy's own, whichever upstream the page shows.
export async function exchange(path, { method = 'POST', body, ofProxy = false } = {}) {
  const started = performance.now();
  try {
    const answer = await fetch((ofProxy ? proxyAddressOf : addressOf)(path), {
      method,
      body,
      headers: { ...authorization, ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
      signal: AbortSignal.timeout(kDeadlineMs),
      cache: 'no-store',
    });
    const text = await answer.text();
    return { status: answer.status, statusText: answer.statusText, ms: performance.now() - started, text, json: parse(text) };
  } catch (error) {
    const text = error.name === 'TimeoutError' ? `No answer within ${kDeadlineMs / 1000} s.` : 'The proxy did not answer.';
    return { status: 0, statusText: '', ms: performance.now() - started, text, json: undefined };
  }
}

// The answer's data; throws Error with the proxy's sentence.
export async function call(path, request = {}) {
  const answer = await exchange(path, { body: JSON.stringify(request) });
  if (answer.status === 200 && answer.json?.success) return answer.json.data ?? {};
  throw new Error(errorText(answer));
}

export const errorText = (answer) => answer.json?.error ?? (answer.text || `HTTP ${answer.status}`);

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
