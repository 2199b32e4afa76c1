import { appendFileSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { type FileHandle, open as openFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import type { Sink } from '../../src/contract.ts';
import { type DeadLetters, openDeadLetters } from '../../src/dead-letter/file.ts';
import { lineOf, OPENING } from '../../src/dead-letter/letter.ts';
import { run } from '../../src/pipeline/run.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { settingAside } from '../../src/sinks/setting-aside.ts';
import { Tally } from '../../src/support/tally.ts';
import { pageOf, sourceOf } from '../sources/pages.ts';
import { upsert } from '../support/changes.ts';
import { useDirectory } from '../support/run-cli.ts';
import { letterOf } from './letters.ts';

test('letters are in the file, in their order, and only its owner may read them', async () => {
  const file = join(useDirectory(), 'new', 'dead.ndjson');
  const letters = await open(file);
  const [a, b, c] = ['a', 'b', 'c'].map((id) => letterOf(upsert(id)));
  await Promise.all([letters.add([a, b] as never), letters.add([c] as never)]);
  expect(readFileSync(file, 'utf8')).toBe([a, b, c].map((letter) => lineOf(letter as never)).join(''));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('what is in the file stays, and what a crash has torn does not tear the next letter', async () => {
  const file = join(useDirectory(), 'dead.ndjson');
  await (await open(file)).add([letterOf(upsert('a'))]);
  const whole = lineOf(letterOf(upsert('b')));
  appendFileSync(file, whole.subarray(0, 40));
  await (await open(file)).add([letterOf(upsert('c'))]);
  expect(readFileSync(file, 'utf8').split('\n')).toEqual([
    lineOf(letterOf(upsert('a')))
      .toString()
      .trimEnd(),
    whole.toString('utf8', 0, 40),
    lineOf(letterOf(upsert('c')))
      .toString()
      .trimEnd(),
    '',
  ]);
});

test('a file that is new is there for good before a letter is in it', async () => {
  const file = join(useDirectory(), 'dead.ndjson');
  const syncs: boolean[] = [];
  await onHandle('sync', async () => {
    syncs.push(existsSync(file));
  });
  const letters = await open(file);
  expect(syncs).toEqual([true]);
  await letters.add([letterOf(upsert('a'))]);
  await open(file);
  expect(syncs).toHaveLength(2);
});

test('a document may be overwritten as soon as its letter was handed over', async () => {
  const file = join(useDirectory(), 'dead.ndjson');
  const letters = await open(file);
  const [first, second] = [upsert('a'), upsert('b')].map((change) => ({
    ...change,
    document: Buffer.from(change.document),
  }));
  const added = [letters.add([letterOf(first)]), letters.add([letterOf(second)])];
  for (const change of [first, second]) change?.document.fill('!');
  await Promise.all(added);
  expect(readFileSync(file, 'utf8')).toBe(
    [upsert('a'), upsert('b')].map((change) => lineOf(letterOf(change))).join(''),
  );
});

describe('refused is', () => {
  test('a file with something else in it, which stays as it is', async () => {
    for (const text of ['{"id":"a"}\n', 'x', '{"deadLetter":2}']) {
      const file = join(useDirectory(), 'orders.ndjson');
      writeFileSync(file, text);
      await expect(openDeadLetters(file)).rejects.toMatchObject({
        code: 'usage',
        message: expect.stringContaining('something else'),
      });
      expect(readFileSync(file, 'utf8')).toBe(text);
    }
  });

  test('a symbolic link, and nothing is made where it points', async () => {
    const directory = useDirectory();
    symlinkSync(join(directory, 'elsewhere'), join(directory, 'dead.ndjson'));
    await expect(openDeadLetters(join(directory, 'dead.ndjson'))).rejects.toMatchObject({
      code: 'local_io',
      hint: expect.stringContaining('link'),
    });
    expect(existsSync(join(directory, 'elsewhere'))).toBe(false);
  });

  test('a directory, and a device', async () => {
    mkdirSync(join(useDirectory(), 'd'));
    await expect(openDeadLetters(useDirectory())).rejects.toMatchObject({ code: 'local_io' });
    await expect(openDeadLetters('/dev/null')).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringContaining('regular file'),
    });
  });
});

async function open(file: string): Promise<DeadLetters> {
  const letters = await openDeadLetters(file);
  onTestFinished(() => letters.close());
  return letters;
}

describe('the position of a page is saved', () => {
  test('after its letters are synced to the disk', async () => {
    const events: string[] = [];
    const letters = await open(join(useDirectory(), 'dead.ndjson'));
    await onHandle('sync', async () => {
      await new Promise(setImmediate);
      events.push('synced');
    });
    await runInto(letters, (event) => events.push(event));
    expect(events).toEqual(['synced', 'saved']);
  });

  test('never, when the disk is full; the run ends with 9, and the next letter is whole', async () => {
    const file = join(useDirectory(), 'dead.ndjson');
    const letters = await open(file);
    const full = Object.assign(new Error('ENOSPC: no space left on device, write'), {
      code: 'ENOSPC',
      syscall: 'write',
    });
    const restore = await onHandle('appendFile', async () => {
      appendFileSync(file, OPENING);
      throw full;
    });
    const events: string[] = [];
    const run = runInto(letters, (event) => events.push(event));
    await expect(run).rejects.toMatchObject({
      code: 'local_io',
      exitStatus: 9,
      message: expect.stringContaining('no space'),
    });
    expect(events).toEqual([]);
    restore();
    await letters.add([letterOf(upsert('b'))]);
    expect(readFileSync(file, 'utf8')).toBe(`${OPENING}\n${lineOf(letterOf(upsert('b')))}`);
  });
});

/** Moves one page, whose only change is refused and set aside, by the engine. */
async function runInto(letters: DeadLetters, tell: (event: string) => void): Promise<void> {
  const refusing: Sink = {
    write: async ([change]) => {
      if (change) throw new Refused([{ change, reason: new Error('no') }], []);
    },
    close: async () => {},
  };
  const sink = settingAside(
    refusing,
    ({ refusals }) => letters.add(refusals.map(({ change }) => letterOf(change))),
    new Tally(),
  );
  const checkpoint = forgetful();
  const save: typeof checkpoint.save = (...position) => {
    tell('saved');
    checkpoint.save(...position);
  };
  const options = { window: 4, signal: new AbortController().signal };
  await run(sourceOf([pageOf([upsert('a')])]), sink, { ...checkpoint, save }, options);
}

/** What all open files do from now on, to the end of the test or until it is taken back. */
async function onHandle(method: 'sync' | 'appendFile', work: () => Promise<void>): Promise<() => void> {
  const handle = await openFile('/dev/null');
  const spy = vi.spyOn(Object.getPrototypeOf(handle) as FileHandle, method).mockImplementation(work);
  await handle.close();
  onTestFinished(() => spy.mockRestore());
  return () => spy.mockRestore();
}
