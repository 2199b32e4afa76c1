import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { lineOf } from '../../src/dead-letter/letter.ts';
import { listLetters } from '../../src/dead-letter/listing.ts';
import { removal, upsert } from '../support/changes.ts';
import { useDirectory } from '../support/run-cli.ts';
import { letterOf } from './letters.ts';

const [A, B] = [lineOf(letterOf(upsert('a'))).toString(), lineOf(letterOf(upsert('b'))).toString()];

test('letters have the numbers of their lines', async () => {
  expect(await listed(A + B)).toEqual({
    letters: [
      [1, 'a'],
      [2, 'b'],
    ],
    damage: [],
  });
});

test('a letter that came again after a crash is there once, another version of its document is there too', async () => {
  const again = lineOf(letterOf(upsert('a'), { time: new Date(5), attempt: 2 })).toString();
  const newer = lineOf(letterOf(upsert('a', 2))).toString();
  expect(await listed(A + B + again + newer)).toEqual({
    letters: [
      [1, 'a'],
      [2, 'b'],
      [4, 'a'],
    ],
    damage: [],
  });
});

test('a delete of a document that was nothing but its key, and a letter of another job, are letters of their own', async () => {
  const upserted = { ...removal('a'), kind: 'upsert' } as const;
  const job = { source: 'here', target: 'elsewhere', mode: 'latest version' };
  const letters = [letterOf(upserted), letterOf(removal('a')), letterOf(upserted, { job })];
  expect((await listed(letters.map((letter) => lineOf(letter).toString()).join(''))).letters).toHaveLength(3);
});

test('where versions are known, they tell', async () => {
  const lines = ['one', 'one', 'two'].map((version) => lineOf(letterOf({ ...upsert('a'), version })).toString());
  expect((await listed(lines.join(''))).letters).toEqual([
    [1, 'a'],
    [3, 'a'],
  ]);
});

test('damage is told, and is not the end', async () => {
  const file = `${A}garbage\n\n${B}${B.slice(0, 50)}`;
  expect(await listed(file)).toEqual({
    letters: [
      [1, 'a'],
      [4, 'b'],
    ],
    damage: [
      [2, false],
      [5, true],
    ],
  });
});

test('a last line without its line break is whole if it is', async () => {
  expect(await listed(A.trimEnd())).toEqual({ letters: [[1, 'a']], damage: [] });
});

test('lines may be longer than what is read at once', async () => {
  const document = Buffer.from(JSON.stringify({ id: 'long', text: 'ü'.repeat(200_000) }));
  const line = lineOf(letterOf({ ...upsert('long'), document })).toString();
  expect((await listed(A + line + B)).letters).toEqual([
    [1, 'a'],
    [2, 'long'],
    [3, 'b'],
  ]);
});

test('a file that does not begin with a letter is none of letters, but for one that a crash has torn', async () => {
  for (const text of ['{"id":"a"}\n'.repeat(3), '\n\nid,name\n', '\u0000', `{"deadLetters":1}\n${A}`])
    await expect(listed(text)).rejects.toMatchObject({
      exitStatus: 2,
      message: expect.stringMatching(/is not a file of/),
    });
  expect(await listed('')).toEqual({ letters: [], damage: [] });
  expect(await listed(A.slice(0, 9))).toEqual({ letters: [], damage: [[1, true]] });
  expect(await listed(`\n${A.slice(0, 9)}`)).toEqual({ letters: [], damage: [[2, true]] });
  expect(await listed(`${A.slice(0, 90)}\n${B}`)).toEqual({ letters: [[2, 'b']], damage: [[1, false]] });
});

test('a file that is not there is an error of local input and output', async () => {
  const reading = listLetters(join(useDirectory(), 'none'), () => {}).next();
  await expect(reading).rejects.toMatchObject({ code: 'local_io', message: expect.stringContaining('none') });
});

async function listed(text: string): Promise<{ letters: unknown[]; damage: unknown[] }> {
  const file = join(useDirectory(), 'dead.ndjson');
  writeFileSync(file, text);
  const damage: unknown[] = [];
  const letters: unknown[] = [];
  for await (const { number, document } of listLetters(file, (line, isTorn) => damage.push([line, isTorn]))) {
    letters.push([number, (JSON.parse(document.toString()) as { id: string }).id]);
  }
  return { letters, damage };
}
