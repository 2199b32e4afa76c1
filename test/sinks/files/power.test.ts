import { describe, expect, test } from 'vitest';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import type { Range } from '../../../src/contract.ts';
import { COMPRESSIONS } from '../../../src/formats/compression.ts';
import { jsonArrayFormat } from '../../../src/formats/json-array.ts';
import type { Workshop } from '../../../src/sinks/files/workshop.ts';
import { randomFrom } from '../../support/random.ts';
import { useDirectory } from '../../support/run-cli.ts';
import { copying } from './copying.ts';
import { FailingDisk } from './failing-disk.ts';
import { FOUR, filesIn, ONE, pagesOf, TWO, workshop, writeAll } from './rig.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const POINTS = Number(process.env.POINTS ?? 12);
const rows = { rows: 5, bytes: undefined, everyMs: undefined };
const bytes = { rows: undefined, bytes: 300, everyMs: undefined };
const { gzip, zstd } = COMPRESSIONS;

const CASES: readonly (readonly [string, readonly Range[], Partial<Workshop> & { single?: string }])[] = [
  ['one range', ONE, {}],
  ['four ranges', FOUR, {}],
  ['files of five rows', ONE, { rotation: rows }],
  ['files of 300 bytes, compressed with gzip', ONE, { rotation: bytes, compression: gzip }],
  ['compressed with zstd', TWO, { compression: zstd }],
  ['arrays of five rows', ONE, { format: jsonArrayFormat, rotation: rows }],
  ['files that are made by conversion', ONE, { format: copying, rotation: rows }],
  ['a single array', ONE, { format: jsonArrayFormat, single: 'all.json' }],
  ['a single file that is made by conversion', ONE, { format: copying, single: 'all.copy' }],
];

describe(`whenever the power is lost, the files end as if it never had been (SEED=${SEED}):`, () => {
  test.each(CASES)('%s', async (_, ranges, options) => {
    const pages = pagesOf(ranges, 3, 4);
    const whole = useDirectory();
    const calm = new FailingDisk(Number.POSITIVE_INFINITY, randomFrom(SEED));
    await writeAll(workshop(whole, { ...options, disk: calm }), pages);
    const wanted = filesIn(whole);
    expect(Object.keys(wanted).length).toBeGreaterThan(1);
    expect(calm.operations).toBeGreaterThan(10);

    // Each of them in turn, by seed; all of them with POINTS=1000.
    const step = Math.max(1, Math.floor(calm.operations / POINTS));
    for (let failAt = SEED % step; failAt < calm.operations; failAt += step) {
      const directory = useDirectory();
      const checkpoint = forgetful();
      const random = randomFrom(SEED + failAt);
      const disk = new FailingDisk(failAt, random);
      await expect(writeAll(workshop(directory, { ...options, disk }), pages, checkpoint)).rejects.toThrow();
      expect(disk.isDown).toBe(true);
      // And once more, in the midst of going on.
      const again = new FailingDisk(random.integer(12), random);
      await writeAll(workshop(directory, { ...options, disk: again }), pages, checkpoint).catch((error) => {
        if (!again.isDown) throw error;
      });
      await writeAll(workshop(directory, options), pages, checkpoint);
      expect(filesIn(directory), `after operation ${failAt}`).toEqual(wanted);
    }
  });
});
