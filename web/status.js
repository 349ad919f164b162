// Page. The state in words: the line in the header, and the notice in the middle of the viewport when there is no live picture.

import { byId, make, setText } from './dom.js';

export function showStatus(state) {
  document.body.dataset.state = state.name;
  setText(byId('connection-text'), line(state));
  showNotice(notice(state));
  const isAway = state.session === null;
  for (const button of document.querySelectorAll('[data-needs-octane]')) button.disabled = isAway;
}

function line(state) {
  const where = [versionText(state.version), state.address].filter(Boolean).join(' · ');
  switch (state.name) {
    case 'connecting': return 'Connecting…';
    case 'proxy-lost': return state.isGoingDown ? 'The proxy is going down' : 'Proxy not reachable';
    case 'octane-lost': return `Octane not reachable${state.address ? ` at ${state.address}` : ''}`;
    case 'octane-silent': return `Octane does not answer${state.address ? ` at ${state.address}` : ''}`;
    default: return `Octane ${where}${state.busyWith ? ` · busy with ${state.busyWith}` : ''}`.trim();
  }
}

// 15000008 is 15.0.0.8.
function versionText(version) {
  const number = Number(version);
  if (!Number.isInteger(number) || number < 1_000_000) return String(version ?? '');
  return [Math.floor(number / 1e6), Math.floor(number / 1e4) % 100, Math.floor(number / 100) % 100, number % 100].join('.');
}

function notice(state) {
  switch (state.name) {
    case 'connecting':
      return { title: 'Connecting to the proxy', text: location.host };
    case 'proxy-lost':
      return {
        title: state.isGoingDown ? 'The proxy is going down' : 'The proxy is not reachable',
        text: `${location.host} does not answer. This page keeps trying and continues by itself.`,
        steps: ['See that `octane-proxy` is running on that machine.'],
      };
    case 'octane-lost':
      return {
        title: 'Octane is not reachable',
        text: reason(state),
        steps: [
          'Start Octane and load a scene.',
          'Switch its gRPC server on: `Help > LiveLink`, or `File > Preferences > GRPC API`, then restart Octane.',
          'Octane on another machine or port? Start the proxy with `--octane-host` and `--octane-port`.',
        ],
        detail: 'The picture comes by itself as soon as Octane answers.',
      };
    case 'octane-silent':
      return {
        title: 'Octane does not answer',
        text: 'It is connected, but nothing comes from it any more. It may be frozen, or the way to it may be cut.',
        steps: ['Look at Octane itself.', 'Does the way to it go through a tunnel? See that its far end is there.'],
        detail: 'The page goes on by itself as soon as Octane answers.',
      };
    case 'waiting':
      return {
        title: 'Waiting for the first picture',
        text: 'Octane is connected. A picture comes as soon as it renders; it needs a scene with a render target.',
      };
    default:
      return null;
  }
}

// The proxy's sentence says what happened and, after a semicolon, what to do, which the steps say here.
function reason({ error, address }) {
  if (error) return `${error.split(';')[0].replace(/\.$/, '')}.`;
  return address ? `Nothing answers at ${address}.` : 'The proxy is here, but Octane does not answer it.';
}

// Words between backquotes are names to type or to look for.
function stepLine(step) {
  const line = make('li');
  step.split('`').forEach((part, i) => line.append(i % 2 === 1 ? make('code', { text: part }) : part));
  return line;
}

function showNotice(content) {
  const box = byId('notice');
  box.hidden = content === null;
  if (content === null) return;
  setText(byId('notice-title'), content.title);
  setText(byId('notice-text'), content.text);
  byId('notice-steps').replaceChildren(...(content.steps ?? []).map(stepLine));
  setText(byId('notice-detail'), content.detail ?? '');
}
