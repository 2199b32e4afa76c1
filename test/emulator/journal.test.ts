import { BulkOperationType, type OperationInput } from '@azure/cosmos';
import { expect, test } from 'vitest';
import type { JournalEntry } from '../../src/emulator/emulator.ts';
import { connect, openRig } from './rig.ts';

test('the journal has every change of a document in the order in which they were applied', async () => {
  const heard: JournalEntry[] = [];
  const { emulator, container } = await openRig({ onApplied: (entry) => heard.push(entry) });
  const { etag: first } = await container.items.create({ id: '1', pk: 'a' });
  const { etag: second } = await container.items.upsert({ id: '1', pk: 'a', v: 2 });
  await container.item('1', 'a').delete();
  await expect(container.item('1', 'a').delete()).rejects.toMatchObject({ code: 404 });

  const { resource } = await container.read();
  const common = { database: 'db', container: 'items', rid: resource?._rid, key: '["a"]', id: '1' };
  const entries = emulator.journal();
  expect(entries).toEqual([
    { ...common, sequence: 1, operation: 'create', range: entries[0]?.range, lsn: 1, etag: first },
    { ...common, sequence: 2, operation: 'replace', range: entries[0]?.range, lsn: 2, etag: second },
    { ...common, sequence: 3, operation: 'delete', range: entries[0]?.range, lsn: 3, etag: second },
  ]);
  expect(heard).toEqual(entries);
  expect(emulator.journal(2)).toEqual(entries.slice(2));
});

test('what a failed transaction took back is not in the journal, what a batch did has one commit', async () => {
  const { emulator, container } = await openRig();
  const create = (id: string): OperationInput => ({ operationType: BulkOperationType.Create, resourceBody: { id } });
  await container.items.batch([create('1'), create('2'), create('1')], [{}] as never);
  expect(emulator.journal()).toEqual([]);
  const { code } = await container.items.batch([create('1'), create('2')], [{}] as never);
  expect(code).toBe(200);
  expect(emulator.journal()).toMatchObject([
    { id: '1', lsn: 1 },
    { id: '2', lsn: 1 },
  ]);
});

test('the journal keeps as many changes as it is told to, and numbers all of them', async () => {
  const { emulator, container } = await openRig({ journalEntries: 3 });
  for (let id = 1; id <= 8; id++) await container.items.create({ id: String(id), pk: 'a' });
  expect(emulator.journal().map(({ sequence }) => sequence)).toEqual([6, 7, 8]);
  expect(emulator.journal(7).map(({ id }) => id)).toEqual(['8']);
  expect(emulator.journal(8)).toEqual([]);
});

test('the clock that a test gives is the one of signatures and of _ts', async () => {
  const now = Date.now() + 600_000;
  const { emulator, container } = await openRig({ clock: () => now });
  const { resource } = await container.items.create({ id: '1', pk: 'a' });
  expect(resource?._ts).toBe(Math.floor(now / 1000));
  emulator.skewClock(600_000);
  await expect(connect(emulator).databases.readAll().fetchAll()).rejects.toMatchObject({ code: 403 });
  emulator.skewClock(0);
  await expect(container.item('1', 'a').read()).resolves.toMatchObject({ statusCode: 200 });
});

test.each([{ journalEntries: -1 }, { seed: 2 ** 32 }, { latencyMs: Number.NaN }])(
  'an option out of bounds is refused: %j',
  async (options) => {
    await expect(openRig(options)).rejects.toMatchObject({ code: 'usage' });
  },
);
