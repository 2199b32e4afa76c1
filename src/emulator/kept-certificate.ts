import { createPrivateKey, X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { FlowError } from '../support/error.ts';
import { type Certificate, selfSigned } from './certificate.ts';

export interface KeptCertificate extends Certificate {
  /** Where the certificate lies, in PEM: what clients need to trust. */
  readonly file: string;
  /** To be called when the server is closed. */
  close(): void;
}

/**
 * The certificate that lies beside the data, so that clients which trust it can go on doing so after a restart; a new
 * one where there is none that can be used. Without a data file it lies in a directory that goes with the server.
 */
export function keepCertificate(data: string): KeptCertificate {
  const directory = data === ':memory:' ? mkdtempSync(join(tmpdir(), 'cosmosflow-')) : undefined;
  const base = directory ? join(directory, 'emulator') : resolve(data);
  const [file, keyFile] = [`${base}-cert.pem`, `${base}-key.pem`];
  const close = (): void => {
    if (directory) rmSync(directory, { recursive: true, force: true });
  };
  const known = read(file, keyFile);
  if (known && isUsable(known)) return { ...known, file, close };
  const made = selfSigned(DAYS);
  write(keyFile, made.key, 0o600);
  write(file, made.cert, 0o644);
  return { ...made, file, close };
}

/** Some systems do not trust a server for longer. */
const DAYS = 800;
const DAYS_LEFT_MIN = 7;
const DAY_MS = 86_400_000;

function read(file: string, keyFile: string): Certificate | undefined {
  try {
    return { cert: readFileSync(file, 'utf8'), key: readFileSync(keyFile, 'utf8') };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new FlowError('local_io', `cannot read the certificate "${file}" and its key`, { cause: error });
  }
}

function isUsable({ cert, key }: Certificate): boolean {
  try {
    const certificate = new X509Certificate(cert);
    const left = Date.parse(certificate.validTo) - Date.now();
    return left > DAYS_LEFT_MIN * DAY_MS && certificate.checkPrivateKey(createPrivateKey(key));
  } catch {
    // What is cut short by a crash is no certificate.
    return false;
  }
}

function write(file: string, text: string, mode: number): void {
  try {
    // The mode counts for a new file only.
    rmSync(file, { force: true });
    writeFileSync(file, text, { mode, flag: 'wx' });
  } catch (error) {
    throw new FlowError('local_io', `cannot write the certificate "${file}"`, { cause: error });
  }
}
