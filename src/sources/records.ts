import { withMember } from '../formats/member.ts';
import type { GeneratedRecord } from './generator.ts';
import { CUSTOMERS, orderText } from './order.ts';
import { poisonText } from './poison.ts';
import type { Template } from './template.ts';
import { type Event, eventAt, type Mix, recordFractions } from './workload.ts';
import { zipf } from './zipf.ts';

export interface RecordOptions {
  readonly seed: number;
  readonly mix: Mix;
  /** Documents are padded to this many bytes. */
  readonly payloadBytes: number;
  /** Different keys. */
  readonly keys: number;
  /** Exponent of the distribution of keys; undefined leaves the customers of orders as they are. */
  readonly keySkew: number | undefined;
  /** Seconds that documents live; undefined says nothing about it. */
  readonly ttl: number | undefined;
  /** Instead of orders. */
  readonly template: Template | undefined;
}

/** Makes record `index` of a seed: the same for the same arguments, whenever and wherever it is made. */
export function recordMaker(options: RecordOptions): (index: number) => GeneratedRecord {
  const { seed, mix, keys, keySkew } = options;
  const pickKey = zipf(keys, keySkew ?? 0);
  const isAsEver = keySkew === undefined && keys === CUSTOMERS;
  const keyOf = (index: number): number => pickKey(recordFractions(seed ^ KEYS, index)());
  return (index) => {
    const event = eventAt(seed, index, mix);
    if (event.kind === 'poison') {
      const fractions = recordFractions(seed ^ POISON, index);
      return { kind: 'upsert', text: poisonText(fractions(), `poison-${seed}-${index}`) };
    }
    const text = options.template
      ? templateText(options.template, options, event, index, keyOf(event.of))
      : orderText(seed, event.of, options.payloadBytes, {
          customer: isAsEver ? undefined : keyOf(event.of),
          version: event.kind === 'update' ? index : undefined,
          ttl: options.ttl,
        });
    return { kind: event.kind === 'delete' ? 'delete' : 'upsert', text };
  };
}

function templateText(
  template: Template,
  { seed, payloadBytes, ttl }: RecordOptions,
  { of }: Event,
  index: number,
  key: number,
): string {
  const text = template({ seed, index: of, version: index, key, fractions: recordFractions(seed ^ TEMPLATE, of) });
  const timed = ttl === undefined ? text : withMember(Buffer.from(text), 'ttl', String(ttl)).toString();
  const missing = payloadBytes - Buffer.byteLength(timed) - ',"padding":""'.length;
  return missing > 0 ? `${timed.slice(0, -1)},"padding":"${'x'.repeat(missing)}"}` : timed;
}

/** Streams of chance that have nothing to do with each other. */
const KEYS = 0x1b873593;
const POISON = 0xcc9e2d51 | 0;
const TEMPLATE = 0x2545f491;
