import type { Sink } from '../contract.ts';
import { ndjson } from '../formats/ndjson.ts';
import { escapeInJson } from '../support/escape.ts';
import { type Output, outputFailure } from '../support/output.ts';

/**
 * Prints documents, one a line: byte for byte, but on a terminal with whatever could control it escaped. Durable means
 * here that the system has taken the bytes: who reads them is not known.
 */
export function stdoutSink(stream: Output): Sink {
  const print = (lines: Buffer): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(stream.isTTY ? escapeInJson(lines.toString('utf8')) : lines, (error) =>
        error ? reject(outputFailure(error)) : resolve(),
      );
    });
  return {
    order: 'range',
    write: async (changes) => {
      if (changes.length > 0) await print(ndjson(changes.map(({ document }) => document)));
    },
    close: async () => {},
  };
}
