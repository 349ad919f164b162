// End to end: what the program prints for shells, for man and as a configuration, tried by the programs that it is for.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { cleanup, Proxy } from '../support/octane.mjs';
import { buildDir, cleanEnvironment } from '../support/program.mjs';

const binary = path.join(buildDir, 'octane-proxy');

function run(command, args, options = {}) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', timeout: 60000, env: cleanEnvironment(), ...options });
  assert.equal(error, undefined, `${command}: ${error}`);
  return { status, out: stdout, err: stderr };
}

const print = (...args) => {
  const { status, out, err } = run(binary, args);
  assert.equal(status, 0, err);
  assert.equal(err, '');
  return out;
};

function folder(t) {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'octane-shell-'));
  t.after(() => rmSync(directory, { recursive: true }));
  mkdirSync(path.join(directory, 'some folder'));
  writeFileSync(path.join(directory, 'some file.pem'), '');
  return directory;
}

// What is completed, and what of it must be offered and must not.
const cases = [
  ['octane-proxy --octane-', ['--octane-host', '--octane-port'], ['--host']],
  ['octane-proxy --api ', ['auto', 'alpha5', 'beta2'], ['--host']],
  ['octane-proxy --api=b', ['beta2'], ['auto', 'alpha5']],
  ['octane-proxy --log-format j', ['json'], ['text']],
  ['octane-proxy --tls-cert some', ['some file.pem'], ['--host']],
  ['octane-proxy --web-root some', ['some folder'], ['some file.pem']],
  ['octane-proxy --print-completion ', ['bash', 'zsh'], ['--host']],
];

test('bash completes names of options, their words, files and folders', (t) => {
  const cwd = folder(t);
  writeFileSync(path.join(cwd, 'completion'), print('--print-completion', 'bash'));
  for (const [line, offered, others] of cases) {
    const words = line.replace('=', ' = ').split(' ');
    const script = `source ./completion; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
_octane_proxy; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { out, err } = run('bash', ['--norc', '-c', script], { cwd });
    assert.equal(err, '', line);
    const given = out.trimEnd().split('\n');
    for (const word of offered) assert.ok(given.includes(word), `${line}: ${word} is not in ${given}`);
    for (const word of others) assert.ok(!given.includes(word), `${line}: ${word} is in ${given}`);
  }
  assert.equal(run('bash', ['--norc', '-n', './completion'], { cwd }).err, '');
});

// Completion of zsh works in its line editor alone, so a second shell edits a line on a terminal of its own.
const zshScript = `
zmodload zsh/zpty
zpty shell zsh -f -i
expect() { local text all; while zpty -r shell text; do all+=$text; [[ $all == *$~1* ]] && { print -rn -- "$all"; return 0 }; done; return 1 }
zpty -w shell "PS1= PS2= RPS1= TERM=dumb; stty cols 4000 rows 400 -echo; unsetopt zle_bracketed_paste 2>/dev/null; fpath=($PWD \\$fpath)"
zpty -w shell 'autoload -Uz compinit; compinit -u -d ./dump; LISTMAX=10000; zstyle ":completion:*" list-prompt ""'
# Keys are for the editor only once it edits.
zpty -w shell 'bindkey "^D" list-choices; bindkey "^X" kill-buffer; zle-line-init() { print -r RE""ADY }; zle -N zle-line-init'
expect READY >/dev/null
for line in "$@"; do
  zpty -w -n shell "$line"$'\\C-D'
  zpty -w -n shell $'\\C-X'
  zpty -w shell 'print EN""D'
  print -r -- "== $line"
  expect 'END*READY'
  print
done
`;

test('zsh completes the same', (t) => {
  const cwd = folder(t);
  writeFileSync(path.join(cwd, '_octane-proxy'), print('--print-completion', 'zsh'));
  writeFileSync(path.join(cwd, 'edit'), zshScript);
  const { out, err } = run('zsh', ['-f', './edit', ...cases.map(([line]) => line)], { cwd });
  const answers = out.split(/^== .*$/m).slice(1);
  assert.equal(answers.length, cases.length, out + err);
  for (const [i, [line, offered, others]] of cases.entries()) {
    const given = answers[i].replaceAll('\\ ', ' ');
    for (const word of offered) assert.ok(given.includes(word), `${line}: ${word} is not in ${given}`);
    for (const word of others) assert.ok(!given.replace(line, '').includes(word), `${line}: ${word} is in ${given}`);
  }
});

test('the page of the manual has no faults for mandoc and groff', (t) => {
  const page = path.join(folder(t), 'octane-proxy.1');
  writeFileSync(page, print('--print-man'));
  const lint = run('mandoc', ['-T', 'lint', '-W', 'warning', page]);
  assert.equal(lint.out + lint.err, '');
  const groff = run('groff', ['-man', '-Tutf8', '-ww', page]);
  assert.equal(groff.err, '');
  assert.match(groff.out.replace(/.\u0008|\u001b\[[0-9;]*m/g, ''), /--octane-host HOST/);
});

test('a printed configuration starts a proxy that prints the same', async (t) => {
  const started = cleanup(t);
  const file = path.join(folder(t), 'octane.toml');
  const text = print('--host', '127.0.0.1', '--port', '0', '--octane-port', '1', '--deny', 'A/*,B/*', '--deny', 'C/d', '--log-level', 'debug',
    '--upstream', 'nurec=127.0.0.1:1', '--print-config');
  assert.match(text, /^deny = \["A\/\*,B\/\*", "C\/d"\]$/m);
  assert.match(text, /^# octane-host = 127\.0\.0\.1/m);
  writeFileSync(file, text);
  assert.equal(print('--config', file, '--print-config'), text);
  const proxy = started(await Proxy.start(undefined, ['--config', file], { connected: false }));
  assert.equal((await proxy.get('/livez')).status, 200);
  assert.match(proxy.err, /Options read file=\S*octane\.toml/);
});
