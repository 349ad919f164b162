// Page. Which Octane the page shows, where the proxy has several. Another one is another address, so that it can be kept and passed on.

import { upstream } from './address.js';
import { exchange } from './calls.js';
import { byId, make } from './dom.js';

export async function showUpstreams() {
  const { json } = await exchange('/upstreams', { method: 'GET', ofProxy: true });
  const octanes = (json?.upstreams ?? []).filter(({ kind }) => kind === 'octane');
  if (octanes.length < 2) return;
  const select = byId('upstream');
  const shown = upstream || octanes[0].name;
  select.replaceChildren(...octanes.map(({ name, address, state }) => make('option', { value: name, text: `${name} (${address}, ${state})` })));
  select.value = shown;
  byId('upstream-switch').hidden = false;
  select.addEventListener('change', () => {
    const query = new URLSearchParams(location.search);
    query.set('upstream', select.value);
    location.search = query;
  });
}
