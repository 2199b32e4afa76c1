import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import avro from 'avsc';
import { beforeEach, expect, test } from 'vitest';
import { useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';
import { fillShelf, type Shelf } from './pair-readers.ts';

let shelf: Shelf;
let directory: string;

beforeEach(async () => {
  shelf = await fillShelf(await useEmulator({ ranges: 1 }), 'orders');
  directory = useDirectory();
});

const out = (): string => join(directory, 'out.avro');

test('Avro has what is known of a change beside its document, without being asked for envelopes', async () => {
  const { failure } = await runCommand(['tail', shelf.address, '-e', '--out', out()]);
  expect(failure).toBe(undefined);
  const records = await recordsOf(out());
  expect(records.map(({ document }) => document).toSorted()).toEqual(shelf.written.toSorted());
  expect(records[0]).toMatchObject({ id: 'n0', partitionKey: '["k0"]', operation: 'upsert' });
  for (const { lsn, time } of records) expect([Number(lsn) > 0, Number(time) > 0]).toEqual([true, true]);
});

test('with a schema of the user, what does not fit is set aside, and the rest is records of it', async () => {
  const flags = ['--out', out(), '--avro-schema', schemaFile('long'), '--dead-letter', join(directory, 'dead.ndjson')];
  const { failure } = await runCommand(['tail', shelf.address, '-e', '--where', 'c.amount < 3', ...flags]);
  expect(failure).toMatchObject({ exitStatus: 3 });
  expect((await recordsOf(out())).length).toBe(0);
  const letters = readFileSync(join(directory, 'dead.ndjson'), 'utf8').split('\n').slice(0, -1);
  expect(letters.length).toBe(3);
  expect(letters[0]).toContain('does not fit the Avro schema: \\"amount\\" is 0.5, and not of type \\"long\\"');
});

test('with one that fits, records are of it', async () => {
  const { failure } = await runCommand([
    ...[
      'query-export',
      shelf.address,
      '--where',
      'c.amount < 2',
      '--out',
      out(),
      '--avro-schema',
      schemaFile('double'),
    ],
  ]);
  expect(failure).toBe(undefined);
  expect((await recordsOf(out())).toSorted((a, b) => Number(a.amount) - Number(b.amount))).toEqual([
    { id: 'n0', amount: 0.5 },
    { id: 'n1', amount: 1.5 },
  ]);
});

function schemaFile(amount: string): string {
  const file = join(directory, 'order.avsc');
  const fields = [
    { name: 'id', type: 'string' },
    { name: 'amount', type: amount },
  ];
  writeFileSync(file, JSON.stringify({ type: 'record', name: 'Order', fields }));
  return file;
}

async function recordsOf(file: string): Promise<Record<string, unknown>[]> {
  const records: Record<string, unknown>[] = [];
  for await (const record of avro.createFileDecoder(file)) records.push({ ...record });
  return records;
}
