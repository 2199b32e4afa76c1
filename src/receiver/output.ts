import type { Writable } from 'node:stream';

/** Where events are kept. */
export interface Output {
  /** Adds whole lines behind those of earlier calls; resolves once they are durable. After a failure all calls reject. */
  append(lines: Buffer): Promise<void>;
  close(): Promise<void>;
}

/** Durable means here that the system has taken the bytes: who reads them is not known. */
export function streamOutput(stream: Writable): Output {
  return {
    append: (lines) =>
      new Promise((resolve, reject) => {
        stream.write(lines, (error) => (error ? reject(error) : resolve()));
      }),
    close: async () => {},
  };
}
