import { isDeepStrictEqual } from 'node:util';
import { describe, expect, test } from 'vitest';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import type { Checkpoint, Range } from '../../../src/contract.ts';
import { COMPRESSIONS } from '../../../src/formats/compression.ts';
import { jsonArrayFormat } from '../../../src/formats/json-array.ts';
import { type Disk, type DiskFile, disk as real } from '../../../src/sinks/files/disk.ts';
import type { Workshop } from '../../../src/sinks/files/workshop.ts';
import { randomFrom } from '../../support/random.ts';
import { useDirectory } from '../../support/run-cli.ts';
import { addable, addableWith, copying } from './copying.ts';
import { FailingDisk } from './failing-disk.ts';
import { FOUR, filesIn, ONE, pagesOf, TWO, workshop, writeAll } from './rig.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const POINTS = Number(process.env.POINTS ?? 8);
const rows = { rows: 5, bytes: undefined, everyMs: undefined };
const bytes = { rows: undefined, bytes: 300, everyMs: undefined };
const { gzip, zstd } = COMPRESSIONS;

interface Case extends Partial<Workshop> {
  readonly single?: string;
  /** Pages of each range that an earlier run has written; none if there was no such run. */
  readonly earlier?: number;
}

const CASES: readonly (readonly [string, readonly Range[], Case])[] = [
  ['one range', ONE, {}],
  ['four ranges', FOUR, {}],
  ['files of five rows', ONE, { rotation: rows }],
  ['files of 300 bytes, compressed with gzip', ONE, { rotation: bytes, compression: gzip }],
  ['compressed with zstd', TWO, { compression: zstd }],
  ['arrays of five rows', ONE, { format: jsonArrayFormat, rotation: rows }],
  ['files that are made by conversion', ONE, { format: copying, rotation: rows }],
  ['a single array', ONE, { format: jsonArrayFormat, single: 'all.json' }],
  ['a single file that is made by conversion', ONE, { format: copying, single: 'all.copy' }],
  ['a single array that gets more', ONE, { format: jsonArrayFormat, single: 'all.json', earlier: 1 }],
  ['a single file that was made by conversion and gets more', ONE, { format: addable, single: 'all.copy', earlier: 1 }],
  ['a single file that was made of nothing and gets rows', ONE, { format: copying, single: 'all.copy', earlier: 0 }],
];

describe(`whenever the power is lost, the files end as if it never had been (SEED=${SEED}):`, () => {
  test.each(CASES)('%s', async (_, ranges, options) => {
    // Each operation in turn, by seed; every one with POINTS=1000.
    expect(await pointsOfNoReturn(ranges, options, POINTS)).toEqual([]);
  });
});

describe('that would be noticed if', () => {
  const broken: readonly (readonly [string, (disk: Disk) => Disk])[] = [
    ['files were not synced', (disk) => withFiles(disk, (file) => ({ ...file, sync: async () => {} }))],
    ['directories were not synced', (disk) => ({ ...disk, syncDirectory: async () => {} })],
    ['nothing was cut off', (disk) => withFiles(disk, (file) => ({ ...file, truncate: async () => {} }))],
  ];
  test.each(broken)('%s', async (_, plant) => {
    expect(await pointsOfNoReturn(ONE, { rotation: rows }, 100, plant)).not.toEqual([]);
  });
});

/** The operations of which a run does not recover when the power is lost before them. */
async function pointsOfNoReturn(
  ranges: readonly Range[],
  { earlier, ...options }: Case,
  points: number,
  plant = (disk: Disk): Disk => disk,
): Promise<number[]> {
  const pages = pagesOf(ranges, 3, 4);
  const begun = async (directory: string): Promise<Checkpoint> => {
    const checkpoint = forgetful();
    const first = new Map([...pages].map(([range, all]) => [range, all.slice(0, earlier)]));
    if (earlier !== undefined) await writeAll(workshop(directory, options), first, checkpoint);
    return checkpoint;
  };
  const write = (directory: string, disk: Disk, checkpoint: Checkpoint): Promise<void> => {
    const format = options.format === addable ? addableWith(checkpoint.notes()) : options.format;
    return writeAll(
      workshop(directory, { ...options, ...(format && { format }), disk: plant(disk) }),
      pages,
      checkpoint,
    );
  };
  const whole = useDirectory();
  const calm = new FailingDisk(Number.POSITIVE_INFINITY, randomFrom(SEED));
  await write(whole, calm, await begun(whole));
  const wanted = filesIn(whole);
  expect(Object.keys(wanted).length).toBeGreaterThan(1);
  expect(calm.operations).toBeGreaterThan(8);

  const step = Math.max(1, Math.floor(calm.operations / points));
  const lost: number[] = [];
  for (let failAt = SEED % step; failAt < calm.operations; failAt += step) {
    const directory = useDirectory();
    const checkpoint = await begun(directory);
    const random = randomFrom(SEED + failAt);
    const disk = new FailingDisk(failAt, random);
    await expect(write(directory, disk, checkpoint)).rejects.toThrow();
    expect(disk.isDown).toBe(true);
    // And once more, in the midst of going on.
    const again = new FailingDisk(random.integer(12), random);
    const wentOn = await write(directory, again, checkpoint)
      .catch((error) => {
        if (!again.isDown) throw error;
      })
      .then(() => write(directory, real, checkpoint))
      .then(
        () => true,
        () => false,
      );
    if (!wentOn || !isDeepStrictEqual(filesIn(directory), wanted)) lost.push(failAt);
  }
  return lost;
}

function withFiles(disk: Disk, change: (file: DiskFile) => DiskFile): Disk {
  return {
    ...disk,
    create: async (path) => change(await disk.create(path)),
    open: async (path) => change(await disk.open(path)),
  };
}
