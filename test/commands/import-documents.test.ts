import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const MINUTE_MS = 60_000;

describe('an import with --if-newer', () => {
  test('by a path writes what is newer than what the target has, and leaves the rest', async () => {
    const { write, importing, contents } = await open();
    await write('newer', { version: 3 });
    await write('older', { version: 1 });
    await write('without', {});
    const { failure, notes } = await importing(
      ['newer', 'older', 'without', 'new'].map((id) => `{"id":"${id}","pk":"x","version":2.0}`),
      ['--if-newer', '/version'],
    );
    expect(failure).toBeUndefined();
    expect(notes).toContain('left 1 as they are: the target has what is as new or newer');
    expect(await contents()).toEqual([
      '{"id":"new","pk":"x","version":2.0}',
      '{"id":"newer","pk":"x","version":3}',
      '{"id":"older","pk":"x","version":2.0}',
      '{"id":"without","pk":"x","version":2.0}',
    ]);
  });

  test('by _ts compares with when the target was written, keeps the time, and takes an older file for older from then on', async () => {
    const { pass, write, importing, seconds, contents } = await open();
    for (const id of ['a', 'b']) await write(id, { from: 'the target' });
    const written = seconds();
    const file = (time: number) =>
      ['a', 'b'].map((id, index) => `{"id":"${id}","pk":"x","of":${time},"_ts":${time - 60 * index}}`);
    pass(MINUTE_MS);
    expect((await importing(file(written + 30), ['--if-newer', '_ts'])).failure).toBeUndefined();
    const expected = [
      `{"_srcTs":${written + 30},"id":"a","pk":"x","of":${written + 30}}`,
      '{"id":"b","pk":"x","from":"the target"}',
    ];
    expect(await contents()).toEqual(expected);
    const { notes } = await importing(file(written + 20), ['--if-newer', '_ts']);
    expect(notes.join()).toMatch(/left 2 as they are/);
    expect(await contents()).toEqual(expected);
  });

  test('says when it judges by a plain import, and --keep-ts mends that', async () => {
    const { pass, write, importing, exported, contents } = await open();
    await write('a', { version: 1 });
    const first = await exported();
    pass(MINUTE_MS);
    await write('a', { version: 2 });
    const second = await exported();
    pass(MINUTE_MS);
    await importing(first, []);
    const { notes } = await importing(second, ['--if-newer', '_ts']);
    expect(notes).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/an import without --if-newer .*: import again with --keep-ts _srcTs, and without/),
        expect.stringMatching(/1 of them .* what the file has may be newer, and was NOT written/),
      ]),
    );
    expect((await contents()).join()).toContain('"version":1');
    await importing(first, ['--keep-ts', '_srcTs']);
    expect((await importing(second, ['--if-newer', '_ts'])).notes.join()).not.toContain('warning');
    expect((await contents()).join()).toContain('"version":2');
  });

  test.each([
    '{"id":"a","pk":"x"}',
    '{"id":"a","pk":"x","_ts":"yesterday"}',
    '{"id":"a","pk":"x","_ts":"2026-11-21T00:00Z"}',
  ])('refuses what tells no time: %s', async (text) => {
    const { importing, contents } = await open();
    const { failure } = await importing([text], ['--if-newer', '_ts']);
    expect(failure).toMatchObject({ message: expect.stringMatching(/"a" is not written: it tells no _ts/) });
    expect(await contents()).toEqual([]);
  });
});

test('--keep-ts does not put the time where something else is', async () => {
  const { importing } = await open();
  const { failure } = await importing(['{"id":"a","pk":"x","_ts":1}'], ['--keep-ts', 'pk']);
  expect(failure).toMatchObject({ code: 'usage', message: expect.stringMatching(/"pk" means something else/) });
});

/** A container with a clock, and files to be brought in. */
async function open() {
  let now = Date.now() - 10 * MINUTE_MS;
  const { emulator, client } = await useContainer({ clock: () => now, ranges: 1 });
  const items = client.database('db').container('items').items;
  const [address, cwd] = [addressOf(emulator, 'db/items'), useDirectory()];
  return {
    pass: (ms: number) => {
      now += ms;
    },
    write: (id: string, rest: object) => items.upsert({ id, pk: 'x', ...rest }),
    /** By the clock of the container. */
    seconds: () => Math.floor(now / 1000),
    contents: () => contentsOf(emulator, 'db/items'),
    exported: async () => {
      const { stdout } = await runCommand(['tail', address, '-e', '--system-properties']);
      return stdout.trim().split('\n');
    },
    importing: (lines: readonly string[], flags: readonly string[]) => {
      const file = join(cwd, 'input.ndjson');
      writeFileSync(file, lines.join('\n'));
      return runCommand(['produce', address, '--input', file, ...flags]);
    },
  };
}
