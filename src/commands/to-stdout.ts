import { stdoutSink } from '../sinks/stdout.ts';
import { later } from '../support/later.ts';
import type { Context } from './command.ts';
import type { Destination } from './destination.ts';
import { DRAIN_MS } from './transfer.ts';

/** Standard output. */
export function toStdout({ stdout, signal }: Pick<Context, 'stdout' | 'signal'>): Destination {
  return {
    name: 'stdout',
    checkpoint: undefined,
    showsProgress: false,
    open: async () => stdoutSink(stdout, later(signal, DRAIN_MS)),
  };
}
