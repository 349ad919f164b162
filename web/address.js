// Page. Where the proxy is, and what the page's own URL asks for: ?format=png|jpeg|webp|raw chooses the stream's picture format, what else a
// viewer may ask for goes to the stream as they are, upstream= chooses one Octane of several, and token opens a proxy that wants one.
//
// The proxy is where this file is: behind a reverse proxy that may be below a path, such as https://example.org/octane/.

const root = new URL('.', import.meta.url).href;  // ends with a slash

const kFormats = ['jpeg', 'png', 'webp', 'raw'];
const kStreamOptions = ['quality', 'width', 'height', 'fps', 'pass', 'exposure', 'curve', 'alpha', 'motion', 'final'];

const query = new URLSearchParams(location.search);
const token = tokenOf(location.search);

export const format = kFormats.includes(query.get('format')) ? query.get('format') : 'jpeg';

function viewQuery(wanted) {
  const parameters = new URLSearchParams(wanted ? { format: wanted } : {});
  for (const name of kStreamOptions) if (query.has(name)) parameters.set(name, query.get(name));
  return token ? `${parameters}&token=${encodeURIComponent(token)}` : `${parameters}`;
}

// A plus in it is a plus, as the proxy reads it; nothing if it cannot be read.
function tokenOf(search) {
  try {
    return decodeURIComponent(/[?&]token=([^&]*)/.exec(search)?.[1] ?? '');
  } catch {
    return '';
  }
}

export const upstream = /^[a-z0-9-]+$/.test(query.get('upstream') ?? '') ? query.get('upstream') : '';

// The full address of one of the proxy's paths, such as "/upstreams".
export const proxyAddressOf = (path) => root + path.slice(1);
// The same of a path that each upstream has, such as "/ApiItem/name".
export const addressOf = (path) => root + (upstream ? `${upstream}/` : '') + path.slice(1);

export const streamUrl = () => addressOf(`/render/stream?${viewQuery(format)}`);
export const socketUrl = () => addressOf(`/render/ws?${viewQuery(format)}`).replace(/^http/, 'ws');
export const pngUrl = () => addressOf(`/render/frame.png?${viewQuery()}`);

export const authorization = token ? { Authorization: `Bearer ${token}` } : {};
