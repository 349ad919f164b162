// Test support. The configuration of Drake's render server contract: a form that is a method of the stand-in.

import path from 'node:path';

import { configFile } from './config_file.mjs';
import { examples } from './example.mjs';

// Options of the proxy for a stand-in at that address; `more`: lines of its section.
export function drakeForm(address, ...more) {
  return configFile(`
[upstream.drake]
address = "${address}"
proto-path = ["${path.join(examples, 'drake/proto')}"]
${more.join('\n')}
[form.render]
path = "/render"
method = "RenderServer/Render"
raw = "image"
error-shape = "drake"
ignore = ["submit"]
`);
}
