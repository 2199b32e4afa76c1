import type { Change } from '../contract.ts';
import { creating, type Phrasing, removal, replacement } from '../cosmos/phrases.ts';
import { STATUS } from '../protocol/status.ts';
import type { Verdict } from './looked-into.ts';
import { Refused } from './refused.ts';
import { Undelivered } from './undelivered.ts';

interface Conditional extends Change {
  /** Of the version that may be written over; `undefined` when there must be none. */
  readonly etag: string | undefined;
  readonly change: Change;
}

/** A change that is written, with this document, only over the version with this etag; `undefined` is where there is none. */
export function conditional(change: Change, etag: string | undefined, document = change.document): Change {
  const { key, kind } = change;
  return { key, kind, document, etag, change } as Conditional;
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

/** What a write of conditional changes has left, named as the changes came. Throws what is no such error. */
export function leftBy(error: unknown): Undelivered | Refused {
  if (error instanceof Undelivered) return new Undelivered(error.changes.map(original), error);
  if (!(error instanceof Refused)) throw error;
  const refusals = error.refusals.map((one) => ({ ...one, change: original(one.change) }));
  return new Refused(refusals, error.left.map(original));
}

function original(change: Change): Change {
  return (change as Conditional).change;
}
