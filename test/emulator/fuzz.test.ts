import { expect, test } from 'vitest';
import { fuzz } from '../../scripts/fuzz/run.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const COUNT = 3000;

test(`no input of any kind ends, hangs or confuses the server (SEED=${SEED})`, { timeout: 120_000 }, async () => {
  const numbers = Array.from({ length: COUNT }, (_, index) => index);
  // How long an answer takes depends on what else the machine does; one that never comes is found all the same.
  const { findings } = await fuzz({ seed: SEED, numbers, slowMs: Number.POSITIVE_INFINITY });
  expect(findings.failures).toEqual([]);
  expect(findings.inputs).toBe(COUNT);
});
