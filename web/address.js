// Page. What the page's own URL asks for: ?format=png|jpeg|raw chooses the stream's picture format, what else a viewer may ask for goes
// to the stream as they are, and token opens a proxy that wants one.

const kFormats = ['jpeg', 'png', 'webp', 'raw'];
const kStreamOptions = ['quality', 'width', 'height', 'fps', 'pass', 'exposure', 'curve', 'alpha', 'motion', 'final'];

const query = new URLSearchParams(location.search);
const token = query.get('token');

export const format = kFormats.includes(query.get('format')) ? query.get('format') : 'jpeg';

function viewQuery(wanted) {
  const parameters = new URLSearchParams(wanted ? { format: wanted } : {});
  for (const name of kStreamOptions) if (query.has(name)) parameters.set(name, query.get(name));
  if (token) parameters.set('token', token);
  return parameters;
}

export const streamUrl = () => `/render/stream?${viewQuery(format)}`;
export const socketUrl = () => `${location.origin.replace(/^http/, 'ws')}/render/ws?${viewQuery(format)}`;
export const pngUrl = () => `/render/frame.png?${viewQuery()}`;

export const authorization = token ? { Authorization: `Bearer ${token}` } : {};
