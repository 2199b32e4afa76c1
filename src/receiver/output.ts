import { FlowError } from '../support/error.ts';
import { escapeInJson } from '../support/escape.ts';
import { outputFailure, type Output as Stream } from '../support/output.ts';

/** Where events are kept. */
export interface Output {
  /** Adds whole lines behind those of earlier calls; resolves once they are durable. After a failure all calls reject. */
  append(lines: Buffer): Promise<void>;
  close(): Promise<void>;
}

/**
 * Prints lines byte for byte, but on a terminal with whatever could control it escaped. Durable means here that the
 * system has taken the bytes: who reads them is not known.
 */
export function streamOutput(stream: Stream): Output {
  let pending = 0;
  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        pending++;
        stream.write(stream.isTTY ? escapeInJson(lines.toString('utf8')) : lines, (error) => {
          pending--;
          if (error) reject(outputFailure(error));
          else resolve();
        });
      }),
    async close() {
      // A reader that does not read could keep the process for ever.
      if (pending > 0) throw notRead();
    },
  };
}

function notRead(): FlowError {
  return new FlowError('local_io', 'what came last was not acknowledged: nobody reads standard output', {
    hint: 'keep it in a file: --out FILE',
  });
}
