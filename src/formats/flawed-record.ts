import type { Change } from '../contract.ts';

/** What cannot be written: its bytes as they were found, and why. `key` is JSON text that tells it from others. */
export class FlawedRecord implements Change {
  readonly key: string;
  readonly kind = 'upsert';
  readonly document: Uint8Array;
  /** The error for the user when nobody sets the record aside. */
  readonly flaw: unknown;

  constructor(key: string, document: Uint8Array, flaw: unknown) {
    this.key = key;
    this.document = document;
    this.flaw = flaw;
  }
}
