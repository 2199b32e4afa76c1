import type { Writable } from 'node:stream';
import { FlowError } from './error.ts';

/** Standard output. */
export type Output = Writable & { readonly isTTY?: boolean };

/** The reader of standard output went away, which is how many a pipeline ends. */
export class ClosedPipe extends Error {
  override readonly name = 'ClosedPipe';
}

/** What to throw when standard output could not be written. */
export function outputFailure(cause: Error): ClosedPipe | FlowError {
  if ((cause as NodeJS.ErrnoException).code === 'EPIPE') return new ClosedPipe('nobody reads on', { cause });
  const hint = 'check what stdout is redirected to';
  return new FlowError('local_io', `cannot write to stdout: ${cause.message}`, { hint, cause });
}
