import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import { type Checkpoint, EVERYTHING } from '../../../src/contract.ts';
import { type Disk, disk } from '../../../src/sinks/files/disk.ts';
import { useDirectory } from '../../support/run-cli.ts';
import { filesIn, ONE, openFiles, pageOf, pagesOf, workshop, writeAll } from './rig.ts';

const OPEN = 'part-00-FF-00002.ndjson.partial';
const DONE = 'part-00-FF-00001.ndjson';
const rotation = { rows: 3, bytes: undefined, everyMs: undefined };

const DAMAGES: readonly (readonly [string, string, (path: string) => void])[] = [
  ['is shorter', OPEN, (path) => truncateSync(path, 10)],
  ['is empty', OPEN, (path) => truncateSync(path, 0)],
  ['has another byte', OPEN, flip],
  ['is gone', OPEN, (path) => rmSync(path)],
  ['is another file of the job', OPEN, (path) => copyFileSync(path.replace(OPEN, DONE), path)],
  ['is a link to what it was', OPEN, linked],
  ['is a pipe', OPEN, piped],
  ['has its last name already', OPEN, (path) => copyFileSync(path, path.replace('.partial', ''))],
  ['that is done is shorter', DONE, (path) => truncateSync(path, 10)],
  ['that is done is longer', DONE, (path) => appendFileSync(path, '{}\n')],
  ['that is done has another byte', DONE, flip],
  ['that is done has another byte, and the times that it had', DONE, flipInSecret],
  ['that is done is gone', DONE, (path) => rmSync(path)],
  ['that is done is a link to what it was', DONE, linked],
];

describe('a run does not go on when a file', () => {
  test.each(DAMAGES)('%s', async (_, name, damage) => {
    const directory = useDirectory();
    const checkpoint = await stoppedIn(directory);
    damage(join(directory, name));
    const before = damage === piped ? undefined : filesIn(directory);
    await expect(writeAll(workshop(directory, { rotation }), pagesOf(ONE, 4, 2), checkpoint)).rejects.toMatchObject({
      code: 'output_damaged',
      exitStatus: 8,
    });
    if (before) expect(filesIn(directory)).toEqual(before);
  });
});

test('what was written behind the last commit is cut off, whatever it is', async () => {
  const [directory, calm] = [useDirectory(), useDirectory()];
  const checkpoint = await stoppedIn(directory);
  appendFileSync(join(directory, OPEN), '{"id":"torn');
  await writeAll(workshop(directory, { rotation }), pagesOf(ONE, 4, 2), checkpoint);
  await writeAll(workshop(calm, { rotation }), pagesOf(ONE, 4, 2));
  expect(filesIn(directory)).toEqual(filesIn(calm));
});

test('a file that is done and was only touched is read again, and is as good', async () => {
  const directory = useDirectory();
  const checkpoint = await stoppedIn(directory);
  utimesSync(join(directory, DONE), 1, 1);
  await writeAll(workshop(directory, { rotation }), pagesOf(ONE, 4, 2), checkpoint);
});

test('of files that are done, only those that were touched are read again', async () => {
  const directory = useDirectory();
  const checkpoint = forgetful();
  const read: string[] = [];
  const watched: Disk = {
    ...disk,
    async open(path) {
      const file = await disk.open(path);
      const noted: typeof file.read = (...asked) => {
        read.push(basename(path));
        return file.read(...asked);
      };
      return { ...file, read: noted };
    },
  };
  const run = () => writeAll(workshop(directory, { rotation, disk: watched }), pagesOf(ONE, 3, 2), checkpoint);
  await run();
  await run();
  expect(read).toEqual([]);
  utimesSync(join(directory, DONE), 1, 1);
  await run();
  expect(new Set(read)).toEqual(new Set([DONE]));
});

describe('a run ends when its file, while it writes,', () => {
  const damages: readonly (readonly [string, (path: string) => void])[] = [
    ['is moved away', (path) => renameSync(path, `${path}.1`)],
    [
      'is replaced',
      (path) => {
        renameSync(path, `${path}.1`);
        copyFileSync(`${path}.1`, path);
      },
    ],
    ['is cut', (path) => truncateSync(path, 0)],
    ['is written to by another', (path) => appendFileSync(path, `${' '.repeat(500)}\n`)],
  ];
  test.each(damages)('%s', async (_, damage) => {
    const directory = useDirectory();
    const sink = await openFiles(workshop(directory));
    await sink.write(pageOf('a', 2).changes, EVERYTHING);
    damage(join(directory, `${DONE}.partial`));
    await expect(sink.write(pageOf('b', 1).changes, EVERYTHING)).rejects.toMatchObject({ exitStatus: 8 });
    await sink.close();
  });
});

test('a file that was replaced does not get its name', async () => {
  const directory = useDirectory();
  const sink = await openFiles(workshop(directory, { rotation: { ...rotation, rows: 2 } }));
  await sink.write(pageOf('a', 2).changes, EVERYTHING);
  renameSync(join(directory, `${DONE}.partial`), join(directory, 'away'));
  writeFileSync(join(directory, `${DONE}.partial`), 'other');
  await expect(sink.write([], EVERYTHING)).rejects.toMatchObject({ exitStatus: 8 });
  await sink.close();
  expect(Object.keys(filesIn(directory))).toEqual(['away', `${DONE}.partial`]);
});

test('nothing is written through a link that has the name of a file to be', async () => {
  const [directory, elsewhere] = [useDirectory(), useDirectory()];
  const target = join(elsewhere, 'target');
  writeFileSync(target, 'precious');
  const sink = await openFiles(workshop(directory));
  symlinkSync(target, join(directory, `${DONE}.partial`));
  await expect(sink.write(pageOf('a', 1).changes, EVERYTHING)).rejects.toMatchObject({ exitStatus: 8 });
  await sink.close();
  expect(readFileSync(target, 'utf8')).toBe('precious');
});

test('a file of somebody else is not replaced when a file gets its name', async () => {
  const directory = useDirectory();
  const sink = await openFiles(workshop(directory));
  await sink.write(pageOf('a', 1).changes, EVERYTHING);
  writeFileSync(join(directory, DONE), 'precious');
  await expect(sink.finish?.()).rejects.toMatchObject({ exitStatus: 8 });
  await sink.close();
  expect(readFileSync(join(directory, DONE), 'utf8')).toBe('precious');
});

/** Leaves a file that is done, and one that is open and has a row. */
async function stoppedIn(directory: string): Promise<Checkpoint> {
  const checkpoint = forgetful();
  const sink = await openFiles(workshop(directory, { rotation }), checkpoint);
  checkpoint.begin([{ range: EVERYTHING, resumeAt: undefined }]);
  for (const { changes, resumeAt } of pagesOf(ONE, 2, 2).get(EVERYTHING) ?? []) {
    checkpoint.save(EVERYTHING, resumeAt, await sink.write(changes, EVERYTHING));
  }
  // A page without changes: what is complete gets its name.
  await sink.write([], EVERYTHING);
  await sink.close();
  expect(Object.keys(filesIn(directory))).toEqual([DONE, OPEN]);
  return checkpoint;
}

function flip(path: string): void {
  const bytes = readFileSync(path);
  bytes[5] = (bytes[5] as number) ^ 1;
  writeFileSync(path, bytes);
}

function flipInSecret(path: string): void {
  const { atime, mtime } = statSync(path);
  flip(path);
  utimesSync(path, atime, mtime);
}

function linked(path: string): void {
  renameSync(path, `${path}.away`);
  symlinkSync(`${path}.away`, path);
}

function piped(path: string): void {
  rmSync(path);
  execFileSync('mkfifo', [path]);
}
