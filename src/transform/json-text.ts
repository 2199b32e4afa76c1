import { aligned } from './alignment.ts';
import type { Original, Part, Place } from './original.ts';
import { isMadeText, isRecord, isSame, type MadeText, namesOf } from './same.ts';

/**
 * JSON text of a value, in UTF-8. What is still as it was in `original` keeps its bytes: where it was, or in an object
 * or array that was moved. Throws where JSON cannot hold the value, instead of writing another.
 */
export function jsonText(value: unknown, original?: Original): Buffer {
  return Buffer.from(new Printing(original).print(value, original?.root), 'latin1');
}

// Texts have a character for each byte, so that pieces of the original can be put between new ones as they are.

class Printing {
  readonly #original: Original | undefined;
  /** What the value that is printed lies in, from the outside in, and its name in each. */
  readonly #around: object[] = [];
  readonly #path: string[] = [];

  constructor(original: Original | undefined) {
    this.#original = original;
  }

  print(given: unknown, before: Place | undefined): string {
    const value = isMadeText(given) ? this.#madeOf(given) : given;
    const from = this.#original?.placeOf(value) ?? before;
    if (from && isSame(value, from.value, this.#original)) return from.text;
    if (typeof value !== 'object' || value === null) return this.#scalar(value);
    if (this.#around.includes(value)) throw this.#unfit('what it lies in itself');
    if (!Array.isArray(value) && !isRecord(value)) throw this.#unfit(`a ${value.constructor?.name ?? 'thing'}`);
    this.#around.push(value);
    const text = Array.isArray(value) ? this.#array(value, from) : this.#object(value, from);
    this.#around.pop();
    return text;
  }

  #object(value: Readonly<Record<string, unknown>>, from: Place | undefined): string {
    const parts = from && isRecord(from.value) ? from.parts : NO_PARTS;
    const members = namesOf(value).map((name) => {
      const part = parts.get(name);
      return `${part?.name ?? quoted(name)}:${this.#within(name, value[name], part?.place)}`;
    });
    return `{${members.join(',')}}`;
  }

  #array(value: readonly unknown[], from: Place | undefined): string {
    const before = Array.isArray(from?.value) ? [...from.parts.values()].map(({ place }) => place) : [];
    const places = aligned(value, before, this.#original);
    // A hole is an element, too.
    const elements = Array.from(value, (element, index) => this.#within(String(index), element, places[index]));
    return `[${elements.join(',')}]`;
  }

  #within(name: string, value: unknown, before: Place | undefined): string {
    this.#path.push(name);
    const text = this.print(value, before);
    this.#path.pop();
    return text;
  }

  #scalar(value: unknown): string {
    if (typeof value === 'string') return quoted(value);
    if (typeof value === 'boolean' || value === null) return String(value);
    if (typeof value === 'number' && Number.isFinite(value)) return Object.is(value, -0) ? '-0' : String(value);
    if (typeof value === 'bigint') throw this.#unfit(`the BigInt ${value}n`);
    throw this.#unfit(typeof value === 'function' || typeof value === 'symbol' ? `a ${typeof value}` : String(value));
  }

  #madeOf(value: MadeText): unknown {
    // It would make null of itself.
    if (value instanceof Date && Number.isNaN(value.getTime())) throw this.#unfit('an invalid date');
    return value.toJSON(this.#path.at(-1) ?? '');
  }

  #unfit(what: string): Error {
    const place = this.#path.length > 0 ? ` at /${this.#path.join('/')}` : '';
    return new Error(`JSON cannot hold ${what}${place}`);
  }
}

const NO_PARTS: ReadonlyMap<string, Part> = new Map();

function quoted(text: string): string {
  const json = JSON.stringify(text);
  const bytes = Buffer.byteLength(json);
  return bytes === json.length ? json : Buffer.from(json).toString('latin1');
}
