// Page. An answer as text for the eye: indented, with long strings (pixels, files) cut and their true length said. Copying gives the whole.

const kLongestString = 400;
const kLongestText = 200_000;

export function answerText(answer) {
  if (answer.json === undefined) return cut(answer.text, kLongestText);
  return cut(JSON.stringify(answer.json, (_, value) => (typeof value === 'string' ? cut(value, kLongestString) : value), 2), kLongestText);
}

export function sizeText(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export const millisecondsText = (ms) => `${ms < 10 ? ms.toFixed(1) : ms.toFixed(0)} ms`;

const cut = (text, most) => (text.length <= most ? text : `${text.slice(0, most)}… (${text.length} characters)`);
