import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openCheckpoint } from '../../src/checkpoint/sqlite.ts';
import { keepQuery } from '../../src/commands/receiver-query.ts';
import { serve, status } from '../sinks/http/rig.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const WHOLE = { min: '', max: 'FF' };
const JOB = { source: 'here', target: 'there', mode: 'all', sourceRid: '1', targetRid: '' };

test.each([
  ['tail', ['-e']],
  ['query-export', ['--query', 'SELECT * FROM c']],
  ['query-export', ['--query', 'SELECT * FROM c ORDER BY c.id']],
])('a receiver with another query in its URL is not taken for one that has everything: %s %j', async (name, flags) => {
  const { emulator } = await useEmulator({ ranges: 1 });
  const source = addressOf(emulator, 'shop/orders');
  await runCommand(['produce', source, '--count', '3']);
  const { url, requests } = await serve(status(200));
  const checkpoint = join(useDirectory(), 'sent.db');
  const send = (query: string, ...more: readonly string[]) => {
    const to = new URL(query, url).href;
    return runCommand([name, source, '--to', to, '--checkpoint', checkpoint, ...flags, ...more]);
  };
  expect(await send('?tenant=a')).toMatchObject({ failure: undefined });
  const refused = {
    exitStatus: 2,
    message: `"${checkpoint}" is the checkpoint of a receiver whose URL has another query`,
    hint: expect.stringContaining('--resume'),
  };
  expect((await send('?tenant=b')).failure).toMatchObject(refused);
  expect((await send('?')).failure).toMatchObject(refused);
  expect((await send('?tenant=a')).failure).toBeUndefined();
  expect(requests).toHaveLength(3);

  expect((await send('?tenant=b', '--resume')).failure).toBeUndefined();
  expect((await send('?tenant=b')).failure).toBeUndefined();
  expect((await send('?tenant=a')).failure).toMatchObject(refused);
  expect(requests).toHaveLength(3);

  expect((await send('?tenant=a', '--restart')).failure).toBeUndefined();
  expect((await send('?tenant=b')).failure).toMatchObject(refused);
  expect(requests.map(({ path }) => path)).toEqual(Array.from({ length: 6 }, () => '/changes?tenant=a'));
});

test('a checkpoint that does not tell the query is taken for one of this', () => {
  const file = join(useDirectory(), 'old.db');
  const checkpoint = openCheckpoint(file, JOB, { restart: false });
  checkpoint.begin([{ range: WHOLE, resumeAt: undefined }]);
  keepQuery(checkpoint, file, 'one', false);
  keepQuery(checkpoint, file, 'one', false);
  expect(() => keepQuery(checkpoint, file, 'other', false)).toThrow('another query');
  checkpoint.close();
});
