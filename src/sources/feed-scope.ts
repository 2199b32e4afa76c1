import { EVERYTHING, type Range } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { effectivePartitionKey } from '../protocol/effective-partition-key.ts';
import { type KeyComponent, parseKey } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';

/** The part of a container that is read. */
export interface FeedScope {
  readonly whole: Range;
  /** Whether the document that was scanned last is in it; not asked for what lies outside of `whole`. */
  holds?(key: DocumentKey): boolean;
}

export const EVERYWHERE: FeedScope = { whole: EVERYTHING };

/** All documents with a partition key, or with a key that begins so. */
export function scopeOfKey(key: readonly KeyComponent[], { partitionKey }: ContainerFacts): FeedScope {
  const { paths, kind } = partitionKey;
  if (key.length > paths.length || (key.length < paths.length && kind !== 'MultiHash')) {
    const text = JSON.stringify(key.map(jsonOf));
    throw new FlowError('usage', `${text} is no key of a container that is partitioned by ${paths.join(', ')}`, {
      hint: `give ${paths.length === 1 ? 'one value' : `an array of 1 to ${paths.length} values`}`,
    });
  }
  const min = effectivePartitionKey(key, partitionKey);
  const first = key.map((component) => JSON.stringify(jsonOf(component))).join(',');
  const [full, prefix] = [`[${first}]`, `[${first},`];
  return {
    // Whatever begins with the effective key of a prefix is below this.
    whole: { min, max: `${min}FF` },
    // Long texts of a version 1 key may share their place with others.
    holds: (reader) => reader.partitionKey === full || reader.partitionKey.startsWith(prefix),
  };
}

/**
 * Reads a partition key: JSON, or else a text, unless it begins as if it were to be JSON. An array is a key of several
 * levels, which may lack the last ones.
 */
export function parsePartitionKey(text: string): readonly KeyComponent[] {
  const value = jsonIn(text);
  const isText = value === undefined && !/^\s*["[{]/.test(text);
  const key = Array.isArray(value) ? parseKey(text) : parseKey(`[${isText ? JSON.stringify(text) : text}]`);
  if (key && key.length > 0) return key;
  throw new FlowError('usage', `"${text}" is not a partition key`, {
    hint: `write a text, a JSON value, or for several levels an array: '["contoso",7]'`,
  });
}

/** What to say where nothing has such a key, which may have been meant to be a text; `undefined` where it is one. */
export function describeMiss(key: readonly KeyComponent[]): string | undefined {
  const [component, ...others] = key;
  if (others.length > 0 || typeof component === 'string') return undefined;
  const text = JSON.stringify(jsonOf(component));
  const kind = component === undefined ? 'no value' : component === null ? 'null' : `a ${typeof component}`;
  return `nothing was found for the partition key ${text}, which is ${kind}; the text is --partition-key '"${text}"'`;
}

/** Reads `40-80`: from the first effective partition key to before the second. */
export function parseFeedRange(text: string): Range {
  const [, min, max] = /^([0-9A-F]*)-([0-9A-F]+)$/.exec(text.trim().toUpperCase()) ?? [];
  if (min !== undefined && max !== undefined && min < max && max <= EVERYTHING.max) return { min, max };
  throw new FlowError('usage', `"${text}" is not a feed range`, {
    hint: 'write two hexadecimal bounds, the smaller one first: 0-1FFF, or -FF for everything',
  });
}

/** What of the ranges lies in the scope. */
export function clipped(ranges: readonly Range[], { min, max }: Range): Range[] {
  return ranges
    .filter((range) => range.min < max && range.max > min)
    .map((range) => ({ min: range.min > min ? range.min : min, max: range.max < max ? range.max : max }));
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function jsonOf(component: KeyComponent): unknown {
  return component === undefined ? {} : component;
}
