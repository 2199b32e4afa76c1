import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openFileOutput } from '../../src/receiver/file-output.ts';
import { useDirectory } from '../support/run-cli.ts';

test('lines are added in order behind what is there, and a new file is for its owner alone', async () => {
  const file = join(useDirectory(), 'events.ndjson');
  for (const part of [1, 2]) {
    const output = await openFileOutput(file, never);
    await Promise.all([1, 2, 3].map((number) => output.append(Buffer.from(`{"n":${part}${number}}\n`))));
    await output.close();
  }
  expect(readFileSync(file, 'utf8')).toBe('{"n":11}\n{"n":12}\n{"n":13}\n{"n":21}\n{"n":22}\n{"n":23}\n');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a line that a crash has torn is cut off, and told', async () => {
  const file = join(useDirectory(), 'events.ndjson');
  const whole = `{"id":"${'a'.repeat(100_000)}"}\n`;
  const torn = `{"id":"${'b'.repeat(200_000)}`;
  writeFileSync(file, whole + torn);
  const told: number[] = [];
  const output = await openFileOutput(file, (bytes) => told.push(bytes));
  await output.append(Buffer.from('{}\n'));
  await output.close();
  expect(readFileSync(file, 'utf8')).toBe(`${whole}{}\n`);
  expect(told).toEqual([torn.length]);
});

test('a last line that only lacks its end is kept', async () => {
  const file = join(useDirectory(), 'events.ndjson');
  writeFileSync(file, '{"id":"a"}');
  const output = await openFileOutput(file, never);
  await output.append(Buffer.from('{}\n'));
  await output.close();
  expect(readFileSync(file, 'utf8')).toBe('{"id":"a"}\n{}\n');
});

test('a file that holds something else is refused, and left as it is', async () => {
  const file = join(useDirectory(), 'letter.txt');
  writeFileSync(file, 'Dear reader');
  await expect(openFileOutput(file, never)).rejects.toMatchObject({ code: 'configuration', hint: /--out/ });
  expect(readFileSync(file, 'utf8')).toBe('Dear reader');
});

test('a directory that is missing is the user’s to make', async () => {
  const file = join(useDirectory(), 'no', 'events.ndjson');
  await expect(openFileOutput(file, never)).rejects.toMatchObject({ code: 'local_io', message: /events\.ndjson/ });
});

test.skipIf(process.platform !== 'linux')(
  'on a full disk nothing is stored, now or later (only Linux has /dev/full)',
  async () => {
    const output = await openFileOutput('/dev/full', never);
    const full = { code: 'local_io', message: expect.stringMatching(/"\/dev\/full": ENOSPC/) };
    await expect(output.append(Buffer.from('{}\n'))).rejects.toMatchObject(full);
    await expect(output.append(Buffer.from('{}\n'))).rejects.toMatchObject(full);
    await expect(output.close()).rejects.toMatchObject(full);
  },
);

function never(): never {
  throw new Error('nothing was torn');
}
