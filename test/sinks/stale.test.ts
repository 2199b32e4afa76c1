import { expect, test, vi } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { run } from '../../src/pipeline/run.ts';
import type { BatchKind } from '../../src/sinks/batching.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { patient } from './rig.ts';
import { historyOf } from './versions.ts';

// Waits between attempts are what this would spend its time with.
vi.mock('node:timers/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:timers/promises')>();
  return { ...actual, setTimeout: (ms: number, ...rest: []) => actual.setTimeout(ms / 50, ...rest) };
});

const SEEDS = Number(process.env.SEEDS ?? 2);
const FIRST = Number(process.env.SEED ?? 1);

test.each<[number, BatchKind]>([
  [1, 'adaptive'],
  [16, 'adaptive'],
  [16, 'time'],
  [64, 'adaptive'],
])(
  'with %i batches under way, made by %s, the last version of each document is the one that stays, whatever fails meanwhile',
  { timeout: 3_600_000 },
  async (concurrency, batch) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const random = randomFrom(seed);
      const history = historyOf({ keys: 50, versions: 20 }, random);
      const rig = await useContainer({ ranges: 2 });
      rig.intercept = troubleFrom(random);
      const sink = patient(cosmosSink(rig.connection, rig.facts, { concurrency, batch }), 60_000);
      await run(history.source, sink, forgetful(), { window: 4, signal: new AbortController().signal });
      rig.intercept = () => undefined;
      expect(await contentsOf(rig.emulator, 'db/items'), `seed ${seed}; again with SEED=${seed} SEEDS=1`).toEqual(
        history.final,
      );
    }
  },
);

/** Of requests that write, 10 % are told to come back later, 30 % are applied without an answer, and some meet a split. */
function troubleFrom(random: Random): (exchange: Exchange) => Fault | undefined {
  let splits = 0;
  return ({ operation }) => {
    if (operation !== 'batch') return undefined;
    if (random.chance(0.1)) return { status: random.pick([429, 503, 449]), retryAfterMs: 1 };
    if (random.chance(0.3)) return { after: random.pick(['drop', 'reset'] as const) };
    if (splits < SPLITS_MAX && random.chance(0.02)) {
      splits++;
      return { split: true };
    }
    return undefined;
  };
}

const SPLITS_MAX = 4;
