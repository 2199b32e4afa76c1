import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** What a run of pipelines says, as programs read it. */
export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly pipeline?: string;
  readonly message?: string;
  readonly hint?: string;
  /** Of a summary: changes that were written; of one of consume, what was received. */
  readonly written?: number;
  readonly received?: number;
  readonly duplicates?: number;
  /** Of progress. */
  readonly documents?: number;
}

const LAUNCHER = fileURLToPath(new URL('../../../bin/cosmosflow.js', import.meta.url));

/** Runs the pipelines of a file to their end; resolves with the exit status, or with the signal that ended it. */
export async function runPipelines(
  file: string,
  { cwd, env, onLine }: { cwd: string; env: Readonly<Record<string, string>>; onLine: (line: LogLine) => void },
): Promise<number | string> {
  const child = spawn(process.execPath, [LAUNCHER, 'run', file, '--log-format', 'json'], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe'],
    // A Ctrl-C reaches this process alone, which hands it on once.
    detached: true,
  });
  const handOn = (signal: NodeJS.Signals): void => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, handOn);
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  for await (const line of createInterface(child.stderr)) {
    if (line.startsWith('{')) onLine(JSON.parse(line) as LogLine);
    else console.error(line);
  }
  const [status, signal] = await ended;
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, handOn);
  return status ?? signal ?? 'nothing';
}
