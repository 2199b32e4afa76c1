import { hash } from 'node:crypto';
import { Canonical } from '../formats/canonical.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';

/** Makes 128 bits of a document that say what it is, but for what is not compared and for how it is spelled. */
export class Digest {
  /** Properties that are not compared. */
  readonly omitted: readonly string[];
  readonly #canonical: Canonical;

  /** `omitted`: properties that are not compared, beside the system properties. */
  constructor(omitted: readonly string[] = []) {
    this.omitted = [...SYSTEM_PROPERTIES, ...omitted];
    this.#canonical = new Canonical(this.omitted);
  }

  of(document: Uint8Array): Buffer {
    return Buffer.from(this.text(document), 'latin1');
  }

  /** The same, a character for each byte: strings leave less behind than buffers do. */
  text(document: Uint8Array): string {
    return hash('sha256', this.#canonical.write(document, 0), 'binary').slice(0, DIGEST_BYTES);
  }
}

const DIGEST_BYTES = 16;
