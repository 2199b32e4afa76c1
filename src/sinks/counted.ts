import type { Sink } from '../contract.ts';
import type { Tally } from '../support/tally.ts';

/** The same sink, counted: what it has made durable. */
export function counted(sink: Sink, tally: Tally): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const notes = await sink.write(changes, range);
      tally.wrote(changes.length);
      return notes;
    },
  };
}
