import { resolve } from 'node:path';
import type { Change, Sink } from '../contract.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import { type Age, ageOf } from '../sinks/age.ts';
import type { Newness } from '../sinks/if-newer.ts';
import { Refused } from '../sinks/refused.ts';
import { settingAside } from '../sinks/setting-aside.ts';
import type { StrategyName } from '../sinks/strategies.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import { type FillOptions, fillContainer } from './fill-container.ts';
import { letters } from './letters.ts';
import { openRefusals } from './refusals.ts';

export interface ReplayOptions extends Omit<FillOptions, 'write' | keyof typeof NOTHING_KEPT> {
  /** When not given, letters are applied where the target has nothing newer. */
  readonly write: StrategyName | undefined;
  readonly ifNewer: Age | undefined;
  readonly keepTs: string | undefined;
  readonly letter: number | undefined;
}

/** Applies the letters of a file again; resolves when all are applied, and throws when some are not. */
export async function replayLetters(
  file: string,
  target: string,
  options: ReplayOptions,
  context: Context,
): Promise<void> {
  if (options.deadLetter !== undefined && resolve(options.deadLetter) === resolve(file))
    throw new FlowError('usage', 'what is replayed cannot take what is refused again', {
      hint: 'name another file with --dead-letter, or none: letters stay where they are',
    });
  const { talk } = context;
  const left = new Left(context);
  const newness = newnessOf(options, (change) => left.older(change));
  const job = {
    source: `letters of ${file}`,
    mode: 'replay',
    expected: undefined,
    partitionKeyPath: undefined,
    newness,
    open: ({ partitionKey }: { partitionKey: Parameters<typeof letters>[1]['partitionKey'] }) =>
      letters(file, {
        partitionKey,
        letter: options.letter,
        onDamage: (line, isTorn) => {
          // A crash leaves the last line so, and the letter came again.
          if (isTorn) talk.note(`line ${line} of "${file}" was not written to its end, and is passed over`);
          else left.damaged(line);
        },
        superseding: newness && { age: newness.age, onSuperseded: () => void left.superseded++ },
      }),
    refusals: async (names: Parameters<typeof openRefusals>[1], tally: Parameters<typeof openRefusals>[2]) => {
      const refusals = options.deadLetter === undefined ? undefined : await openRefusals(options, names, tally, talk);
      const around = (sink: Sink): Sink =>
        refusals?.around(noting(sink, left)) ?? settingAside(noting(sink, left), async () => {}, tally);
      return { around, report: () => left.report(file), close: async () => refusals?.close() };
    },
    onStopped: () => talk.note('the same command begins again; what is applied already stays as it is'),
  };
  await fillContainer(target, job, { ...options, ...NOTHING_KEPT, write: options.write ?? 'upsert' }, context);
}

/** There is no position, and nothing is made. */
const NOTHING_KEPT = {
  checkpoint: undefined,
  restart: false,
  targetPartitionKey: undefined,
  retainVersions: undefined,
};

/** By the time of the change, when nothing else is said; a letter that does not tell it counts as older than anything. */
function newnessOf({ write, ifNewer, keepTs }: ReplayOptions, onOlder: (change: Change) => void): Newness | undefined {
  if (write !== undefined && !ifNewer) return undefined;
  if (ifNewer && ifNewer.name !== '_ts') return { age: ifNewer, keeps: true, writesEqual: false, onOlder };
  const age = ageOf('_ts', keepTs);
  const of: Age['of'] = (change) => age.of(change) ?? Number.NEGATIVE_INFINITY;
  const keeps = ifNewer !== undefined || keepTs !== undefined;
  return { age: keeps ? age : { ...age, of }, keeps, writesEqual: false, onOlder };
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

/** Letters that were not applied. */
class Left {
  /** Those that a later one makes void, which is as it should be. */
  superseded = 0;
  readonly #context: Context;
  /** What can be done about them. */
  readonly #advice = new Set<string>();
  #count = 0;

  constructor(context: Context) {
    this.#context = context;
  }

  older({ key }: Change): void {
    this.#note(`the letter of [${key}] is not newer than what the target has`, KEPT);
  }

  refused(change: Change, reason: unknown): void {
    const why = reason instanceof FlowError ? reason.message : `the letter of [${change.key}] is refused`;
    this.#note(why, change instanceof FlawedRecord ? FLAWED : MENDED);
  }

  damaged(line: number): void {
    this.#note(`line ${line} is no letter`, DAMAGED);
  }

  report(file: string): void {
    if (this.superseded > 0)
      this.#context.talk.note(`passed over ${this.superseded}: a newer letter is of the same document`);
    if (this.#count === 0) return;
    const what =
      this.#count === 1
        ? '1 letter was not applied, and stays'
        : `${this.#count.toLocaleString('en-US')} letters were not applied, and stay`;
    throw new FlowError('set_aside', `${what} in "${file}"`, { hint: [...this.#advice].sort().join('; ') });
  }

  #note(text: string, advice: string): void {
    this.#advice.add(advice);
    if (++this.#count <= NOTES_MAX) this.#context.talk.note(text);
  }
}

const KEPT = 'the target keeps what it has where a letter is not known to be newer';
const MENDED = 'mend what letters were refused for, and run the same command again';
const FLAWED = 'what is no document can only be mended where it came from, and imported again';
const DAMAGED = 'nothing can be made of a line that is no letter';
/** Who has more of them looks into the file. */
const NOTES_MAX = 20;
