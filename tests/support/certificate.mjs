// Test support. A certificate of one's own, for HTTPS on this machine.

import { execFileSync } from 'node:child_process';
import path from 'node:path';

// Writes cert.pem and key.pem into the directory; names and addresses as OpenSSL writes them, such as 'DNS:localhost'.
export function writeCertificate(directory, names) {
  const [cert, key] = ['cert.pem', 'key.pem'].map((name) => path.join(directory, name));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=localhost', '-addext', `subjectAltName=${names.join(',')}`, '-keyout', key, '-out', cert], { stdio: 'pipe' });
  return { cert, key };
}
