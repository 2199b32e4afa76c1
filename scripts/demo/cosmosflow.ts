import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A running cosmosflow that talks to the user directly. */
export interface Cosmosflow {
  /** The first line it prints to stdout. */
  line(): Promise<string>;
  /** Resolves when it has ended well, rejects otherwise. */
  succeeded(): Promise<void>;
  /** Kills it; resolves with whether it was still running. */
  kill(): Promise<boolean>;
  /** Asks it to end, and waits. */
  stop(): Promise<void>;
}

const LAUNCHER = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));
/** A process that is killed cannot show the cursor again, nor clear its line. */
const MEND_TERMINAL = '\r\u001b[K\u001b[?25h\u001b[?7h';

export function start(args: readonly string[], cwd: string): Cosmosflow {
  const child = spawn(process.execPath, [LAUNCHER, ...args], { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
  return {
    line: () => firstLine(child),
    async succeeded() {
      const [status, signal] = await ended;
      if (status !== 0) throw new Error(`cosmosflow ${args[0]} ended with ${status ?? signal}`);
    },
    async kill() {
      child.kill('SIGKILL');
      const [, signal] = await ended;
      if (process.stderr.isTTY) process.stderr.write(MEND_TERMINAL);
      return signal === 'SIGKILL';
    },
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (!stdout) throw new Error('cosmosflow has no stdout');
  for await (const line of createInterface(stdout)) return line;
  throw new Error('cosmosflow ended before it was ready');
}
