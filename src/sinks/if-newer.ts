import type { Change, Sink } from '../contract.ts';
import type { StoredDocument } from '../cosmos/points.ts';
import { Canonical } from '../formats/canonical.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { type Age, compare, type Moment } from './age.ts';
import { conditional, leftBy } from './conditional.ts';
import { type Refusal, Refused } from './refused.ts';
import type { Stored } from './stored.ts';
import { isSame, objection } from './strategies.ts';
import { Undelivered } from './undelivered.ts';

export interface Newness {
  readonly age: Age;
  /** Whether what is written keeps its age, for the next time. */
  readonly keeps: boolean;
  /** Whether a version is written over another one of the same age. */
  readonly writesEqual: boolean;
  /** Told of changes that are not written, because the target has what is as new or newer, or what was stored no earlier. */
  readonly onOlder: (change: Change, isOnlyStored: boolean) => void;
}

export interface IfNewerOptions extends Newness {
  readonly stored: Stored;
  /** Told how many changes are not written, for the target has them, or what is newer. */
  readonly onUnchanged?: (changes: number) => void;
}

/**
 * A sink that never writes over something newer. What the target has is read first, and written over only while it still
 * is that version: `sink` must write by `conditionally`. So a request that arrives after its repetition does nothing.
 */
export function ifNewer(sink: Sink, options: IfNewerOptions): Sink {
  const { age, keeps } = options;
  const canonical = new Canonical(age.keptAs === undefined ? SYSTEM_PROPERTIES : [...SYSTEM_PROPERTIES, age.keptAs]);
  return {
    ...sink,
    async write(changes, range) {
      const { newest, refusals } = newestOf(changes, age);
      const found = await options.stored(newest).catch((error: unknown) => {
        throw error instanceof Undelivered ? new Undelivered(changes, error) : error;
      });
      const wanted: Change[] = [];
      let kept = 0;
      for (const change of newest) {
        const judged = judge(change, found.get(change.key), options, canonical);
        if (judged === 'write')
          wanted.push(conditional(change, found.get(change.key)?.etag, keeps ? keptIn(change, age) : undefined));
        else if (judged === 'leave') kept++;
        else refusals.push(judged);
      }
      const left = wanted.length > 0 ? await sink.write(wanted, range).then(() => undefined, leftBy) : undefined;
      options.onUnchanged?.(kept);
      // What is refused for its age is so again: what the target had to say comes first.
      if (left instanceof Undelivered) throw withChanges(left, refusals);
      const refused = [...refusals, ...(left instanceof Refused ? left.refusals : [])];
      if (refused.length > 0) throw new Refused(refused, left instanceof Refused ? left.left : []);
    },
  };
}

function withChanges(left: Undelivered, refusals: readonly Refusal[]): Undelivered {
  return new Undelivered([...left.changes, ...refusals.map(({ change }) => change)], left);
}

/** What is written of a change, when that is to tell its age. */
function keptIn(change: Change, age: Age): Uint8Array {
  return change.kind === 'upsert' ? age.kept(change) : change.document;
}

/** The newest change of each key, the last of those that are equally new. */
function newestOf(changes: readonly Change[], age: Age): { newest: readonly Change[]; refusals: Refusal[] } {
  const newest = new Map<string, Change>();
  const refusals: Refusal[] = [];
  for (const change of changes) {
    const moment = age.of(change);
    const other = newest.get(change.key);
    if (moment === undefined) refusals.push(refusal(change, `it tells no ${age.name}, to compare it by`));
    else if (!other || (compare(moment, age.of(other) as Moment) ?? 0) >= 0) newest.set(change.key, change);
  }
  return { newest: [...newest.values()], refusals };
}

function judge(
  change: Change,
  found: StoredDocument | undefined,
  { age, writesEqual, onOlder }: IfNewerOptions,
  canonical: Canonical,
): 'write' | 'leave' | Refusal {
  if (!found) return change.kind === 'delete' ? 'leave' : 'write';
  const there = age.ofStored(found.text);
  if (there === undefined) return 'write';
  const difference = compare(age.of(change) as Moment, there);
  if (difference === undefined) return refusal(change, `the target has a ${age.name} of another type`);
  if (difference > 0) return 'write';
  if (change.kind === 'upsert' && isSame(change.document, found.text, canonical)) return 'leave';
  if (difference === 0 && writesEqual) return 'write';
  onOlder(change, age.isOnlyStored(found.text));
  return 'leave';
}

function refusal(change: Change, why: string): Refusal {
  return { change, reason: objection(change, why, 'leave out --if-newer, or compare by something else') };
}
