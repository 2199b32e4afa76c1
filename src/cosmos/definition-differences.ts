import { isDeepStrictEqual } from 'node:util';
import type { ContainerDefinition } from '@azure/cosmos';

/** In what two containers differ beside their keys, in words; values where they are short. */
export function definitionDifferences(source: ContainerDefinition, target: ContainerDefinition): string[] {
  const [ones, others] = [valuesOf(source), valuesOf(target)];
  return [...new Set([...Object.keys(ones), ...Object.keys(others)])]
    .filter((name) => !isDeepStrictEqual(ones[name], others[name]))
    .map((name) => {
      const shown = [ones[name], others[name]].map(short);
      const label = LABELS[name] ?? name;
      return shown.includes(undefined) ? label : `${label} (${shown[0]}; in the target ${shown[1]})`;
    })
    .sort();
}

const LABELS: Readonly<Record<string, string>> = Object.freeze({
  indexingPolicy: 'indexing',
  defaultTtl: 'time to live in seconds',
  uniqueKeyPolicy: 'unique keys',
  conflictResolutionPolicy: 'conflict resolution',
  computedProperties: 'computed properties',
  fullTextPolicy: 'full-text search',
  vectorEmbeddingPolicy: 'vectors',
  changeFeedPolicy: 'versions retained by the change feed',
  geospatialConfig: 'geospatial type',
  analyticalStorageTtl: 'analytical storage',
});

/** What there is to compare, with nothing in it that says nothing. */
function valuesOf(definition: ContainerDefinition): Readonly<Record<string, unknown>> {
  const entries = Object.entries(definition).filter(([name]) => !/^(id|partitionKey|_.*)$/.test(name));
  return Object.fromEntries(entries.flatMap(([name, value]) => (isNothing(value) ? [] : [[name, ordered(value)]])));
}

function isNothing(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  return typeof value === 'object' && Object.values(value).every(isNothing);
}

/** Lists of paths and policies mean the same in any order, but for the parts of one composite index. */
function ordered(value: unknown): unknown {
  if (Array.isArray(value)) {
    const isComposite = value.some((part) => typeof part === 'object' && part !== null && 'order' in part);
    const parts = value.map(ordered);
    return isComposite ? parts : parts.toSorted((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, inner]) => !isNothing(inner));
  return Object.fromEntries(entries.sort().map(([name, inner]) => [name, ordered(inner)]));
}

function short(value: unknown): string | undefined {
  if (value === undefined) return 'none';
  return typeof value === 'object' ? undefined : String(value);
}
