import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type CliResult, COMPILED, LAUNCHER } from './run-cli.ts';

export interface ShellOptions {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface ShellRun {
  readonly ended: Promise<CliResult>;
  /** Resolves with what was said so far, on either stream, once that matches. */
  said(words: RegExp): Promise<string>;
  /** As Ctrl-C on a terminal does: everything that the line has started gets the signal. */
  interrupt(): void;
  /** Ends everything that the line has started and that still runs. */
  kill(): void;
}

/** Runs a line as a user of bash does, who has cosmosflow on the path. A command that fails in a pipe is not hidden. */
export function startShell(line: string, { cwd, env }: ShellOptions): ShellRun {
  const child = spawn('bash', ['-o', 'pipefail', '-c', line], {
    cwd,
    env: { PATH: `${shimDirectory()}:${process.env.PATH}`, HOME: cwd, NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  const signalAll = (signal: NodeJS.Signals): void => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, signal);
    } catch (error) {
      // Nothing of it is left.
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const text = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      child.emit('said');
    });
  }
  return {
    ended: once(child, 'close').then(([status, signal]) => ({ status, signal, ...text })),
    async said(words) {
      while (!words.test(text.stdout + text.stderr)) await once(child, 'said');
      return text.stdout + text.stderr;
    },
    interrupt: () => signalAll('SIGINT'),
    kill: () => signalAll('SIGKILL'),
  };
}

/** A directory with a `cosmosflow` that is this one, for as long as the test. */
function shimDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-path-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  writeFileSync(join(directory, 'cosmosflow'), `#!/bin/sh\nexec "${process.execPath}" "${LAUNCHER}" "$@"\n`, {
    mode: 0o755,
  });
  return directory;
}
