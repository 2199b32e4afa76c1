import type { Sink } from '../contract.ts';
import { ndjson } from '../formats/ndjson.ts';
import { FlowError } from '../support/error.ts';
import { escapeInJson } from '../support/escape.ts';
import { type Output, outputFailure } from '../support/output.ts';

/**
 * Prints documents, one a line: byte for byte, but on a terminal with whatever could control it escaped. Durable means
 * here that the system has taken the bytes: who reads them is not known. Waits for a slow reader, until `giveUp` aborts.
 */
export function stdoutSink(stream: Output, giveUp: AbortSignal): Sink {
  const print = (lines: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      const leave = (): void => reject(notRead());
      if (giveUp.aborted) return leave();
      giveUp.addEventListener('abort', leave);
      stream.write(stream.isTTY ? escapeInJson(lines.toString('utf8')) : lines, (error) => {
        giveUp.removeEventListener('abort', leave);
        if (error) reject(outputFailure(error));
        else resolve();
      });
    });
  return {
    order: 'range',
    write: async (changes) => {
      if (changes.length > 0) await print(ndjson(changes.map(({ document }) => document)));
    },
    close: async () => {},
  };
}

function notRead(): FlowError {
  return new FlowError('sink_unavailable', 'what is left was not written: nobody reads standard output', {
    hint: 'with --checkpoint FILE the same command goes on there',
  });
}
