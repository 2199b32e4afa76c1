import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import { type Disk, disk } from '../../../src/sinks/files/disk.ts';
import { FlowError } from '../../../src/support/error.ts';
import { skip } from '../../support/endpoint.ts';
import { useDirectory } from '../../support/run-cli.ts';
import { filesIn, ONE, pagesOf, workshop, writeAll } from './rig.ts';

test('on a full disk the run ends with what is committed, and goes on once there is room', async () => {
  const directory = useSmallDisk();
  const calm = useDirectory();
  const pages = pagesOf(ONE, 30, 100);
  writeFileSync(join(directory, 'ballast'), Buffer.alloc(128 * 1024));
  const checkpoint = forgetful();
  const out = join(directory, 'out');
  mkdirSync(out);
  await expect(writeAll(workshop(out), pages, checkpoint)).rejects.toMatchObject({
    exitStatus: 9,
    message: expect.stringContaining('part-00-FF-00001.ndjson.partial'),
  });
  const [partial = ''] = readdirSync(out);
  const { bytes } = JSON.parse(checkpoint.notes().get('file/part-00-FF-00001.ndjson') ?? '') as { bytes: number };
  expect(bytes).toBeGreaterThan(0);
  expect(statSync(join(out, partial)).size).toBe(bytes);
  rmSync(join(directory, 'ballast'));
  await writeAll(workshop(out), pages, checkpoint);
  await writeAll(workshop(calm), pages);
  expect(filesIn(out)).toEqual(filesIn(calm));
});

test('an error of a sync ends the run at once, and the file is never synced again', async () => {
  const directory = useDirectory();
  let syncs = 0;
  const broken: Disk = {
    ...disk,
    create: async (path) => ({
      ...(await disk.create(path)),
      sync: async () => {
        if (++syncs === 2) throw new FlowError('local_io', `cannot write "${path}": EIO`);
      },
    }),
  };
  const checkpoint = forgetful();
  await expect(writeAll(workshop(directory, { disk: broken }), pagesOf(ONE, 4, 1), checkpoint)).rejects.toMatchObject({
    exitStatus: 9,
  });
  expect(syncs).toBe(2);
  expect(checkpoint.positions()).toEqual([{ range: ONE[0], resumeAt: '0-0' }]);
});

/** A file system of 256 KB, where one can be had. */
function useSmallDisk(): string {
  const directory = useDirectory();
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', directory], { stdio: 'ignore' });
  } catch {
    skip('there is no small file system to be had: it needs the right to mount');
  }
  onTestFinished(() => void execFileSync('umount', [directory]));
  return directory;
}
