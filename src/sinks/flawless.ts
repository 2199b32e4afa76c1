import type { Change, Sink, Written } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { Refused } from './refused.ts';

/** The same sink, without records that are no documents: those are refused, the others written as ever. */
export function flawless(sink: Sink): Sink {
  return {
    ...sink,
    async write(changes, range): Promise<Written> {
      const flawed = changes.filter((change) => change instanceof FlawedRecord);
      if (flawed.length === 0) return sink.write(changes, range);
      const sound: Change[] = changes.filter((change) => !(change instanceof FlawedRecord));
      throw new Refused(
        flawed.map((change) => ({ change, reason: change.flaw })),
        sound,
      );
    },
  };
}
