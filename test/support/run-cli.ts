import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

export const LAUNCHER = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));
/** Shared, because there are many processes. */
export const COMPILED = fileURLToPath(new URL('../../node_modules/.cache/cosmosflow/compiled', import.meta.url));

export interface CliOptions {
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  /** A file or device that the shell redirects stdout to. */
  readonly stdoutTo?: string;
  /** Called with the process as soon as it runs. */
  readonly onStart?: (child: ChildProcess) => void;
}

export interface CliResult {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in a process of its own, without the variables of this one. */
export function runCli(args: readonly string[], { cwd, env = {}, stdoutTo, onStart }: CliOptions): Promise<CliResult> {
  const command = [process.execPath, LAUNCHER, ...args];
  const redirected = ['/bin/sh', '-c', `exec "$@" > '${stdoutTo}'`, 'sh', ...command];
  const [file = '', ...rest] = stdoutTo === undefined ? command : redirected;
  const child = spawn(file, rest, {
    cwd,
    env: { PATH: process.env.PATH ?? '', HOME: cwd, NODE_COMPILE_CACHE: COMPILED, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onStart?.(child);
  return new Promise((resolve, reject) => {
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    child.once('error', reject);
    child.once('close', (status, signal) => resolve({ status, signal, stdout, stderr }));
  });
}

/** A directory that is removed when the test is over. */
export function useDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'cosmosflow-test-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
