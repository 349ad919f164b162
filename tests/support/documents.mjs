// Test support. What the documents show, word for word.

import { readFileSync } from 'node:fs';
import path from 'node:path';

import { projectDir } from './program.mjs';

// The code blocks of a document in that language, in order.
export function codeBlocks(document, language) {
  const text = readFileSync(path.join(projectDir, document), 'utf8');
  return [...text.matchAll(new RegExp(`\`\`\`${language}\\n([^]*?)\`\`\``, 'g'))].map(([, code]) => code);
}
