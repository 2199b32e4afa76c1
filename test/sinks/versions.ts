import type { Change, Continuation, Position, Source } from '../../src/contract.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { removal, textOf, upsert } from '../support/changes.ts';
import type { Random } from '../support/random.ts';

/** Versions of documents in the order in which they were written, some of them deletes. */
export interface History {
  readonly source: Source;
  /** The texts of the documents that the last versions leave. */
  readonly final: readonly string[];
}

/**
 * A source that hands on every version, of one key in order, in pages of a few changes. Its range splits on the way, and
 * both halves do so again.
 */
export function historyOf({ keys, versions }: { keys: number; versions: number }, random: Random): History {
  const log = shuffled(keys, versions, random);
  const splits = [0.3, 0.6].map((share) => Math.floor(share * log.length));
  const pageSizes = log.map(() => 1 + random.integer(2 * TYPICAL_PAGE));
  const last = new Map(log.map(({ key, change }) => [key, change]));
  return {
    final: [...last.values()]
      .filter(({ kind }) => kind === 'upsert')
      .map(textOf)
      .sort(),
    source: {
      starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
      async *pages({ min, max }, from, signal) {
        let at = Number(from ?? 0);
        const end = splits.find((split) => split > at) ?? log.length;
        while (at < end && !signal.aborted) {
          const changes: Change[] = [];
          const size = pageSizes[at] as number;
          for (; at < end && changes.length < size; at++) {
            const { place, change } = log[at] as Entry;
            if (min <= place && place < max) changes.push(change);
          }
          const resumeAt = String(at) as Continuation;
          yield at === end && end < log.length
            ? { changes, resumeAt, split: halves(min, max, resumeAt) }
            : { changes, resumeAt };
        }
      },
    },
  };
}

const TYPICAL_PAGE = 20;

interface Entry {
  readonly key: number;
  readonly place: string;
  readonly change: Change;
}

function shuffled(keys: number, versions: number, random: Random): readonly Entry[] {
  const written = Array.from({ length: keys }, () => 0);
  const log: Entry[] = [];
  while (log.length < keys * versions) {
    const key = random.integer(keys);
    const version = ++(written[key] as number);
    if (version > versions) continue;
    const isDelete = random.chance(0.1);
    const place = (key % 256).toString(16).padStart(2, '0').toUpperCase().split('').reverse().join('');
    log.push({ key, place, change: isDelete ? removal(`item-${key}`) : upsert(`item-${key}`, version) });
  }
  return log;
}

function halves(min: string, max: string, resumeAt: Continuation): readonly Position[] {
  const [from, to] = [Number.parseInt(min || '0', 16), Number.parseInt(max, 16)];
  const middle = ((from + to) >> 1).toString(16).padStart(2, '0').toUpperCase();
  return [
    { range: { min, max: middle }, resumeAt },
    { range: { min: middle, max }, resumeAt },
  ];
}
