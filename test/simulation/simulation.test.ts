import { describe, expect, test } from 'vitest';
import type { Range, Sink } from '../../src/contract.ts';
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

/** The same, with a sink whose writes wait for others until somebody waits for them: nobody may wait in vain. */
const runTogether: RunFunction = (source, sink, checkpoint, options) => {
  const together = waiting(sink);
  const within = bounded(source, checkpoint, 100, (room) => together.hurry(room));
  return run(within.source, together, within.checkpoint, options);
};

function waiting(sink: Sink): Sink & Required<Pick<Sink, 'hurry'>> {
  const [held, hurries] = [new Set<{ range: Range; go: () => void }>(), new Set<Range | undefined>()];
  const isWanted = (range: Range): boolean => [...hurries].some((one) => one === undefined || one.min === range.min);
  return {
    ...sink,
    async write(changes, range) {
      await new Promise<void>((go) => {
        held.add({ range, go });
        if (isWanted(range)) go();
      });
      return sink.write(changes, range);
    },
    hurry(over, range) {
      const one = range && { ...range };
      hurries.add(one);
      const calm = (): boolean => hurries.delete(one);
      over.then(calm, calm);
      for (const { range: of, go } of held) if (isWanted(of)) go();
    },
  };
}

describe(`over seeds ${FIRST} to ${FIRST + SEEDS - 1}`, () => {
  test.each([
    ['the pipeline', run],
    ['the pipeline with little memory', runBounded],
    ['the pipeline into a sink that waits for more', runTogether],
  ])('%s loses nothing and keeps order', { timeout: 600_000 }, async (_, pipeline) => {
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const complaint = await play(seed, pipeline);
      expect(complaint, `seed ${seed}; replay with SEED=${seed} SEEDS=1 npm run simulate`).toBeUndefined();
    }
  });
});
