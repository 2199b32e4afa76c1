import { hash } from 'node:crypto';
import { Canonical } from '../formats/canonical.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';

/** 128 bits of a document that say what it is, but for its system properties and for how it is spelled. */
export function digestOf(document: Uint8Array): Buffer {
  return hash('sha256', canonical.write(document, 0), 'buffer').subarray(0, DIGEST_BYTES);
}

const DIGEST_BYTES = 16;
const canonical = new Canonical(SYSTEM_PROPERTIES);
