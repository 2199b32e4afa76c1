import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates } from 'node:tls';
import { FlowError } from '../support/error.ts';
import { parsed } from './flags.ts';

/** PEM of all authorities to trust; `undefined` for those that Node.js trusts. */
export const caFile = parsed(
  '--ca-file <file>',
  'trust the authorities of this PEM file as well, for accounts and receivers',
  authoritiesIn,
);

function authoritiesIn(file: string): string {
  const certificates = read(file).match(CERTIFICATE) ?? [];
  if (certificates.length === 0) throw unusable(file, 'has no certificate');
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (cause) {
      throw unusable(file, 'has a certificate that is damaged', cause);
    }
  }
  return [...getCACertificates(), ...certificates].join('\n');
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw unusable(file, `cannot be read: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`, cause);
  }
}

function unusable(file: string, what: string, cause?: unknown): FlowError {
  const hint = 'name a PEM file, with lines such as "-----BEGIN CERTIFICATE-----"';
  return new FlowError('usage', `"${file}" ${what}`, { hint, cause });
}
