import type { Change } from '../contract.ts';

/** A record of an input that is no document: its bytes as they were found, and why they cannot be written. */
export class FlawedRecord implements Change {
  readonly key: string;
  readonly kind = 'upsert';
  readonly document: Uint8Array;
  /** The error for the user when nobody sets the record aside. */
  readonly flaw: unknown;

  constructor(name: string, document: Uint8Array, flaw: unknown) {
    this.key = JSON.stringify(name);
    this.document = document;
    this.flaw = flaw;
  }
}
