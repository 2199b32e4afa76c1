import type { Checkpoint, Source } from '../contract.ts';

/**
 * The same checkpoint, for sources that are read with one page under way at a time over all ranges: the next is handed
 * on only once the one before is committed. So what is noted with a page may build on what was noted before it.
 */
export function serial(checkpoint: Checkpoint): Serial {
  const turn = new Turn();
  return {
    checkpoint: {
      ...checkpoint,
      save(range, resumeAt, notes) {
        checkpoint.save(range, resumeAt, notes);
        turn.end();
      },
      split(range, successors, notes) {
        checkpoint.split(range, successors, notes);
        turn.end();
      },
    },
    over: (source) => ({
      ...source,
      async *pages(range, from, signal) {
        for await (const page of source.pages(range, from, signal)) {
          await turn.take(signal);
          if (signal.aborted) return;
          yield page;
        }
      },
    }),
  };
}

export interface Serial {
  readonly checkpoint: Checkpoint;
  over(source: Source): Source;
}

/** Ends with a commit alone: after a failure nobody gets it any more, and the signal wakes those who wait. */
class Turn {
  readonly #waiting: (() => void)[] = [];
  #isTaken = false;

  /** Resolves once the turn is taken, or the signal has aborted. */
  async take(signal: AbortSignal): Promise<void> {
    if (!this.#isTaken) {
      this.#isTaken = true;
      return;
    }
    if (signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  /** Gives the turn to who has waited longest. */
  end(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#isTaken = false;
  }
}
