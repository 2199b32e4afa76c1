import type { Range, Sink } from '../contract.ts';
import type { Tally } from '../support/tally.ts';
import { Refused } from './refused.ts';

/** Keeps changes that were refused. Resolves once they would survive a loss of power. */
export type SetAside = (refused: Refused, range: Range, attempt: number) => Promise<void>;

/**
 * The same sink, that lets go of changes which are refused once they are kept elsewhere, and goes on with the rest. So a
 * later version of a document may be written although an earlier one was refused.
 */
export function settingAside(sink: Sink, setAside: SetAside, tally: Tally): Sink {
  return {
    ...sink,
    async write(changes, range) {
      let left = changes;
      for (let attempt = 1; ; attempt++) {
        const outcome = await sink.write(left, range).catch(refusedIn);
        if (!(outcome instanceof Refused)) return outcome;
        await setAside(outcome, range, attempt);
        tally.refused(outcome.refusals.length);
        left = outcome.left;
      }
    },
  };
}

function refusedIn(error: unknown): Refused {
  if (error instanceof Refused) return error;
  throw error;
}
