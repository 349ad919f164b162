// Test support. Certificates of one's own: one that signs itself, and those of an authority.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

const newKey = (file) => ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];

// Writes cert.pem and key.pem into the directory; names and addresses as OpenSSL writes them, such as 'DNS:localhost'.
export function writeCertificate(directory, names) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(directory, name));
  execFileSync('openssl', ['req', '-x509', ...newKey(key), '-days', '2', '-subj', '/CN=localhost',
    '-addext', `subjectAltName=${names.join(',')}`, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
}

// An authority of one's own, whose certificate is the file `cert`.
export class Authority {
  constructor(directory, name) {
    this.directory = directory;
    this.cert = path.join(directory, `${name}.pem`);
    this.key = path.join(directory, `${name}.key`);
    execFileSync('openssl', ['req', '-x509', ...newKey(this.key), '-days', '2', '-subj', `/CN=${name}`, '-out', this.cert], { stdio: 'pipe' });
  }

  // A certificate that it has signed, and its key; names as above.
  sign(name, names = ['DNS:localhost']) {
    const [cert, key, request, extensions] = ['pem', 'key', 'csr', 'ext'].map((ending) => path.join(this.directory, `${name}.${ending}`));
    writeFileSync(extensions, `subjectAltName=${names.join(',')}\n`);
    execFileSync('openssl', ['req', ...newKey(key), '-subj', `/CN=${name}`, '-out', request], { stdio: 'pipe' });
    execFileSync('openssl', ['x509', '-req', '-in', request, '-CA', this.cert, '-CAkey', this.key, '-CAcreateserial', '-days', '2',
      '-extfile', extensions, '-out', cert], { stdio: 'pipe' });
    return { cert, key };
  }
}
