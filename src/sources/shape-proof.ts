import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import type { ShapeOptions } from './shape.ts';

/** What a shape reads of documents, and where it puts it. Of rules that `shapeOf` has taken. */
export interface ShapePaths {
  /** Of the places of the id's template; `undefined` without one. */
  readonly id: readonly string[] | undefined;
  /** Whether ids have the number of a record in them. */
  readonly isNumbered: boolean;
  readonly keys: readonly { readonly kind: string; readonly paths: readonly string[] }[];
}

export function shapePaths({ idFrom, partitionKeyFrom, partitionKey }: ShapeOptions): ShapePaths {
  const places =
    idFrom === undefined ? undefined : [...idFrom.matchAll(/\{([^{}]*)\}/g)].map(([, place = '']) => place);
  const keys =
    partitionKeyFrom.length === 0
      ? partitionKey.paths.map((path) => ({ kind: 'field', paths: [same(path)] }))
      : partitionKeyFrom.map(pathsOfRule);
  return {
    id: places?.filter((place) => place !== '#').map(same),
    isNumbered: places?.includes('#') === true,
    keys,
  };
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
  return propertyNames(path)
    .map((name) => `/${JSON.stringify(name)}`)
    .join('');
}

function pathsOfRule(rule: string): ShapePaths['keys'][number] {
  const [, kind = '', rest = ''] = /^(\w+):(.*)$/s.exec(rule) ?? [];
  const texts = kind === 'composite' ? rest.split(',') : [kind === 'field' ? rest : rest.replace(/:\w+$/, '')];
  return { kind, paths: texts.map(same) };
}
