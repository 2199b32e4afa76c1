import type { Change, Sink } from '../contract.ts';
import { type Setting, settingsOf } from '../cosmos/settings.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { asBuffer } from '../support/buffers.ts';
import { memberSpans } from '../support/json-bytes.ts';
import { conditional, leftBy } from './conditional.ts';
import type { Stored } from './stored.ts';

export interface MergingOptions {
  readonly stored: Stored;
  readonly partitionKey: PartitionKeyDefinition;
}

/**
 * A sink that sets what documents have in what the target has, and creates those that it does not have. What is there is
 * read first, and written over only while it still is that version, so that nothing is lost which others write meanwhile:
 * `sink` must write by `conditionally`. A write must not have two changes of one key.
 */
export function merging(sink: Sink, { stored, partitionKey }: MergingOptions): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const found = await stored(changes);
      const wanted: Change[] = [];
      for (const change of changes) {
        const there = found.get(change.key);
        const document = asBuffer(change.document);
        if (change.kind === 'upsert') {
          const merged = there && withSettings(there.text, settingsOf(document, partitionKey));
          wanted.push(conditional(change, there?.etag, merged));
        } else if (there) wanted.push(conditional(change, there.etag));
      }
      if (wanted.length === 0) return undefined;
      return sink.write(wanted, range).catch((error: unknown) => {
        throw leftBy(error);
      });
    },
  };
}

/** The document with parts of it set, where JSON.parse would find them, and put first where it has none; all other bytes stay. */
function withSettings(document: Buffer, settings: readonly Setting[]): Buffer {
  const wanted = Map.groupBy(settings, ({ names: [name] }) => name as string);
  const spans: number[] = [];
  const count = memberSpans(document, 0, spans);
  const places = placesOf(document, spans.slice(0, count), wanted);
  const added = [...wanted].filter(([name]) => !places.has(name));
  let at = document.indexOf('{') + 1;
  const pieces: Buffer[] = [document.subarray(0, at)];
  added.forEach(([name, parts], index) => {
    const isLast = count === 0 && index === added.length - 1;
    pieces.push(Buffer.from(`${JSON.stringify(name)}:`), withParts(EMPTY, parts), Buffer.from(isLast ? '' : ','));
  });
  for (const [name, [start, end]] of places) {
    pieces.push(document.subarray(at, start), withParts(document.subarray(start, end), wanted.get(name) ?? []));
    at = end;
  }
  return Buffer.concat([...pieces, document.subarray(at)]);
}

type Place = readonly [valueStart: number, valueEnd: number];

/** Where the values of these names are, in their order; of members with one name the last counts. */
function placesOf(document: Buffer, spans: readonly number[], names: ReadonlyMap<string, unknown>): Map<string, Place> {
  const places = new Map<string, Place>();
  for (let at = 0; at < spans.length; at += 4) {
    const [nameStart, nameEnd, start = 0, end = 0] = spans.slice(at, at + 4);
    const name = JSON.parse(document.toString('utf8', nameStart, nameEnd)) as string;
    if (!names.has(name)) continue;
    // A name keeps its first turn in a map until it is deleted.
    places.delete(name);
    places.set(name, [start, end]);
  }
  return places;
}

/** A value with parts of it set, of which one may be the whole. What is no object has no part of the key in it. */
function withParts(value: Buffer, parts: readonly Setting[]): Buffer {
  const whole = parts.find(({ names }) => names.length === 1);
  if (whole) return whole.value;
  const inner = parts.map((part) => ({ ...part, names: part.names.slice(1) }));
  return withSettings(value[0] === EMPTY[0] ? value : EMPTY, inner);
}

const EMPTY = Buffer.from('{}');
