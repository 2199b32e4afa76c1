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
    const child = spawn(process.execPath, ['--expose-gc', file], {
      env: { ...process.env, ...ALLOCATION },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    const ended = once(child, 'exit').then(() => Promise.reject(new Error('the server did not start')));
    const [address] = await Promise.race([once(child, 'message'), ended]);
    ended.catch(() => {});
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
    // It ends by itself, if it can.
    const timer = setTimeout(() => this.#process.kill('SIGKILL'), END_MS);
    this.#process.disconnect();
    await exit;
    clearTimeout(timer);
  }
}

const END_MS = 5000;
const STDERR_MAX = 4000;
/** Has the C library give back what is free, which it would keep for later: then what is kept is kept by the server. */
const ALLOCATION = { MALLOC_ARENA_MAX: '1', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };
