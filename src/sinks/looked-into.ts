import type { Change, Sink } from '../contract.ts';
import type { StoredDocument } from '../cosmos/points.ts';
import { STATUS } from '../protocol/status.ts';
import { type Refusal, Refused } from './refused.ts';
import type { Stored } from './stored.ts';
import { Undelivered } from './undelivered.ts';

/** What a refusal comes to, for what is there: that it is done, or that this is why not. */
export type Verdict = (refusal: Refusal, found: StoredDocument | undefined) => 'done' | 'again' | Refusal;

/**
 * The same verdict for a container without unique keys: there, only a document with its id and key is in the way of another,
 * and one that is not found has gone meanwhile.
 */
export function unlessGone(verdict: Verdict): Verdict {
  return (refusal, found) => {
    const isGone = refusal.status === STATUS.conflict && found === undefined;
    return isGone ? 'again' : verdict(refusal, found);
  };
}

/**
 * The same sink, whose conflicts are looked into: what was written by an earlier try, whose answer was lost, is refused
 * the second time although it is there. `onDone` is told how many need nothing done.
 */
export function lookedInto(
  sink: Sink,
  stored: Stored,
  verdict: Verdict,
  onDone: (changes: number) => void = () => {},
): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const outcome = await sink.write(changes, range).catch((error: unknown) => {
        if (error instanceof Refused) return error;
        throw error;
      });
      if (outcome instanceof Refused) await settle(outcome, stored, verdict, onDone);
    },
  };
}

async function settle(
  { refusals, left }: Refused,
  stored: Stored,
  verdict: Verdict,
  onDone: (changes: number) => void,
): Promise<void> {
  const all = [...refusals.map(({ change }) => change), ...left];
  const found = await stored(refusals.filter(isConflict).map(({ change }) => change)).catch((error: unknown) => {
    throw error instanceof Undelivered ? new Undelivered(all, error) : error;
  });
  const again: Change[] = [...left];
  const refused: Refusal[] = [];
  for (const refusal of refusals) {
    const judged = isConflict(refusal) ? verdict(refusal, found.get(refusal.change.key)) : refusal;
    if (judged === 'again') again.push(refusal.change);
    else if (judged !== 'done') refused.push(judged);
  }
  onDone(all.length - refused.length - again.length);
  if (refused.length > 0) throw new Refused(refused, again);
  if (again.length > 0) throw new Undelivered(again, { retryAfterMs: 0, reason: refusals[0]?.reason });
}

function isConflict({ status = 0 }: Refusal): boolean {
  return CONFLICTS.has(status);
}

const CONFLICTS: ReadonlySet<number> = new Set([STATUS.notFound, STATUS.conflict, STATUS.preconditionFailed]);
