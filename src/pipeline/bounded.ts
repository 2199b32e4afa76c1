import type { Checkpoint, Page, Range, Source } from '../contract.ts';

/**
 * The same source and checkpoint, together holding at most about `bytesMax` of documents that were read and are not yet
 * committed, over all ranges. A range that has to wait for room is not asked for its next page, and none that comes later
 * gets room before it. One page is always let through, however large. `onFull` is told what is waited for.
 */
export function bounded(
  source: Source,
  checkpoint: Checkpoint,
  bytesMax: number,
  onFull: (room: Promise<void>) => void = () => {},
): Bounded {
  const room = new Room(bytesMax, onFull);
  const firstBytes = Math.min(FIRST_BYTES_MAX, Math.floor(bytesMax / FIRST_PAGES));
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
          for (let expected = firstBytes; ; ) {
            await room.take(expected, signal);
            // A range that fails ends the run, and with it all waiting for room.
            const { done, value } = await pages.next();
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

/** What a range is taken to answer before it has answered once; where there is little room, a part of it. */
const FIRST_BYTES_MAX = 1024 * 1024;
const FIRST_PAGES = 4;

class Room {
  readonly #bytesMax: number;
  readonly #onFull: (room: Promise<void>) => void;
  /** Who has waited longest is first. */
  readonly #waiting = new Set<Waiting>();
  #held = 0;

  constructor(bytesMax: number, onFull: (room: Promise<void>) => void) {
    this.#bytesMax = bytesMax;
    this.#onFull = onFull;
  }

  /** Resolves once it is its turn and there is room, which is then taken; or at once when told to stop. */
  take(bytes: number, signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const enter = (): void => {
      this.#waiting.delete(waiting);
      signal.removeEventListener('abort', enter);
      this.#held += bytes;
      resolve();
      this.#admit();
    };
    const waiting = { bytes, enter };
    this.#waiting.add(waiting);
    signal.addEventListener('abort', enter);
    if (signal.aborted) enter();
    else this.#admit();
    if (this.#waiting.has(waiting)) this.#onFull(promise);
    return promise;
  }

  /** Less than nothing takes more. */
  release(bytes: number): void {
    this.#held -= bytes;
    this.#admit();
  }

  /** Lets the first one in, which lets in the next. */
  #admit(): void {
    const [first] = this.#waiting;
    if (first && (this.#held <= 0 || this.#held + first.bytes <= this.#bytesMax)) first.enter();
  }
}

interface Waiting {
  readonly bytes: number;
  enter(): void;
}

function sizeOf({ changes }: Page): number {
  return changes.reduce((bytes, { document }) => bytes + document.length, 0);
}
