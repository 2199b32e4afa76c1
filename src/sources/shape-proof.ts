import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import type { ShapeOptions } from './shape.ts';
import { type Path, parseIdRule, parseKeyRule } from './shape-rules.ts';

/** What a shape reads of documents, and where it puts it: paths in one spelling. */
export interface ShapePaths {
  /** `undefined` where ids stay. */
  readonly id: readonly string[] | undefined;
  readonly keys: readonly { readonly kind: string; readonly paths: readonly string[] }[];
}

/** Throws a FlowError when the options make no sense. */
export function shapePaths({ idFrom, partitionKeyFrom, partitionKey }: ShapeOptions): ShapePaths {
  const keys =
    partitionKeyFrom.length === 0
      ? partitionKey.paths.map((path) => ({ kind: 'field', paths: [same(path)] }))
      : partitionKeyFrom.map(parseKeyRule).map(({ kind, reads }) => ({ kind, paths: reads.map(spelled) }));
  return { id: idFrom === undefined ? undefined : parseIdRule(idFrom).reads.map(spelled), keys };
}

/** All that a shape reads. */
export function readBy({ id = [], keys }: ShapePaths): string[] {
  return [...new Set([...id, ...keys.flatMap(({ paths }) => paths)])];
}

/**
 * Whether documents that differ in id or key go on to differ, whatever is in them: the id and each part of the old key
 * can be read from the new ones.
 */
export function staysUnique({ id, keys }: ShapePaths, source: PartitionKeyDefinition): boolean {
  const known = new Set(keys.flatMap(({ kind, paths }) => (kind === 'field' ? paths : [])));
  if (id === undefined) known.add(ID);
  // Of a template one part may be unknown: what is around it can be taken off.
  const unknown = (id ?? []).filter((path) => !known.has(path));
  if (unknown.length === 1 && unknown[0] === ID) known.add(ID);
  return identityOf(source).every((path) => known.has(path));
}

/** What tells documents of a container apart. */
export function identityOf({ paths }: PartitionKeyDefinition): string[] {
  return [ID, ...paths.map(same)];
}

const ID = same('/id');

/** One spelling for all of a path. */
function same(path: string): string {
  return spelled({ names: propertyNames(path) });
}

function spelled({ names }: Pick<Path, 'names'>): string {
  return names.map((name) => `/${JSON.stringify(name)}`).join('');
}
