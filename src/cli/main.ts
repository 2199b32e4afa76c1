import type { Writable } from 'node:stream';
import { COMMANDS } from '../commands/index.ts';
import type { EdgeTalk } from './edge-talk.ts';
import { jsonLines } from './json-lines.ts';
import { plain } from './plain.ts';
import { Invocation, parseCommandLine } from './program.ts';
import { reportFailure } from './report.ts';
import { Interruption, interruptions } from './signals.ts';
import { StdoutWatch } from './stdout-watch.ts';
import { openTalk } from './talk.ts';

/** The process edge: runs what the command line says and ends the process with its exit status. */
export async function main(argv: readonly string[]): Promise<void> {
  // Nobody is left to be told when stderr is closed, and the work is worth finishing.
  process.stderr.on('error', () => {});
  process.on('uncaughtException', (error) => process.exit(reportFailure(error, plain(process.stderr))));
  const stdout = new StdoutWatch(process.stdout);
  const abandoned = stdout.abandoned().then(() => stdout.report(plain(process.stderr)));
  const status = await Promise.race([runCommandLine(argv, stdout), abandoned]);
  // What failed or was stopped need not wait for a reader of stdout who may never come.
  await flushed(process.stderr);
  // The SDK may still be sleeping between retries of requests that nobody waits for.
  process.exit(status);
}

async function runCommandLine(argv: readonly string[], stdout: StdoutWatch): Promise<number> {
  const invocation = await parseCommandLine(argv, COMMANDS).catch((error: unknown) => error);
  if (typeof invocation === 'number') return finished(invocation, stdout, plain(process.stderr));
  if (!(invocation instanceof Invocation)) {
    return reportFailure(invocation, wantsJson(argv) ? jsonLines(process.stderr) : plain(process.stderr));
  }

  const talk = await openTalk(process.stderr, process.env, invocation.globals);
  const interrupted = interruptions();
  interrupted.addEventListener('abort', () =>
    talk.note('stopping after what is under way; Ctrl-C again leaves at once'),
  );
  const isCutShort = (): boolean => invocation.endsWithInterruption && interrupted.reason instanceof Interruption;
  const signal = AbortSignal.any([interrupted, stdout.broken]);
  try {
    await invocation.run({
      environment: process.env,
      signal,
      stdin: () => process.stdin,
      stdout: process.stdout,
      talk,
    });
  } catch (error) {
    if (error instanceof Interruption) return error.status;
    const status = stdout.isToBlame(error) ? stdout.report(talk) : reportFailure(error, talk);
    return isCutShort() && status !== 1 ? interrupted.reason.status : status;
  }
  if (isCutShort()) return interrupted.reason.status;
  return finished(0, stdout, talk);
}

/** How it ends when nothing went wrong, unless standard output has something to say. */
async function finished(status: number, stdout: StdoutWatch, talk: EdgeTalk): Promise<number> {
  await stdout.flushed();
  return stdout.broken.aborted ? stdout.report(talk) : status;
}

/** Of a command line that could not be read. */
function wantsJson(argv: readonly string[]): boolean {
  const given = argv[argv.indexOf('--log-format') + 1];
  if (argv.includes('--log-format=json') || (argv.includes('--log-format') && given === 'json')) return true;
  return process.env.COSMOSFLOW_LOG_FORMAT === 'json';
}

function flushed(stream: Writable): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
