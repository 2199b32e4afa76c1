import type { Sink } from '../contract.ts';
import type { Tally } from '../support/tally.ts';

/** The same sink, counted: what it has made durable. */
export function counted(sink: Sink, tally: Tally): Sink {
  return {
    async write(changes) {
      await sink.write(changes);
      tally.wrote(changes.length);
    },
    close: () => sink.close(),
  };
}
