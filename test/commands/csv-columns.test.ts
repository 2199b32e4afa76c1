import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { textOf } from '../sinks/files/rig.ts';
import { upsertText } from '../support/contents.ts';
import { useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';
import { fillShelf } from './pair-readers.ts';

test.each([
  ['of the query', 'query-export', ['--query', 'SELECT c.id, c.absent AS late FROM c'], 'id,late'],
  [
    'of the query, even if it finds nothing',
    'query-export',
    ['--query', 'SELECT c.amount FROM c WHERE false'],
    'amount',
  ],
  ['of the object that it makes', 'query-export', ['--query', 'SELECT VALUE {"a": c.id, "b": 1} FROM c'], 'a,b'],
  ['of --select', 'tail', ['-e', '--select', 'c.absent.city, c.id'], 'city,id'],
  [
    'of envelopes, for what they hold',
    'tail',
    ['-e', '--select', 'c.id', '--envelope'],
    'key,operation,lsn,range,time,document',
  ],
  ['of all documents, if not all are named', 'query-export', ['--query', 'SELECT c.absent, 1 + 1 FROM c'], '$1'],
  ['called value, for what is no object', 'tail', ['-e', '--select', 'VALUE c.id'], 'value'],
] as const)('CSV has columns %s', async (_, command, flags, header) => {
  const { address, written } = await fillShelf(await useEmulator({ ranges: 1 }), 'orders');
  const out = join(useDirectory(), 'out.csv');
  const { failure } = await runCommand([command, address, ...flags, '--out', out]);
  expect(failure).toBe(undefined);
  const [first, ...rows] = readFileSync(out, 'utf8').split('\r\n').slice(0, -1);
  expect(first).toBe(header);
  expect(rows.length).toBe(flags.join().includes('false') ? 0 : written.length);
});

test('to one CSV file a later run adds rows of its columns, and refuses what has others', async () => {
  const { emulator, client } = await useEmulator({ ranges: 1 });
  const { address, write, written } = await fillShelf({ emulator, client }, 'orders');
  const out = join(useDirectory(), 'out.csv.gz');
  const run = async () => (await runCommand(['tail', address, '-e', '--out', out])).failure;
  expect(await run()).toBe(undefined);
  await write();
  expect(await run()).toBe(undefined);
  const rows = textOf(out);
  expect(rows.split('\r\n')).toHaveLength(written.length + 2);
  expect(rows).toContain('\r\nn24,k3,24.50,9007199254740993,"{""$type"":""x""}"\r\n');
  await upsertText(emulator, 'shop/orders', '["k0"]', '{"id":"n0","pk":"k0","late":1}');
  expect(await run()).toMatchObject({ exitStatus: 6, message: expect.stringContaining('no column for "late"') });
  expect(textOf(out)).toBe(rows);
});
