import { type Document, isAlias, isMap, isScalar, isSeq, type Node, type YAMLMap } from 'yaml';
import { type Environment, expand } from './expansion.ts';
import type { Problems } from './problems.ts';

/** A member of a mapping. */
export interface Field {
  readonly name: string;
  /** Where its name stands. */
  readonly at: number;
  readonly value: Node | undefined;
}

/** Reads the nodes of a file; what is wrong with them becomes a problem and `undefined`. */
export class Fields {
  readonly #document: Document;
  readonly #problems: Problems;
  readonly #environment: Environment;

  constructor(document: Document, problems: Problems, environment: Environment) {
    this.#document = document;
    this.#problems = problems;
    this.#environment = environment;
  }

  of(map: YAMLMap): Field[] {
    return map.items.flatMap(({ key, value }) => {
      const node = key as Node;
      if (isScalar(node))
        return { name: String(node.source ?? node.value), at: startOf(node), value: this.resolve(value) };
      this.#problems.add(startOf(node), 'a name is a text');
      return [];
    });
  }

  /** What an alias stands for, or the node itself. */
  resolve(node: unknown): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : ((node ?? undefined) as Node | undefined);
  }

  /** The text of a single value, with variables. */
  text({ name, at, value }: Field): string | undefined {
    if (isScalar(value) && value.value !== null) {
      const raw = typeof value.value === 'string' ? value.value : (value.source ?? String(value.value));
      return this.#expanded(raw, startOf(value));
    }
    const what = value === undefined || isScalar(value) ? 'has no value' : 'is to be a single value';
    this.#problems.add(placeOf({ at, value }), `${name} ${what}`);
    return undefined;
  }

  /** The texts of a list; a single value is a list of one. */
  texts(field: Field): { readonly text: string; readonly at: number }[] {
    const { name, at, value } = field;
    const items = isSeq(value) ? value.items.map((item) => this.resolve(item)) : [value];
    return items.flatMap((item) => {
      const text = this.text({ name, at, value: item });
      return text === undefined ? [] : [{ text, at: placeOf({ at, value: item }) }];
    });
  }

  map(name: string, at: number, value: Node | undefined): YAMLMap | undefined {
    if (isMap(value)) return value;
    this.#problems.add(placeOf({ at, value }), `${name} is to be a mapping of names to values`);
    return undefined;
  }

  #expanded(text: string, at: number): string | undefined {
    let isWhole = true;
    const expanded = expand(text, this.#environment, (problem) => {
      isWhole = false;
      this.#problems.add(at, problem);
    });
    return isWhole ? expanded : undefined;
  }
}

/** Where a value stands, or its name where there is none. */
export function placeOf({ at, value }: Omit<Field, 'name'>): number {
  return value ? startOf(value) : at;
}

/** Where a node stands; nodes of a parsed file have a place. */
export function startOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
