import { describe, expect, test } from 'vitest';
import { run } from '../../src/pipeline/run.ts';
import { play } from './world.ts';

const SEEDS = Number(process.env.SEEDS ?? 200);
const FIRST = Number(process.env.SEED ?? 1);

describe('the pipeline, simulated', () => {
  test(`loses nothing and keeps order over seeds ${FIRST} to ${FIRST + SEEDS - 1}`, { timeout: 600_000 }, async () => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      expect(await play(seed, run), `seed ${seed}; replay with SEED=${seed} SEEDS=1 npm run simulate`).toBeUndefined();
    }
  });
});
