import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { lineOf } from '../../src/dead-letter/letter.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { letterOf } from '../dead-letter/letters.ts';
import { removal, upsert } from '../support/changes.ts';
import { faultsOn, useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const NOW = Math.floor(Date.now() / 1000);
const [BEFORE, LATER] = [NOW - 3600, NOW + 3600];
const NO_DOCUMENT = Buffer.from('no document');

describe('a letter', () => {
  test.each<[string, readonly Change[], readonly Change[], string[], RegExp | undefined]>([
    ['of what is not there is applied', [], [at(upsert('a', 5), BEFORE)], ['a 5'], undefined],
    ['of what is older there is applied', [upsert('a', 4)], [at(upsert('a', 5), LATER)], ['a 5'], undefined],
    [
      'of what is newer there is not',
      [upsert('a', 6)],
      [at(upsert('a', 5), BEFORE)],
      ['a 6'],
      /^1 letter was not applied/,
    ],
    ['of what is the same there is done', [upsert('a', 5)], [at(upsert('a', 5), BEFORE)], ['a 5'], undefined],
    ['without a time is applied where there is nothing', [upsert('b', 1)], [upsert('a', 5)], ['a 5', 'b 1'], undefined],
    ['without a time is not applied over something', [upsert('a', 4)], [upsert('a', 5)], ['a 4'], /not applied/],
    ['of a delete deletes what is older', [upsert('a', 4)], [at(removal('a'), LATER)], [], undefined],
    ['of a delete leaves what is newer', [upsert('a', 4)], [at(removal('a'), BEFORE)], ['a 4'], /not applied/],
    [
      'counts for the last of several of a document',
      [],
      [at(upsert('a', 7), BEFORE + 2), at(upsert('a', 5), BEFORE)],
      ['a 7'],
      undefined,
    ],
  ])('%s, twice, however often the answer is lost', async (_, there, changes, left, failure) => {
    const rig = await open(there, changes);
    for (let run = 0; run < 2; run++) {
      rig.intercept = faultsOn('batch', [{ after: 'drop' }]);
      const { failure: thrown } = await rig.replay();
      expect(await rig.names()).toEqual(left);
      if (failure)
        expect(thrown).toMatchObject({
          code: 'set_aside',
          message: expect.stringMatching(failure),
          hint: 'the target keeps what it has where a letter is not known to be newer',
        });
      else expect(thrown).toBeUndefined();
    }
  });

  test('of more than a page of them the last of each document counts, although what was applied is newer by then', async () => {
    const changes = Array.from({ length: 250 }, (_, index) => at(upsert(`item-${index % 7}`, index), BEFORE + index));
    const rig = await open([], changes);
    const { failure, notes } = await rig.replay();
    expect(failure).toBeUndefined();
    expect(notes).toContain('passed over 243: a newer letter is of the same document');
    expect(await rig.names()).toEqual(Array.from({ length: 7 }, (_, item) => `item-${item} ${243 + ((item + 2) % 7)}`));
  });

  test.each([
    ['without times', [upsert('a', 5), upsert('a', 4)]],
    ['whatever their times', [at(upsert('a', 5), BEFORE), at(upsert('a', 4), LATER)]],
    [
      'beside one that nothing can be made of',
      [upsert('a', 5), upsert('a', 4), { ...upsert('a'), document: NO_DOCUMENT }],
    ],
  ])('is passed over for one that is newer by what --if-newer names, %s', async (_, changes) => {
    const rig = await open([], changes);
    const { notes } = await rig.replay('--if-newer', '/version');
    expect(notes).toContain('passed over 1: a newer letter is of the same document');
    expect(await rig.names()).toEqual(['a 5']);
  });

  test('that cannot be compared with others of its document is refused, and void for none of them', async () => {
    const without = { ...upsert('a'), document: Buffer.from('{"id":"a","pk":"key of a"}') };
    const rig = await open([], [upsert('a', 5), without]);
    const { failure, notes } = await rig.replay('--if-newer', '/version');
    expect(failure).toMatchObject({ code: 'set_aside', message: expect.stringMatching(/^1 letter was not applied/) });
    expect(notes).toContainEqual(expect.stringContaining('it tells no /version'));
    expect(await rig.names()).toEqual(['a 5']);
  });

  test('is compared with the time that the target keeps', async () => {
    const kept = {
      ...upsert('a', 4),
      document: Buffer.from(`{"id":"a","pk":"key of a","version":4,"_srcTs":${BEFORE}}`),
    };
    const rig = await open([kept], [at(upsert('a', 5), BEFORE + 1)]);
    expect((await rig.replay()).failure).toBeUndefined();
    expect(await rig.names()).toEqual(['a 5']);
  });

  test('is applied over something newer when it is forced to', async () => {
    const rig = await open([upsert('a', 6)], [at(upsert('a', 5), BEFORE)]);
    expect((await rig.replay('--write', 'upsert')).failure).toBeUndefined();
    expect(await rig.names()).toEqual(['a 5']);
  });

  test('alone is applied, by its number', async () => {
    const rig = await open([], [upsert('a', 1), upsert('b', 1)]);
    expect((await rig.replay('--letter', '2')).failure).toBeUndefined();
    expect(await rig.names()).toEqual(['b 1']);
    expect((await rig.replay('--letter', '3')).failure).toMatchObject({ code: 'usage' });
  });
});

test('what is refused again stays in the file, and goes to another where one is named', async () => {
  const large = { ...upsert('large'), document: Buffer.from(`{"id":"large","pk":"${'x'.repeat(2.2e6)}"}`) };
  const flawed = { ...upsert('f'), document: Buffer.from('no document') };
  const rig = await open([], [large, upsert('a', 1), flawed]);
  const before = readFileSync(rig.file);
  const { failure, notes } = await rig.replay();
  expect(failure).toMatchObject({
    code: 'set_aside',
    message: expect.stringMatching(/^2 letters were not applied/),
    hint: expect.stringMatching(/^mend what .* again; what is no document can only be mended where it came from/),
  });
  expect(notes).toContainEqual(expect.stringContaining('"large"'));
  expect(notes).toContain('letter 3 cannot be replayed: it is not JSON');
  expect(await rig.names()).toEqual(['a 1']);
  expect(readFileSync(rig.file).equals(before)).toBe(true);

  const again = join(rig.cwd, 'again.ndjson');
  expect((await rig.replay('--dead-letter', again)).failure).toMatchObject({ code: 'set_aside' });
  expect(readFileSync(again, 'utf8').trim().split('\n')).toHaveLength(2);
  expect((await rig.replay('--dead-letter', rig.file)).failure).toMatchObject({ code: 'usage' });
});

test('a line that is no letter is not passed over in silence, but for one that a crash has torn', async () => {
  const rig = await open([], [upsert('a', 1)]);
  appendFileSync(rig.file, lineOf(letterOf(upsert('b', 1))).subarray(0, 50));
  const torn = await rig.replay();
  expect(torn.failure).toBeUndefined();
  expect(torn.notes).toContainEqual(expect.stringMatching(/^line 2 of .* was not written to its end/));
  appendFileSync(rig.file, '\n{"id":"something else"}\n');
  const { failure, notes } = await rig.replay();
  expect(failure).toMatchObject({ code: 'set_aside', message: expect.stringMatching(/^2 letters were not applied/) });
  expect(notes).toContain('line 3 is no letter');
});

test('a container is not made for letters', async () => {
  const rig = await open([], [upsert('a')]);
  const { failure } = await runCommand(['replay', rig.file, addressOf(rig.emulator, 'db/other')]);
  expect(failure).toMatchObject({ code: 'container_not_found' });
});

test('letters that are applied are counted apart from those that change nothing', async () => {
  const rig = await open([upsert('b', 6)], [at(upsert('a', 5), BEFORE), at(upsert('b', 5), BEFORE)]);
  expect((await rig.replay()).facts).toMatchObject({ read: 2, written: 1, unchanged: 1, skipped: 0 });
  expect((await rig.replay()).facts).toMatchObject({ read: 2, written: 0, unchanged: 2, skipped: 0 });
});

async function open(there: readonly Change[], letters: readonly Change[]) {
  const rig = await useContainer();
  if (there.length > 0) await cosmosSink(rig.connection, rig.facts, { concurrency: 1 }).write(there, EVERYTHING);
  const cwd = useDirectory();
  const file = join(cwd, 'dead.ndjson');
  writeFileSync(file, Buffer.concat(letters.map((change) => lineOf(letterOf(change)))));
  return Object.assign(rig, {
    cwd,
    file,
    replay: (...flags: string[]) => runCommand(['replay', file, addressOf(rig.emulator, 'db/items'), ...flags]),
    names: async () =>
      (await contentsOf(rig.emulator, 'db/items'))
        .map((text) => JSON.parse(text) as { id: string; version: number })
        .map(({ id, version }) => `${id} ${version}`)
        .sort(),
  });
}

function at(change: Change, time: number): Change {
  return { ...change, time };
}
