import type { Change, Sink } from '../contract.ts';
import { Refused } from './refused.ts';
import { Undelivered } from './undelivered.ts';

/** The same sink, that gets changes with one key one after the other, each in a write of its own: every one counts. */
export function successive(sink: Sink): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const rounds = roundsOf(changes);
      for (const [index, round] of rounds.entries()) {
        const later = rounds.slice(index + 1).flat();
        const written = sink.write(round, range);
        if (later.length > 0) sink.hurry?.(written, range);
        await written.catch((error: unknown) => {
          throw withLater(error, later);
        });
      }
    },
  };
}

/** The first change of each key, then the second of those that have one, and so on. */
function roundsOf(changes: readonly Change[]): readonly (readonly Change[])[] {
  const rounds: Change[][] = [];
  const counts = new Map<string, number>();
  for (const change of changes) {
    const count = counts.get(change.key) ?? 0;
    counts.set(change.key, count + 1);
    const round = rounds[count];
    if (round) round.push(change);
    else rounds.push([change]);
  }
  return rounds;
}

function withLater(error: unknown, later: readonly Change[]): unknown {
  if (error instanceof Undelivered) return new Undelivered([...error.changes, ...later], error);
  if (error instanceof Refused) return new Refused(error.refusals, [...error.left, ...later]);
  return error;
}
