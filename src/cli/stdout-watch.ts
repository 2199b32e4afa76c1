import { later } from '../support/later.ts';
import { ClosedPipe, type Output, outputFailure } from '../support/output.ts';
import type { EdgeTalk } from './edge-talk.ts';
import { reportFailure } from './report.ts';

/** Watches standard output, which may end before the work does. */
export class StdoutWatch {
  readonly #stream: Output;
  readonly #broken = new AbortController();

  constructor(stream: Output) {
    this.#stream = stream;
    stream.on('error', (error) => this.#broken.abort(outputFailure(error)));
  }

  /** Aborts when nothing more can be written, to stop what is under way. */
  get broken(): AbortSignal {
    return this.#broken.signal;
  }

  /** Whether a run failed because of it, or stopped for it. */
  isToBlame(error: unknown): boolean {
    return this.broken.aborted || error instanceof ClosedPipe;
  }

  /** Says what went wrong, unless the reader just had enough; returns the exit status. */
  report(talk: EdgeTalk): number {
    const { reason } = this.#broken.signal;
    // A write fails a moment before the stream says so.
    return reason === undefined || reason instanceof ClosedPipe ? PIPE_CLOSED : reportFailure(reason, talk);
  }

  /** Resolves when what was written is out, or never will be. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }

  /** Resolves when it has been broken for so long that whoever was to stop for it hangs. */
  abandoned(): Promise<void> {
    return new Promise((resolve) => {
      later(this.broken, GRACE_MS).addEventListener('abort', () => resolve());
    });
  }
}

const PIPE_CLOSED = 141;
/** More than a drain takes. */
const GRACE_MS = 15_000;
