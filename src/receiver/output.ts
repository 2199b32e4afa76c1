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
  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        stream.write(stream.isTTY ? escapeInJson(lines.toString('utf8')) : lines, (error) => {
          if (error) reject(outputFailure(error));
          else resolve();
        });
      }),
    close: async () => {},
  };
}
