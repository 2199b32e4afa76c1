import type { Sink } from '../contract.ts';
import { Patience, type PatienceOptions } from '../support/patience.ts';
import { Undelivered } from './undelivered.ts';

/** The same sink, patient: what was not delivered is written again. Its callers wait, so order holds. */
export function retrying(sink: Sink, options: PatienceOptions): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const patience = new Patience(options);
      for (let left = changes; ; ) {
        try {
          return await sink.write(left, range);
        } catch (error) {
          if (!(error instanceof Undelivered)) throw error;
          if (error.changes.length < left.length) patience.restore();
          await patience.wait(error.reason, error.retryAfterMs);
          left = error.changes;
        }
      }
    },
  };
}
