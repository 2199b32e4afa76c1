import { describe, expect, test } from 'vitest';
import { bounded } from '../../src/pipeline/bounded.ts';
import { run } from '../../src/pipeline/run.ts';
import { play, type RunFunction } from './world.ts';

const SEEDS = Number(process.env.SEEDS ?? 200);
const FIRST = Number(process.env.SEED ?? 1);

/** The same, with hardly any room for pages. */
const runBounded: RunFunction = (source, sink, checkpoint, options) => {
  const within = bounded(source, checkpoint, 3);
  return run(within.source, sink, within.checkpoint, options);
};

describe(`over seeds ${FIRST} to ${FIRST + SEEDS - 1}`, () => {
  test.each([
    ['the pipeline', run],
    ['the pipeline with little memory', runBounded],
  ])('%s loses nothing and keeps order', { timeout: 600_000 }, async (_, pipeline) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const complaint = await play(seed, pipeline);
      expect(complaint, `seed ${seed}; replay with SEED=${seed} SEEDS=1 npm run simulate`).toBeUndefined();
    }
  });
});
