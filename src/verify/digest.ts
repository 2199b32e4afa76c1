import { hash } from 'node:crypto';
import { Canonical } from '../formats/canonical.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';

/** 128 bits of a document that say what it is, but for its system properties and for how it is spelled. */
export function digestOf(document: Uint8Array): Buffer {
  return Buffer.from(digestText(document), 'latin1');
}

/** The same, a character for each byte: strings leave less behind than buffers do. */
export function digestText(document: Uint8Array): string {
  return hash('sha256', canonical.write(document, 0), 'binary').slice(0, DIGEST_BYTES);
}

const DIGEST_BYTES = 16;
const canonical = new Canonical(SYSTEM_PROPERTIES);
