import { stdoutSink } from '../sinks/stdout.ts';
import type { Context } from './command.ts';
import type { Destination } from './destination.ts';

/** Standard output. */
export function toStdout({ stdout }: Pick<Context, 'stdout'>): Destination {
  return { name: 'stdout', checkpoint: undefined, showsProgress: false, open: async () => stdoutSink(stdout) };
}
