import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { COMMANDS } from '../commands/index.ts';
import { FlowError } from '../support/error.ts';
import { jsonLines } from './json-lines.ts';
import { plain } from './plain.ts';
import { Invocation, parseCommandLine } from './program.ts';
import { reportFailure } from './report.ts';
import { Interruption, interruptions } from './signals.ts';
import { openTalk } from './talk.ts';

/** The process edge: runs what the command line says and ends the process with its exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  // Nobody is left to be told when stderr is closed, and the work is worth finishing.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => process.exit(reportFailure(error, plain(process.stderr))));
  const broken = brokenPipe(process.stdout);
  const status = await Promise.race([runCommandLine(argv), broken]);
  await Promise.race([Promise.all([flushed(process.stdout), flushed(process.stderr)]), broken]);
  // The SDK may still be sleeping between retries of requests that nobody waits for.
  process.exit(status);
}

const PIPE_CLOSED = 141;

async function runCommandLine(argv: readonly string[]): Promise<number> {
  const invocation = await parseCommandLine(argv, COMMANDS).catch((error: unknown) => error);
  if (typeof invocation === 'number') return invocation;
  if (!(invocation instanceof Invocation)) {
    return reportFailure(invocation, wantsJson(argv) ? jsonLines(process.stderr) : plain(process.stderr));
  }

  const talk = await openTalk(process.stderr, process.env, invocation.globals);
  const signal = interruptions();
  signal.addEventListener('abort', () => talk.note('stopping after what is under way; Ctrl-C again leaves at once'));
  try {
    await invocation.run({
      environment: process.env,
      signal,
      get stdin() {
        return process.stdin;
      },
      stdout: process.stdout,
      talk,
    });
  } catch (error) {
    if (error instanceof Interruption) return error.status;
    const status = reportFailure(error, talk);
    return signal.reason instanceof Interruption && status !== 1 ? signal.reason.status : status;
  }
  return invocation.endsWithInterruption && signal.reason instanceof Interruption ? signal.reason.status : 0;
}

/** Of a command line that could not be read. */
function wantsJson(argv: readonly string[]): boolean {
  const given = argv[argv.indexOf('--log-format') + 1];
  if (argv.includes('--log-format=json') || (argv.includes('--log-format') && given === 'json')) return true;
  return process.env.COSMOSFLOW_LOG_FORMAT === 'json';
}

async function brokenPipe(stream: Writable): Promise<number> {
  const [error] = (await once(stream, 'error')) as [NodeJS.ErrnoException];
  if (error.code === 'EPIPE') return PIPE_CLOSED;
  const hint = 'check what stdout is redirected to';
  const failure = new FlowError('local_io', `cannot write to stdout: ${error.message}`, { hint, cause: error });
  return reportFailure(failure, plain(process.stderr));
}

function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
