import type { Sink } from '../../contract.ts';
import type { Format } from '../../formats/format.ts';
import { FlowError } from '../../support/error.ts';
import { type Refusal, Refused } from '../refused.ts';

/** The same sink, that refuses documents which a file of the format cannot hold, before anything of them is written. */
export function fitting(sink: Sink, format: Format): Sink {
  const { assertFits } = format;
  if (!assertFits) return sink;
  const flawOf = (document: Uint8Array): FlowError | undefined => {
    try {
      assertFits(document);
      return undefined;
    } catch (error) {
      if (error instanceof FlowError && error.code === 'sink_refused') return error;
      throw error;
    }
  };
  return {
    ...sink,
    async write(changes, range) {
      const refusals: Refusal[] = [];
      const left = changes.filter((change) => {
        const reason = flawOf(change.document);
        if (reason) refusals.push({ change, reason });
        return !reason;
      });
      if (refusals.length > 0) throw new Refused(refusals, left);
      return sink.write(changes, range);
    },
  };
}
