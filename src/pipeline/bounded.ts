import type { Checkpoint, Page, Range, Source } from '../contract.ts';

/**
 * The same source and checkpoint, together holding at most about `bytesMax` of documents that were read and are not yet
 * committed, over all ranges. A range that has to wait for room is not asked for its next page. One page is always let
 * through, however large.
 */
export function bounded(source: Source, checkpoint: Checkpoint, bytesMax: number): Bounded {
  const room = new Room(bytesMax);
  /** Sizes of the pages that a range has under way, oldest first: they commit in that order. */
  const underWay = new Map<string, number[]>();
  const release = ({ min }: Range): void => room.release(underWay.get(min)?.shift() ?? 0);
  return {
    source: {
      ...source,
      async *pages(range, from, signal) {
        const sizes: number[] = [];
        underWay.set(range.min, sizes);
        const pages = source.pages(range, from, signal)[Symbol.asyncIterator]();
        try {
          for (let expected = FIRST_BYTES; ; ) {
            await room.take(expected, signal);
            const { done, value } = await pages.next().catch((error: unknown) => {
              room.release(expected);
              throw error;
            });
            const bytes = done ? 0 : sizeOf(value);
            room.release(expected - bytes);
            if (done) return;
            expected = bytes;
            sizes.push(bytes);
            yield value;
          }
        } finally {
          await pages.return?.();
        }
      },
    },
    checkpoint: {
      ...checkpoint,
      save(range, resumeAt, notes) {
        checkpoint.save(range, resumeAt, notes);
        release(range);
      },
      split(range, successors, notes) {
        checkpoint.split(range, successors, notes);
        release(range);
      },
    },
  };
}

export interface Bounded {
  readonly source: Source;
  readonly checkpoint: Checkpoint;
}

/** What a range is taken to answer before it has answered once. */
const FIRST_BYTES = 1024 * 1024;

class Room {
  readonly #bytesMax: number;
  readonly #waiting = new Set<() => void>();
  #held = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  /** Resolves once there is room, which is then taken; or at once when told to stop. */
  async take(bytes: number, signal: AbortSignal): Promise<void> {
    while (this.#held > 0 && this.#held + bytes > this.#bytesMax && !signal.aborted) await this.#change(signal);
    this.#held += bytes;
  }

  /** Less than nothing takes more. */
  release(bytes: number): void {
    this.#held -= bytes;
    for (const wake of [...this.#waiting]) wake();
  }

  #change(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#waiting.delete(wake);
        signal.removeEventListener('abort', wake);
        resolve();
      };
      this.#waiting.add(wake);
      signal.addEventListener('abort', wake);
    });
  }
}

function sizeOf({ changes }: Page): number {
  return changes.reduce((bytes, { document }) => bytes + document.length, 0);
}
