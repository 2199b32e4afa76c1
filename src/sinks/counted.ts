import type { Sink } from '../contract.ts';
import type { Tally } from '../support/tally.ts';
import { Refused } from './refused.ts';
import { Undelivered } from './undelivered.ts';

/** The same sink, counted: what it has made durable, also of writes that failed. What repeats a write must be around it. */
export function counted(sink: Sink, tally: Tally): Sink {
  return {
    ...sink,
    async write(changes, range) {
      try {
        const notes = await sink.write(changes, range);
        tally.wrote(changes.length);
        return notes;
      } catch (error) {
        tally.wrote(changes.length - undone(error, changes.length));
        throw error;
      }
    },
  };
}

/** How many of a write are not known to be durable; of an error that does not tell, all. */
function undone(error: unknown, all: number): number {
  if (error instanceof Undelivered) return error.changes.length;
  return error instanceof Refused ? error.refusals.length + error.left.length : all;
}
