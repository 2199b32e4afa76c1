import { hasBackslash, memberSpans } from '../support/json-bytes.ts';

/** The names of the properties of documents, in the order in which they were first seen. */
export class PropertyNames {
  readonly all: string[] = [];
  readonly #byName = new Map<string, number>();
  readonly #spans: number[] = [];
  /** Names as they were last spelled: members mostly come in the same order, so the next is known before it is read. */
  readonly #spelled: Buffer[] = [];

  /** The index of a name, which is new or not. */
  add(name: string): number {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    this.#byName.set(name, this.all.length);
    return this.all.push(name) - 1;
  }

  /**
   * Calls `visit` with the index of the name and the offsets of the value of each member of the object at `start`; when
   * a name is there twice, the last one counts. Names that are new are added, or left out where there may be none.
   */
  each(text: Buffer, start: number, mayGrow: boolean, visit: Visit): void {
    const spans = this.#spans;
    const count = memberSpans(text, start, spans);
    let expected = 0;
    for (let at = 0; at < count; at += 4) {
      const name = this.#indexOf(text, spans[at] as number, spans[at + 1] as number, expected, mayGrow);
      if (name < 0) continue;
      visit(name, spans[at + 2] as number, spans[at + 3] as number);
      expected = name + 1;
    }
  }

  #indexOf(text: Buffer, start: number, end: number, expected: number, mayGrow: boolean): number {
    const spelled = this.#spelled[expected];
    if (spelled?.length === end - start && isAt(text, start, spelled)) return expected;
    const name = textOf(text, start, end);
    const index = mayGrow ? this.add(name) : (this.#byName.get(name) ?? -1);
    if (index >= 0) this.#spelled[index] = Buffer.from(text.subarray(start, end));
    return index;
  }
}

/** The text that a JSON string stands for. */
export function textOf(text: Buffer, start: number, end: number): string {
  if (hasBackslash(text, start, end)) return JSON.parse(text.toString('utf8', start, end));
  return text.toString('utf8', start + 1, end - 1);
}

type Visit = (name: number, valueStart: number, valueEnd: number) => void;

function isAt(text: Buffer, start: number, bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at++) if (text[start + at] !== bytes[at]) return false;
  return true;
}
