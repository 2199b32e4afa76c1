import type { Sink } from '../contract.ts';
import { FlowError } from '../support/error.ts';
import { Refused } from './refused.ts';

/** The same sink, that fails with the first reason when changes are refused. `advice` is added to what to do then. */
export function strict(sink: Sink, advice?: string): Sink {
  return {
    ...sink,
    async write(changes, range) {
      try {
        return await sink.write(changes, range);
      } catch (error) {
        throw error instanceof Refused ? advised(error.refusals[0]?.reason, advice) : error;
      }
    },
  };
}

function advised(reason: unknown, advice: string | undefined): unknown {
  if (!(reason instanceof FlowError) || advice === undefined) return reason;
  const hint = reason.hint === undefined ? advice : `${reason.hint}; ${advice}`;
  return new FlowError(reason.code, reason.message, { hint, cause: reason.cause });
}
