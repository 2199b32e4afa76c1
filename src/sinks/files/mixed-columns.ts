import type { PartNote } from './part-note.ts';

/** The columns whose types differ among files so that to read them together fails, or makes other values of some. */
export function mixedColumns(parts: Iterable<PartNote>): readonly string[] {
  const types = new Map<string, Set<string>>();
  for (const { file } of parts) {
    for (const [name, type] of file?.columns ?? []) types.set(name, (types.get(name) ?? new Set()).add(type));
  }
  return [...types].filter(([, found]) => isMixed(found)).map(([name]) => name);
}

/** Readers find a type that is wider; among these it holds values of the others as they are. */
const UNIONS: readonly ReadonlySet<string>[] = [
  new Set(['string', 'nothing']),
  new Set(['boolean', 'json', 'nothing']),
  new Set(['int64', 'double', 'json', 'nothing']),
  new Set(['int64', 'long', 'json', 'nothing']),
];

function isMixed(types: ReadonlySet<string>): boolean {
  return !UNIONS.some((union) => [...types].every((type) => union.has(type)));
}
