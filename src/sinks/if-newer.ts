import type { Change, Sink } from '../contract.ts';
import { creating, type Phrasing, removal, replacement } from '../cosmos/phrases.ts';
import type { StoredDocument } from '../cosmos/points.ts';
import { Canonical } from '../formats/canonical.ts';
import { STATUS } from '../protocol/status.ts';
import { SYSTEM_PROPERTIES } from '../protocol/system-properties.ts';
import { type Age, compare, type Moment } from './age.ts';
import type { Verdict } from './looked-into.ts';
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
      for (const change of newest) {
        const judged = judge(change, found.get(change.key), options, canonical);
        if (judged === 'write') wanted.push(conditional(change, found.get(change.key)?.etag, keeps ? age : undefined));
        else if (judged !== 'leave') refusals.push(judged);
      }
      const left = wanted.length > 0 ? await sink.write(wanted, range).then(() => NOTHING, leftBy) : NOTHING;
      const refused = [...refusals, ...(left instanceof Refused ? left.refusals : [])];
      if (refused.length > 0) throw new Refused(refused, left instanceof Refused ? left.left : left.changes);
      if (left instanceof Undelivered) throw left;
    },
  };
}

/** Creates what was not there, and replaces or deletes the version that was. */
export const conditionally: Phrasing = (change, key, end) => {
  const { etag } = change as Conditional;
  if (change.kind === 'delete') return removal(change, key, etag);
  return etag === undefined ? creating(change, key, end) : replacement(change, key, end, etag);
};

/** What another version got in the way of is judged again; what is not in its way is refused for its unique keys. */
export const judgeAgain: Verdict = (refusal, found) => {
  if (refusal.status !== STATUS.conflict) return 'again';
  const { etag } = refusal.change as Conditional;
  return found && etag === undefined ? 'again' : refusal;
};

interface Conditional extends Change {
  /** Of the version that may be written over; `undefined` when there must be none. */
  readonly etag: string | undefined;
  readonly change: Change;
}

function conditional(change: Change, etag: string | undefined, keeping: Age | undefined): Conditional {
  const document = keeping && change.kind === 'upsert' ? keeping.kept(change) : change.document;
  return { key: change.key, kind: change.kind, document, etag, change };
}

const NOTHING = { changes: [] as readonly Change[] };

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

/** Names the changes as they came. */
function leftBy(error: unknown): Undelivered | Refused {
  if (error instanceof Undelivered) return new Undelivered(error.changes.map(original), error);
  if (!(error instanceof Refused)) throw error;
  const refusals = error.refusals.map((one) => ({ ...one, change: original(one.change) }));
  return new Refused(refusals, error.left.map(original));
}

function original(change: Change): Change {
  return (change as Conditional).change;
}
