import { murmur32 } from '../protocol/murmur.ts';
import { propertyNames } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';
import { momentOf } from '../support/moment.ts';

/** Makes a part of a key of what a document has at some paths. */
export interface KeyRule {
  /** `field` is the value as it is. */
  readonly kind: string;
  readonly reads: readonly Path[];
  /** Throws an Error that says why it cannot. */
  make(document: unknown): KeyValue;
}

/** Makes an id. */
export interface IdRule {
  readonly reads: readonly Path[];
  /** Throws an Error that says why it cannot; `record` is the number of the document. */
  make(document: unknown, record: number): string;
}

export type KeyValue = string | number | boolean | null;

export interface Path {
  /** As it was given. */
  readonly text: string;
  readonly names: readonly string[];
}

/** Reads what `--partition-key-from` has; throws a FlowError when it makes no sense. */
export function parseKeyRule(text: string): KeyRule {
  const [, kind = '', rest = ''] = /^(\w+):(.*)$/s.exec(text) ?? [];
  const rule = Object.hasOwn(KEY_RULES, kind) ? KEY_RULES[kind]?.(rest) : undefined;
  if (rule) return { kind, ...rule };
  throw new FlowError('usage', `"${text}" is not a rule for partition keys`, {
    hint: 'write field:/a, composite:/a,/b, hash:/id:100 or time:/createdAt:hourly',
  });
}

const KEY_RULES: Readonly<Record<string, (rest: string) => Omit<KeyRule, 'kind'> | undefined>> = Object.freeze({
  field: (rest) => {
    const path = pathOf(rest);
    return path && { reads: [path], make: (document) => scalarAt(document, path) };
  },
  composite: (rest) => {
    const reads = allOf(rest.split(',').map(pathOf));
    return reads && { reads, make: (document) => reads.map((path) => scalarAt(document, path)).join('-') };
  },
  hash: (rest) => {
    const [, pathText = '', buckets = ''] = /^(.*):(\d+)$/s.exec(rest) ?? [];
    const path = pathOf(pathText);
    if (!path || Number(buckets) < 1) return undefined;
    const make = (document: unknown): string => {
      const bytes = Buffer.from(JSON.stringify(scalarAt(document, path)));
      return String(murmur32(bytes) % Number(buckets));
    };
    return { reads: [path], make };
  },
  time: (rest) => {
    const [, pathText = '', unit = ''] = /^(.*):(\w+)$/s.exec(rest) ?? [];
    const path = pathOf(pathText);
    const length = Object.hasOwn(TIME_LENGTHS, unit) ? TIME_LENGTHS[unit] : undefined;
    return path && length ? { reads: [path], make: (document) => timeAt(document, path).slice(0, length) } : undefined;
  },
});

/** How much of `2026-11-21T01:02:03Z` tells the unit. */
const TIME_LENGTHS: Readonly<Record<string, number>> = Object.freeze({ yearly: 4, monthly: 7, daily: 10, hourly: 13 });

/**
 * Reads what `--id-from` has, text with places: `{/customer/id}` is a value of the document, `{#}` the number of the
 * record. Throws a FlowError when it makes no sense.
 */
export function parseIdRule(text: string): IdRule {
  const parts = allOf(text.split(PLACES).map((part, index) => (index % 2 === 0 ? part : placeOf(part))));
  if (!parts || parts.length < 2) {
    throw new FlowError('usage', `"${text}" does not make ids`, {
      hint: 'write places in it: {/path} for a value of the document, {#} for the number of the record',
    });
  }
  return {
    reads: parts.filter((part) => typeof part === 'object'),
    make(document, record) {
      const textOf = (part: (typeof parts)[number]): string => {
        if (typeof part === 'string') return part;
        return String(part === RECORD ? record : scalarAt(document, part));
      };
      return parts.map(textOf).join('');
    },
  };
}

const PLACES = /\{([^{}]*)\}/;
const RECORD = Symbol('number of the record');

function placeOf(text: string): typeof RECORD | Path | undefined {
  return text === '#' ? RECORD : pathOf(text);
}

function allOf<Item>(found: readonly (Item | undefined)[]): readonly Item[] | undefined {
  return found.includes(undefined) ? undefined : (found as readonly Item[]);
}

function pathOf(text: string): Path | undefined {
  if (!text.startsWith('/') || text === '/') return undefined;
  try {
    return { text, names: propertyNames(text) };
  } catch {
    return undefined;
  }
}

function scalarAt(document: unknown, { names, text }: Path): KeyValue {
  let value = document;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name))
      throw new Error(`it has no ${text}`);
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  if (typeof value === 'object' && value !== null) throw new Error(`its ${text} is not a single value`);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Error(`its ${text} is too large a number`);
  // More digits than a number has: two of them may come out the same.
  if (Number.isInteger(value) && !Number.isSafeInteger(value)) throw new Error(`its ${text} is too long a number`);
  return value as KeyValue;
}

function timeAt(document: unknown, path: Path): string {
  const time = momentOf(scalarAt(document, path));
  if (time === undefined) throw new Error(`its ${path.text} is not a time`);
  return new Date(time).toISOString();
}
