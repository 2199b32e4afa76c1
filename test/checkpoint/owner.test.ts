import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { freshFile, JOB, usedFile, withCheckpoint } from './place.ts';

const HERE = [{ range: EVERYTHING, resumeAt: 'here' }];
const IN_USE = expect.objectContaining({ code: 'in_use', hint: expect.stringMatching(/--checkpoint/) });

test('a checkpoint has one owner at a time, who is undisturbed by others', async () => {
  const file = usedFile();
  const owner = await ownedByAnotherProcess(file);
  expect(() => withCheckpoint(file, () => {})).toThrow(IN_USE);
  expect(() => withCheckpoint(file, () => {}, { restart: true })).toThrow(IN_USE);
  owner.kill('SIGTERM');
  await once(owner, 'exit');
  expect(withCheckpoint(file, (checkpoint) => checkpoint.positions())).toEqual(HERE);
});

test('a checkpoint is free as soon as its owner is killed, with what was saved', async () => {
  const file = usedFile();
  const owner = await ownedByAnotherProcess(file, "checkpoint.save(checkpoint.positions()[0].range, 'later');");
  owner.kill('SIGKILL');
  await once(owner, 'exit');
  expect(withCheckpoint(file, (checkpoint) => checkpoint.positions())).toEqual([
    { range: EVERYTHING, resumeAt: 'later' },
  ]);
});

test('a checkpoint cannot be opened twice by one process either', () => {
  const file = usedFile();
  withCheckpoint(file, (checkpoint) => {
    expect(() => withCheckpoint(file, () => {})).toThrow(IN_USE);
    expect(checkpoint.positions()).toEqual(HERE);
  });
});

test('a checkpoint that was being made by a process that is no more does not stand in the way', () => {
  const file = freshFile();
  mkdirSync(dirname(file));
  writeFileSync(`${file}.${process.pid}.new`, 'half a draft');
  expect(withCheckpoint(file, (checkpoint) => checkpoint.positions())).toEqual([]);
});

test('what processes left behind that were killed while they made a checkpoint is removed, and nothing else', () => {
  const file = freshFile();
  mkdirSync(dirname(file));
  const [old, young, other] = [`${file}.1.new`, `${file}.2.new-wal`, `${file}.1.new.mine`];
  for (const path of [old, young, other]) writeFileSync(path, '');
  for (const path of [old, other]) utimesSync(path, 0, 0);
  withCheckpoint(file, () => {});
  expect([old, young, other].map((path) => existsSync(path))).toEqual([false, true, true]);
});

test('a checkpoint below a file cannot be kept there', () => {
  expect(() => withCheckpoint(join(usedFile(), 'inside'), () => {})).toThrow(localIo(/inside/));
});

test('a checkpoint cannot be made in a directory that is not ours to write', (context) => {
  context.skip(process.getuid?.() === 0, 'root may write everywhere');
  const directory = dirname(usedFile());
  chmodSync(directory, 0o500);
  onTestFinished(() => chmodSync(directory, 0o700));
  expect(() => withCheckpoint(join(directory, 'new'), () => {})).toThrow(localIo(/new/));
});

function localIo(message: RegExp): unknown {
  return expect.objectContaining({ code: 'local_io', message: expect.stringMatching(message) });
}

/** Resolves once a child process has the checkpoint open; the child holds it until it is killed. */
async function ownedByAnotherProcess(file: string, work = ''): Promise<ChildProcess> {
  const script = `
    import { openCheckpoint } from ${JSON.stringify(new URL('../../src/checkpoint/sqlite.ts', import.meta.url).href)};
    const checkpoint = openCheckpoint(${JSON.stringify(file)}, ${JSON.stringify(JOB)}, { restart: false });
    ${work}
    console.log('open');
    // What nothing refers to may be collected, and is closed by that.
    setInterval(() => checkpoint, 1000);
  `;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  expect(String(line)).toBe('open\n');
  return child;
}
