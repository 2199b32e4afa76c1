import { locateMembers, SPAN } from '../support/json-bytes.ts';
import { jsonScanner } from '../support/json-scanner.ts';
import type { Path } from './paths.ts';

/** Where the values of some paths are in a document. */
export class Columns {
  readonly paths: readonly Path[];
  readonly #root: Level;

  constructor(paths: readonly Path[]) {
    this.paths = paths;
    this.#root = levelOf(
      paths.map((path, column) => ({ path, column })),
      0,
    );
  }

  /** Calls with each value that is there: its column, and where it starts and ends. */
  each(document: Uint8Array, found: (column: number, start: number, end: number) => void): void {
    jsonScanner.locateMembers(document, 0, this.#root.names, this.#root.spans);
    visit(document, this.#root, found);
  }
}

const OPEN_OBJECT = 0x7b;

/** The names that are looked for in one object. */
interface Level {
  readonly names: readonly Uint8Array[];
  readonly spans: Int32Array;
  /** By name: the columns that the value is for, and where to look in it. */
  readonly columns: readonly (readonly number[])[];
  readonly below: readonly (Level | undefined)[];
}

interface Target {
  readonly path: Path;
  readonly column: number;
}

function levelOf(targets: readonly Target[], depth: number): Level {
  const byName = Map.groupBy(targets, ({ path }) => path[depth] as string);
  const groups = [...byName.values()];
  const deeper = groups.map((group) => group.filter(({ path }) => path.length > depth + 1));
  return {
    names: [...byName.keys()].map((name) => Buffer.from(name)),
    spans: new Int32Array(byName.size * SPAN),
    columns: groups.map((group) => group.filter(({ path }) => path.length === depth + 1).map(({ column }) => column)),
    below: deeper.map((group) => (group.length > 0 ? levelOf(group, depth + 1) : undefined)),
  };
}

function visit(text: Uint8Array, level: Level, found: (column: number, start: number, end: number) => void): void {
  level.names.forEach((_, index) => {
    const [start, end] = [level.spans[index * SPAN + 1] as number, level.spans[index * SPAN + 2] as number];
    if (end === 0) return;
    for (const column of level.columns[index] as readonly number[]) found(column, start, end);
    const below = level.below[index];
    if (!below || text[start] !== OPEN_OBJECT) return;
    locateMembers(text, start, below.names, below.spans);
    visit(text, below, found);
  });
}
