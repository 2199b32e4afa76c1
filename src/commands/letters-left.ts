import { resolve } from 'node:path';
import type { JobNames } from '../checkpoint/job.ts';
import type { Change, Sink } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { Refused } from '../sinks/refused.ts';
import { settingAside } from '../sinks/setting-aside.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import type { Context, Talk } from './command.ts';
import { openRefusals, type RefusalOptions, type Refusals } from './refusals.ts';

/** Letters that were not applied. */
export class Left {
  /** Those that a later one makes void, which is as it should be. */
  superseded = 0;
  readonly #file: string;
  readonly talk: Talk;
  /** What can be done about them. */
  readonly #advice = new Set<string>();
  #count = 0;

  constructor(file: string, { talk }: Pick<Context, 'talk'>) {
    this.#file = file;
    this.talk = talk;
  }

  older({ key }: Change): void {
    this.#note(`the letter of [${key}] is not newer than what the target has`, KEPT);
  }

  refused(change: Change, reason: unknown): void {
    const why = reason instanceof FlowError ? reason.message : `the letter of [${change.key}] is refused`;
    this.#note(why, change instanceof FlawedRecord ? FLAWED : MENDED);
  }

  damaged(line: number, isTorn: boolean): void {
    // A crash leaves the last line so, and the letter came again.
    if (isTorn) this.talk.note(`line ${line} of "${this.#file}" was not written to its end, and is passed over`);
    else this.#note(`line ${line} is no letter`, DAMAGED);
  }

  report(): void {
    if (this.superseded > 0) this.talk.note(`passed over ${this.superseded}: a newer letter is of the same document`);
    if (this.#count === 0) return;
    const what =
      this.#count === 1
        ? '1 letter was not applied, and stays'
        : `${this.#count.toLocaleString('en-US')} letters were not applied, and stay`;
    throw new FlowError('set_aside', `${what} in "${this.#file}"`, { hint: [...this.#advice].sort().join('; ') });
  }

  #note(text: string, advice: string): void {
    this.#advice.add(advice);
    if (++this.#count <= NOTES_MAX) this.talk.note(text);
  }
}

/** What becomes of letters that are refused again: they stay, and go to `--dead-letter` as well, if there is one. */
export async function refusalsOf(
  options: RefusalOptions,
  names: JobNames,
  tally: Tally,
  left: Left,
): Promise<Refusals> {
  const refusals = options.deadLetter === undefined ? undefined : await openRefusals(options, names, tally, left.talk);
  const around = (sink: Sink): Sink =>
    refusals?.around(noting(sink, left)) ?? settingAside(noting(sink, left), async () => {}, tally);
  return { around, report: () => left.report(), close: async () => refusals?.close() };
}

/** Refuses to write to what is read. */
export function assertElsewhere(file: string, { deadLetter }: RefusalOptions): void {
  if (deadLetter === undefined || resolve(deadLetter) !== resolve(file)) return;
  throw new FlowError('usage', 'what is replayed cannot take what is refused again', {
    hint: 'name another file with --dead-letter, or none: letters stay where they are',
  });
}

/** The same sink, that has it said why letters are refused. */
function noting(sink: Sink, left: Left): Sink {
  return {
    ...sink,
    async write(changes, range) {
      try {
        return await sink.write(changes, range);
      } catch (error) {
        if (error instanceof Refused) for (const { change, reason } of error.refusals) left.refused(change, reason);
        throw error;
      }
    },
  };
}

const KEPT = 'the target keeps what it has where a letter is not known to be newer';
const MENDED = 'mend what letters were refused for, and run the same command again';
const FLAWED = 'what is no document can only be mended where it came from, and imported again';
const DAMAGED = 'nothing can be made of a line that is no letter';
/** Who has more of them looks into the file. */
const NOTES_MAX = 20;
