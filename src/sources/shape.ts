import { memberIn, withMember } from '../formats/member.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';
import { type KeyValue, parseIdRule, parseKeyRule } from './shape-rules.ts';

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
      shaped = withValue(shaped, names[index] as string, rule.make(value));
    });
    return idRule ? withValue(shaped, 'id', idRule.make(value, record)) : shaped;
  };
}

/** What has that value already keeps its spelling. */
function withValue(document: Buffer, name: string, value: KeyValue): Buffer {
  const had = memberIn(document, name);
  if (had !== undefined && Object.is(JSON.parse(had), value)) return document;
  return withMember(document, name, Object.is(value, -0) ? '-0' : JSON.stringify(value));
}

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
