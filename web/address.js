// Page. What the page's own URL asks for: ?format=png|jpeg|raw chooses the stream's picture format, quality, width, height, fps and pass go
// to the stream as they are, and token opens a proxy that wants one.

const kFormats = ['jpeg', 'png', 'webp', 'raw'];
const kStreamOptions = ['quality', 'width', 'height', 'fps', 'pass'];

const query = new URLSearchParams(location.search);
const token = query.get('token');

export const format = kFormats.includes(query.get('format')) ? query.get('format') : 'jpeg';

export function streamUrl(wanted = format) {
  const parameters = new URLSearchParams({ format: wanted });
  for (const name of kStreamOptions) if (query.has(name)) parameters.set(name, query.get(name));
  if (token) parameters.set('token', token);
  return `/render/stream?${parameters}`;
}

export const authorization = token ? { Authorization: `Bearer ${token}` } : {};
