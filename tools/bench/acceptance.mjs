#!/usr/bin/env node
// What the proxy must show with any gRPC service, measured and judged. One line for each requirement, `ok` or `FAILED`; ends with status 1
// if one failed.
//
//   tools/bench/acceptance.mjs [--short] [streams] [large] [readers] [schema] [hanging] [cameras]     all of them where none is named
//
// --short takes smaller numbers, to see whether the measurements themselves work; its figures say little. Takes the programs of build/release,
// or of the folder in OCTANE_BUILD_DIR; the stand-ins need Debian's python3-grpcio, `readers` ImageMagick.

import { cleanup } from '../../tests/support/octane.mjs';
import { cameras } from './acceptance/cameras.mjs';
import { hanging } from './acceptance/hanging.mjs';
import { large } from './acceptance/large.mjs';
import { readers } from './acceptance/readers.mjs';
import { Report } from './acceptance/report.mjs';
import { schema } from './acceptance/schema.mjs';
import { streams } from './acceptance/streams.mjs';

const parts = { streams, large, readers, schema, hanging, cameras };
const named = process.argv.slice(2).filter((word) => word !== '--short');
const isShort = process.argv.includes('--short');
const unknown = named.filter((name) => !(name in parts));
if (unknown.length > 0) {
  console.error(`${unknown.join(', ')}: no such measurement; there are ${Object.keys(parts).join(', ')}, and --short`);
  process.exit(2);
}

const report = new Report();
for (const name of named.length > 0 ? named : Object.keys(parts)) {
  console.log(`# ${name}${isShort ? ' (short: the figures say little)' : ''}`);
  const ends = [];
  const started = cleanup({ after: (end) => ends.push(end) });
  try {
    await parts[name]({ report, started, isShort });
  } catch (error) {
    report.check(`${name} runs to its end`, false, error.message, 'no error');
  }
  for (const end of ends) await end().catch((error) => report.check(`what ${name} had started ends`, false, error.message, 'no error'));
}
process.exit(report.failed > 0 ? 1 : 0);
