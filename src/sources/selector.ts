import type { Part, Selection } from '../sql/clauses.ts';
import { type Originals, writeResult } from '../sql/json.ts';
import { locateMembers, SPAN, skipSpace } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';

/**
 * Makes of documents what a selection says. Properties are copied byte for byte, numbers that no parser could hold among
 * them; a document is parsed only when something is to be computed.
 */
export class Selector {
  readonly #selection: Selection;
  /** What stands before each column. */
  readonly #labels: readonly Buffer[];
  /** The properties of the document that paths begin with. */
  readonly #names: readonly Buffer[];
  readonly #paths: readonly (Path | undefined)[];
  readonly #spans: Int32Array;
  readonly #nested = new Int32Array(SPAN);

  constructor(selection: Selection) {
    const { names = [], parts } = selection;
    const first = [...new Set(parts.flatMap(({ path }) => path?.slice(0, 1) ?? []))];
    this.#selection = selection;
    this.#labels = names.map((name) => Buffer.from(`${JSON.stringify(name)}:`));
    this.#names = first.map((name) => Buffer.from(name));
    this.#paths = parts.map(({ path }) => path && pathFrom(path, first));
    this.#spans = new Int32Array(first.length * SPAN);
  }

  /** JSON text in memory of its own; `undefined` when nothing comes of the document. */
  select(document: Buffer): Buffer | undefined {
    const start = skipSpace(document, 0);
    if (this.#names.length > 0) jsonScanner.locateMembers(document, start, this.#names, this.#spans);
    const parsed = lazily(document);
    const values = this.#selection.parts.map((part, index) => this.#valueOf(part, index, document, parsed));
    if (!this.#selection.names) return values[0] && Buffer.from(values[0]);
    return objectOf(this.#labels, values);
  }

  #valueOf(part: Part, index: number, document: Buffer, parsed: Parsed): Buffer | undefined {
    const path = this.#paths[index];
    if (path) return this.#bytesAt(path, document);
    const { value, originals } = parsed();
    const result = part.of(value);
    return result === undefined ? undefined : writeResult(result, originals, true);
  }

  #bytesAt({ at, rest }: Path, document: Buffer): Buffer | undefined {
    if (at < 0) return document;
    let [start, end] = [this.#spans[at + 1] as number, this.#spans[at + 2] as number];
    for (const name of rest) {
      if (end === 0 || document[start] !== OPEN_OBJECT) return undefined;
      locateMembers(document, start, [name], this.#nested);
      [start, end] = [this.#nested[1] as number, this.#nested[2] as number];
    }
    return end === 0 ? undefined : document.subarray(start, end);
  }
}

interface Path {
  /** Where the spans of its first name are; negative for the whole document. */
  readonly at: number;
  readonly rest: readonly Buffer[];
}

type Parsed = () => { readonly value: object; readonly originals: Originals };

const OPEN_OBJECT = 0x7b;
const [OPEN, COMMA, CLOSE] = [Buffer.from('{'), Buffer.from(','), Buffer.from('}')];

function pathFrom([first, ...rest]: readonly string[], names: readonly string[]): Path {
  const at = first === undefined ? -1 : names.indexOf(first) * SPAN;
  return { at, rest: rest.map((name) => Buffer.from(name)) };
}

function lazily(document: Buffer): Parsed {
  let parsed: ReturnType<Parsed> | undefined;
  return () => {
    if (parsed) return parsed;
    const value = JSON.parse(document.toString('utf8')) as object;
    const originals: Originals = new WeakMap();
    if (typeof value === 'object' && value !== null) originals.set(value, document);
    parsed = { value, originals };
    return parsed;
  };
}

/** Leaves out the columns that have no value. */
function objectOf(labels: readonly Buffer[], values: readonly (Buffer | undefined)[]): Buffer {
  const pieces: Buffer[] = [];
  values.forEach((value, index) => {
    if (value) pieces.push(pieces.length === 0 ? OPEN : COMMA, labels[index] as Buffer, value);
  });
  return Buffer.concat(pieces.length === 0 ? [OPEN, CLOSE] : [...pieces, CLOSE]);
}
