import { elementSpans, hasBackslash, memberSpans, skipSpace, skipValue } from '../support/json-bytes.ts';

/** A document as it was read, which remembers where its objects and arrays lie in the text, wherever they are moved. */
export class Original {
  /** Parsed; may be changed in place. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly #text: Buffer;
  /** The objects and arrays of `document` when it was new, each with the index of what it was in, and its name there. */
  readonly #parts: object[] = [];
  readonly #parents: number[] = [];
  readonly #names: string[] = [];
  #indexes: Map<unknown, number> | undefined;
  #root: Place | undefined;

  /** The text must stay as it is for as long as anybody asks for places. */
  constructor(text: Buffer) {
    this.#text = text;
    this.document = JSON.parse(text.toString('utf8'));
    visitParts(this.document, (part, parent, name) => {
      this.#parents.push(parent);
      this.#names.push(name);
      return this.#parts.push(part);
    });
  }

  /** The document itself; with a value of its own that nobody has changed. */
  get root(): Place {
    const start = skipSpace(this.#text, 0);
    this.#root ??= new Place(this.#text, JSON.parse(this.#text.toString('utf8')), start, skipValue(this.#text, start));
    return this.#root;
  }

  /** Where an object or array of the document was when it was read. */
  placeOf(value: unknown): Place | undefined {
    const index = this.#indexOf(value);
    return index === undefined ? undefined : this.#placeAt(index);
  }

  /** Whether an object or array of the document was at another place than the one that has the value `before`. */
  isFromElsewhere(value: object, before: object): boolean {
    const index = this.#indexOf(value);
    return index !== undefined && index !== this.#indexOf(before);
  }

  /** Those of the root's value are found, too. */
  #indexOf(value: unknown): number | undefined {
    if (!this.#indexes) {
      const alike: object[] = [];
      visitParts(this.root.value as object, (part) => alike.push(part));
      this.#indexes = new Map([...this.#parts, ...alike].map((part, index) => [part, index % this.#parts.length]));
    }
    return this.#indexes.get(value);
  }

  #placeAt(index: number): Place | undefined {
    const parent = this.#parents[index] as number;
    return parent < 0 ? this.root : this.#placeAt(parent)?.parts.get(this.#names[index] as string)?.place;
  }
}

/** A value in the text that it was read from. */
export class Place {
  readonly value: unknown;
  readonly #text: Buffer;
  readonly #start: number;
  readonly #end: number;
  #parts: ReadonlyMap<string, Part> | undefined;

  constructor(text: Buffer, value: unknown, start: number, end: number) {
    this.#text = text;
    this.value = value;
    this.#start = start;
    this.#end = end;
  }

  /** A character for each byte. */
  get text(): string {
    return this.#text.toString('latin1', this.#start, this.#end);
  }

  /** What is in an object, by name, or in an array, by index. */
  get parts(): ReadonlyMap<string, Part> {
    this.#parts ??= new Map(Array.isArray(this.value) ? this.#elements() : this.#members());
    return this.#parts;
  }

  *#elements(): Iterable<[string, Part]> {
    const [values, spans] = [this.value as readonly unknown[], elementSpans(this.#text, this.#start)];
    for (const [index, value] of values.entries()) {
      const [start, end] = [spans[2 * index] as number, spans[2 * index + 1] as number];
      yield [String(index), { name: '', place: new Place(this.#text, value, start, end) }];
    }
  }

  /** Of those that share a name the last counts, as it does in the value. */
  *#members(): Iterable<[string, Part]> {
    const values = this.value as Readonly<Record<string, unknown>>;
    const spans: number[] = [];
    const count = memberSpans(this.#text, this.#start, spans);
    for (let at = 0; at < count; at += 4) {
      const [nameStart, nameEnd, start, end] = spans.slice(at, at + 4) as [number, number, number, number];
      const name = this.#nameAt(nameStart, nameEnd);
      const place = new Place(this.#text, values[name], start, end);
      yield [name, { name: this.#text.toString('latin1', nameStart, nameEnd), place }];
    }
  }

  #nameAt(start: number, end: number): string {
    if (hasBackslash(this.#text, start, end)) return JSON.parse(this.#text.toString('utf8', start, end)) as string;
    return this.#text.toString('utf8', start + 1, end - 1);
  }
}

export interface Part {
  /** JSON text of the name, a character for each byte; empty for an element. */
  readonly name: string;
  readonly place: Place;
}

/** Visits an object or array and those in it, always in the same order; `visit` says how many it has been given. */
function visitParts(whole: object, visit: (part: object, parent: number, name: string) => number): void {
  const each = (part: object, parent: number, name: string): void => {
    const index = visit(part, parent, name) - 1;
    for (const key of Object.keys(part)) {
      const value: unknown = (part as Readonly<Record<string, unknown>>)[key];
      if (typeof value === 'object' && value !== null) each(value, index, key);
    }
  };
  each(whole, -1, '');
}
