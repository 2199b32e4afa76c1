import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Measurement, Task } from './client.ts';

/** A process of the bench. It ends when it is told to, and when the bench ends. */
export class Child {
  readonly #process: ChildProcess;

  /** Runs a file of the bench. `core` is where it is to run, on systems that can be told. */
  constructor(file: string, argument?: string, core?: number) {
    const path = fileURLToPath(new URL(file, import.meta.url));
    const command = [...pinTo(core), process.execPath, path, ...(argument === undefined ? [] : [argument])];
    this.#process = spawn(command[0] as string, command.slice(1), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    process.once('exit', this.#kill);
  }

  /** The next message. Rejects when the process ends without one, or takes too long. */
  async next<Message>(): Promise<Message> {
    const done = new AbortController();
    const { signal } = done;
    const message = once(this.#process, 'message', { signal });
    const exit = once(this.#process, 'exit', { signal });
    const late = once(AbortSignal.timeout(TIMEOUT_MS), 'abort', { signal });
    try {
      const [first] = await Promise.race([message, exit.then(fail('ended early')), late.then(fail('took too long'))]);
      return first as Message;
    } finally {
      done.abort();
      await Promise.allSettled([message, exit, late]);
    }
  }

  send(message: string | readonly string[]): void {
    this.#process.send(message as string);
  }

  async end(): Promise<void> {
    process.off('exit', this.#kill);
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return;
    const exit = once(this.#process, 'exit');
    this.#kill();
    await exit;
  }

  readonly #kill = (): void => void this.#process.kill();
}

/** Measures one task in a process of its own. */
export async function measure(task: Task): Promise<Measurement> {
  const client = new Child('client.ts', JSON.stringify(task), CLIENT_CORE);
  try {
    return await client.next<Measurement>();
  } finally {
    await client.end();
  }
}

export const CLIENT_CORE = 0;
export const SERVER_CORE = 1;

const TIMEOUT_MS = 180_000;

const canPin =
  process.platform === 'linux' && availableParallelism() > 1 && spawnSync('taskset', ['-c', '0', 'true']).status === 0;

/** Client and server do not fight for a core where they can be told apart. */
export function pinTo(core: number | undefined): string[] {
  return core === undefined || !canPin ? [] : ['taskset', '-c', String(core)];
}

function fail(why: string): () => never {
  return () => {
    throw new Error(`a process of the bench ${why}`);
  };
}
