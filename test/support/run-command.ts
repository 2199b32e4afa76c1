import { Readable, Writable } from 'node:stream';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { Context, Talk } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';

export interface CommandRun {
  /** What went to stdout. */
  readonly stdout: string;
  /** What was said to people. */
  readonly notes: readonly string[];
  /** What its last summary says to programs. */
  readonly facts: object | undefined;
  /** What it ended with, when that was not well. */
  readonly failure: unknown;
}

/** Runs a command line as `cosmosflow` would, but in this process. */
export async function runCommand(
  argv: readonly string[],
  signal: AbortSignal = NEVER,
  environment: Context['environment'] = {},
): Promise<CommandRun> {
  const printed: Buffer[] = [];
  const notes: string[] = [];
  let facts: object | undefined;
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      printed.push(Buffer.from(chunk));
      done();
    },
  });
  const talk: Talk = {
    of: () => talk,
    note: (text) => void notes.push(text),
    waiting: (_text, work) => work(),
    progress: () => ({ stop: () => {} }),
    summary(title, _rows, told) {
      notes.push(title);
      facts = told;
    },
  };
  const invocation = await parseCommandLine(argv, COMMANDS);
  if (typeof invocation === 'number') throw new Error(`${argv.join(' ')} is not a command to run`);
  const context: Context = { environment, signal, stdin: () => Readable.from([]), stdout, talk };
  const failure = await invocation.run(context).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { stdout: Buffer.concat(printed).toString(), notes, facts, failure };
}

const NEVER = new AbortController().signal;
