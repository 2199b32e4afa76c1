import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EMULATOR_KEY } from '../../../src/protocol/emulator-key.ts';

const LAUNCHER = fileURLToPath(new URL('../../../bin/cosmosflow.js', import.meta.url));
const TOKEN = 'a-token-for-the-admin-api';

/** `cosmosflow emulator --data FILE` in a process of its own. */
export class ServerProcess {
  readonly endpoint: string;
  readonly key = EMULATOR_KEY;
  readonly adminToken = TOKEN;
  /** Whether it has been told to die: requests may then fail. */
  isKilled = false;
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess, endpoint: string) {
    this.#child = child;
    this.endpoint = endpoint;
  }

  /** Resolves once it is ready. */
  static async start(data: string, cwd: string): Promise<ServerProcess> {
    const args = ['emulator', '--port', '0', '--data', data, '--ranges', '2', '--admin', '--admin-token-env', 'TOKEN'];
    const child = spawn(process.execPath, [LAUNCHER, ...args], {
      cwd,
      env: { PATH: process.env.PATH ?? '', HOME: cwd, TOKEN },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const failed = once(child.stderr, 'end').then(() => Promise.reject(new Error('the server did not start')));
    const [line] = await Promise.race([once(child.stdout, 'data'), failed]);
    failed.catch(() => {});
    return new ServerProcess(child, /http:\S+/.exec(String(line))?.[0] ?? '');
  }

  /** The signal is on its way when this returns. */
  kill(): void {
    this.isKilled = true;
    this.#child.kill('SIGKILL');
  }

  async ended(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, 'exit');
  }
}
