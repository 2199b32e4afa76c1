import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The command line, running as its users run it. */
export class CommandLine {
  readonly #process: ChildProcessByStdio<null, Readable, Readable>;
  readonly #ended: Promise<unknown[]>;
  #text = '';

  constructor(args: readonly string[], cwd: string) {
    const program = fileURLToPath(new URL('../../../bin/cosmosflow.js', import.meta.url));
    this.#process = spawn(process.execPath, [program, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#ended = once(this.#process, 'close');
    this.#process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.#text += text;
      this.#process.emit('said');
    });
  }

  get stdout(): Readable {
    return this.#process.stdout;
  }

  /** What was said on stderr, once that matches. Rejects when the process ends before. */
  async said(words: RegExp): Promise<string> {
    while (!words.test(this.#text)) {
      await Promise.race([once(this.#process, 'said'), this.#ended.then(() => this.#fail('ended early'))]);
    }
    return this.#text;
  }

  /** Presses Ctrl-C; rejects unless the process ends with that status. */
  async interrupt(expected: number): Promise<void> {
    this.#process.kill('SIGINT');
    const [status] = await this.#ended;
    if (status !== expected) this.#fail(`ended with ${status}`);
  }

  kill(): void {
    this.#process.kill('SIGKILL');
  }

  #fail(what: string): never {
    throw new Error(`${this.#process.spawnargs.slice(2).join(' ')} ${what}: ${this.#text}`);
  }
}
