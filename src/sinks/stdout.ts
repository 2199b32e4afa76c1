import type { Writable } from 'node:stream';
import type { Sink } from '../contract.ts';
import { ndjson } from '../formats/ndjson.ts';

/** Prints documents, one a line. Durable means here that the system has taken the bytes: who reads them is not known. */
export function stdoutSink(stream: Writable): Sink {
  return {
    order: 'range',
    write: (changes) =>
      new Promise((resolve, reject) => {
        stream.write(ndjson(changes.map(({ document }) => document)), (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => {},
  };
}
