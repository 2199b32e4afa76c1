import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface ServerAddress {
  readonly port: number;
  readonly key: string;
  readonly adminToken: string;
}

/** In bytes. */
export interface Memory {
  /** What is in use in the heap, and outside of it. */
  readonly heap: number;
  /** What the system has given. */
  readonly rss: number;
}

/** A server in a process of its own. */
export class ServerProcess {
  readonly address: ServerAddress;
  readonly #process: ChildProcess;
  #stderr = '';

  private constructor(child: ChildProcess, address: ServerAddress) {
    this.#process = child;
    this.address = address;
    child.stderr?.on('data', (chunk) => {
      this.#stderr = (this.#stderr + chunk).slice(-STDERR_MAX);
    });
  }

  /** Resolves once it can be reached. */
  static async start(): Promise<ServerProcess> {
    const file = fileURLToPath(new URL('./server.ts', import.meta.url));
    const child = spawn(process.execPath, ['--expose-gc', file], { stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
    const [address] = await once(child, 'message');
    return new ServerProcess(child, address as ServerAddress);
  }

  /** What it said last when it ended by itself. */
  get end(): string | undefined {
    const { exitCode, signalCode } = this.#process;
    if (exitCode === null && signalCode === null) return undefined;
    return `exit ${exitCode ?? signalCode}\n${this.#stderr}`;
  }

  /** What it has after a collection of garbage. */
  async memory(): Promise<Memory> {
    const answer = once(this.#process, 'message');
    this.#process.send('memory');
    const [memory] = await answer;
    return memory as Memory;
  }

  async stop(): Promise<void> {
    if (this.end !== undefined) return;
    const exit = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await exit;
  }
}

const STDERR_MAX = 4000;
