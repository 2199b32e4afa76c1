import { memberIn, withMember } from '../formats/member.ts';
import { murmur32 } from '../protocol/murmur.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';
import { momentOf } from '../support/moment.ts';

export interface ShapeOptions {
  /** As `--id-from` has it. */
  readonly idFrom: string | undefined;
  /** As `--partition-key-from` has it, one for each path of the target's key, or none. */
  readonly partitionKeyFrom: readonly string[];
  readonly partitionKey: PartitionKeyDefinition;
}

/** Gives a document another id or key; `record` is its number. Throws an Error that says why it cannot. */
export type Shape = (document: Buffer, record: number) => Buffer;

/** Documents that need neither stay the bytes that they are. Throws a FlowError when the options make no sense. */
export function shapeOf({ idFrom, partitionKeyFrom, partitionKey }: ShapeOptions): Shape {
  const idRule = idFrom === undefined ? undefined : parseIdRule(idFrom);
  const keyRules = partitionKeyFrom.map(parseKeyRule);
  const names = keyRules.length > 0 ? keyNames(partitionKey, keyRules.length) : [];
  if (!idRule && keyRules.length === 0) return (document) => document;
  return (document, record) => {
    const value: unknown = JSON.parse(document.toString());
    let shaped = document;
    keyRules.forEach((rule, index) => {
      shaped = withValue(shaped, names[index] as string, rule(value));
    });
    return idRule ? withValue(shaped, 'id', idRule(value, record)) : shaped;
  };
}

/** What has that value already keeps its spelling. */
function withValue(document: Buffer, name: string, value: KeyValue): Buffer {
  const had = memberIn(document, name);
  if (had !== undefined && Object.is(JSON.parse(had), value)) return document;
  return withMember(document, name, Object.is(value, -0) ? '-0' : JSON.stringify(value));
}

type KeyValue = string | number | boolean | null;
type KeyRule = (document: unknown) => KeyValue;

/** Only a property of the document itself can be put into it without touching the rest. */
function keyNames({ paths }: PartitionKeyDefinition, rules: number): string[] {
  if (rules !== paths.length) {
    throw new FlowError('usage', `the target is partitioned by ${paths.join(', ')}, and there are ${rules} rules`, {
      hint: 'give one --partition-key-from for each, in that order',
    });
  }
  return paths.map((path) => {
    const [name = '', ...deeper] = propertyNames(path);
    if (deeper.length === 0) return name;
    throw new FlowError('usage', `the target is partitioned by "${path}", which lies inside another property`, {
      hint: 'use a target that is partitioned by a property of the document itself',
    });
  });
}

function parseKeyRule(text: string): KeyRule {
  const [, kind = '', rest = ''] = /^(\w+):(.*)$/s.exec(text) ?? [];
  const rule = Object.hasOwn(KEY_RULES, kind) ? KEY_RULES[kind]?.(rest) : undefined;
  if (rule) return rule;
  throw new FlowError('usage', `"${text}" is not a rule for partition keys`, {
    hint: 'write field:/a, composite:/a,/b, hash:/id:100 or time:/createdAt:hourly',
  });
}

const KEY_RULES: Readonly<Record<string, (rest: string) => KeyRule | undefined>> = Object.freeze({
  field: (rest) => {
    const path = pathOf(rest);
    return path && ((document) => scalarAt(document, path, rest));
  },
  composite: (rest) => {
    const texts = rest.split(',');
    const paths = texts.map(pathOf);
    if (paths.some((path) => path === undefined)) return undefined;
    return (document) => paths.map((path, at) => scalarAt(document, path as string[], texts[at] as string)).join('-');
  },
  hash: (rest) => {
    const [, pathText = '', buckets = ''] = /^(.*):(\d+)$/s.exec(rest) ?? [];
    const path = pathOf(pathText);
    if (!path || Number(buckets) < 1) return undefined;
    return (document) => {
      const bytes = Buffer.from(JSON.stringify(scalarAt(document, path, pathText)));
      return String(murmur32(bytes) % Number(buckets));
    };
  },
  time: (rest) => {
    const [, pathText = '', unit = ''] = /^(.*):(\w+)$/s.exec(rest) ?? [];
    const path = pathOf(pathText);
    const length = Object.hasOwn(TIME_LENGTHS, unit) ? TIME_LENGTHS[unit] : undefined;
    return path && length ? (document) => timeAt(document, path, pathText).slice(0, length) : undefined;
  },
});

/** How much of `2026-11-21T01:02:03Z` tells the unit. */
const TIME_LENGTHS: Readonly<Record<string, number>> = Object.freeze({ yearly: 4, monthly: 7, daily: 10, hourly: 13 });

/** Text with places: `{/customer/id}` is a value of the document, `{#}` the number of the record. */
function parseIdRule(text: string): (document: unknown, record: number) => string {
  const parts = text.split(/\{([^{}]*)\}/);
  const paths = parts.map((part, index) => (index % 2 === 1 && part !== '#' ? pathOf(part) : undefined));
  const isWrong = parts.some((part, index) => index % 2 === 1 && part !== '#' && !paths[index]);
  if (parts.length < 2 || isWrong) {
    throw new FlowError('usage', `"${text}" does not make ids`, {
      hint: 'write places in it: {/path} for a value of the document, {#} for the number of the record',
    });
  }
  return (document, record) =>
    parts
      .map((part, index) => {
        if (index % 2 === 0) return part;
        return part === '#' ? String(record) : String(scalarAt(document, paths[index] as string[], part));
      })
      .join('');
}

function pathOf(text: string): string[] | undefined {
  if (!text.startsWith('/') || text === '/') return undefined;
  try {
    return propertyNames(text);
  } catch {
    return undefined;
  }
}

function scalarAt(document: unknown, path: readonly string[], text: string): KeyValue {
  let value = document;
  for (const name of path) {
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

function timeAt(document: unknown, path: readonly string[], text: string): string {
  const time = momentOf(scalarAt(document, path, text));
  if (time === undefined) throw new Error(`its ${text} is not a time`);
  return new Date(time).toISOString();
}
