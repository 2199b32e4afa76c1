import type { JobNames } from '../checkpoint/job.ts';
import type { Change } from '../contract.ts';
import { type Age, ageOf } from '../sinks/age.ts';
import type { Newness } from '../sinks/if-newer.ts';
import type { StrategyName } from '../sinks/strategies.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';
import { type FillOptions, fillContainer } from './fill-container.ts';
import { letters } from './letters.ts';
import { assertElsewhere, Left, refusalsOf } from './letters-left.ts';

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
  assertElsewhere(file, options);
  const { talk } = context;
  const left = new Left(file, context);
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
        onDamage: (line, isTorn) => left.damaged(line, isTorn),
        superseding: newness && { age: newness.age, onSuperseded: () => void left.superseded++ },
      }),
    refusals: (names: JobNames, tally: Tally) => refusalsOf(options, names, tally, left),
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
