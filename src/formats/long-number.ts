import { fitOf } from './number-text.ts';

/** A number of JSON that no double holds, as it was written. */
export class LongNumber {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** As JSON.parse, but that numbers which would lose digits are a `LongNumber`. */
export function parseExactly(text: string): unknown {
  return MAY_BE_LONG.test(text) ? JSON.parse(text, exact as Reviver) : JSON.parse(text);
}

/** A double keeps any 15 digits, if they are not too far from the point. */
const MAY_BE_LONG = /[\d.]{16}|\d[eE]/;

type Reviver = (this: unknown, name: string, value: unknown) => unknown;

function exact(_name: string, value: unknown, { source }: { readonly source?: string }): unknown {
  return typeof value !== 'number' || source === undefined || fitOf(source).double ? value : new LongNumber(source);
}
