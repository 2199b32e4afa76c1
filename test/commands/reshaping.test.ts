import { join } from 'node:path';
import { expect, test } from 'vitest';
import { contentsOf, upsertText } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';
import { moduleOf } from '../transform/rig.ts';

/** The container `db/a` by `/shop`, with these documents, and a way to copy it. */
async function useShops(texts: readonly string[]) {
  const { emulator, client } = await useEmulator();
  const { database } = await client.databases.create({ id: 'db' });
  await database.containers.create({ id: 'a', partitionKey: { paths: ['/shop'], version: 2 } });
  for (const text of texts) await upsertText(emulator, 'db/a', JSON.stringify([JSON.parse(text).shop]), text);
  const cwd = useDirectory();
  const copy = async (...flags: readonly string[]) => {
    const [from, to] = [addressOf(emulator, 'db/a'), addressOf(emulator, 'db/b')];
    const args = ['copy', from, to, '--checkpoint', join(cwd, 'copy.db'), ...flags];
    return runCommand(args);
  };
  const contents = () => contentsOf(emulator, 'db/b');
  return { database, copy, contents };
}

const ORDERS = [
  '{"id":"1","shop":"bern","region":"be","n":1.0}',
  '{"id":"1","shop":"thun","region":"be","n":2.0}',
  '{"id":"2","shop":"bern","region":"be","n":3.0}',
];
const BY_REGION = ['--target-partition-key', '/region'];

test('a target with another partition key is refused when two documents would become one, and which is said', async () => {
  const { copy, contents } = await useShops(ORDERS);
  const { failure } = await copy(...BY_REGION);
  expect(failure).toMatchObject({
    exitStatus: 2,
    message: expect.stringMatching(/\["1","(bern|thun)"\] and \["1","(bern|thun)"\] would both be \["1","be"\]/),
  });
  expect(await contents()).toEqual([]);
  // Rules that were refused are no job that other rules would have to forget.
  expect((await copy(...BY_REGION, '--id-from', '{/shop}-{/id}')).failure).toBeUndefined();
  expect(await contents()).toHaveLength(3);
});

test('deletions find documents under their new keys, where these are made of the old ones', async () => {
  const { copy, contents, database } = await useShops([]);
  const policy = {
    id: 'a',
    partitionKey: { paths: ['/shop'], version: 2 },
    changeFeedPolicy: { retentionDuration: 5 },
  };
  await database.container('a').replace(policy as never);
  const { items } = database.container('a');
  for (const id of ['1', '2']) await items.create({ id, shop: 'bern' });
  const rules = ['--target-partition-key', '/pk', '--partition-key-from', 'field:/shop', '--id-from', 'order-{/id}'];
  expect((await copy(...rules, '--deletes=feed')).failure).toBeUndefined();
  expect(await contents()).toHaveLength(2);
  await database.container('a').item('1', 'bern').delete();
  expect((await copy(...rules, '--deletes=feed')).failure).toBeUndefined();
  expect(await contents()).toEqual(['{"pk":"bern","id":"order-2","shop":"bern"}']);
});

test('documents that stay apart are copied, and only what is made anew differs', async () => {
  const { copy, contents, database } = await useShops(ORDERS);
  const { failure, notes } = await copy(...BY_REGION, '--id-from', '{/shop}-{/id}');
  expect(failure).toBeUndefined();
  expect(notes).toContain('no two of 3 documents become one; later ones are not known');
  expect((await database.container('b').read()).resource?.partitionKey).toMatchObject({ paths: ['/region'] });
  expect(await contents()).toEqual([
    '{"id":"bern-1","shop":"bern","region":"be","n":1.0}',
    '{"id":"bern-2","shop":"bern","region":"be","n":3.0}',
    '{"id":"thun-1","shop":"thun","region":"be","n":2.0}',
  ]);
});

test('rules that keep documents apart by themselves need no reading', async () => {
  const { copy, contents } = await useShops(ORDERS);
  const key = ['--target-partition-key', '/pk,/bucket'];
  const { failure, notes } = await copy(
    ...key,
    '--partition-key-from',
    'field:/shop',
    '--partition-key-from',
    'hash:/id:1',
  );
  expect(failure).toBeUndefined();
  expect(notes.join()).not.toMatch(/become one/);
  expect(await contents()).toContain('{"bucket":"0","pk":"bern","id":"1","shop":"bern","region":"be","n":1.0}');
});

test('a document that does not fit, or would lose a value, is set aside', async () => {
  const { copy, contents } = await useShops([
    '{"id":"1","shop":"bern","region":"be"}',
    '{"id":"2","shop":"bern"}',
    '{"id":"3","shop":"bern","region":"be","pk":"mine"}',
    '{"id":"4","shop":"bern","region":"be","pk":"be"}',
  ]);
  const letters = join(useDirectory(), 'dead.ndjson');
  const rules = ['--target-partition-key', '/pk', '--partition-key-from', 'field:/region'];
  const { failure } = await copy(...rules, '--dead-letter', letters);
  expect(failure).toMatchObject({ code: 'set_aside' });
  expect(await contents()).toEqual([
    '{"id":"4","shop":"bern","region":"be","pk":"be"}',
    '{"pk":"be","id":"1","shop":"bern","region":"be"}',
  ]);
  const { stdout } = await runCommand(['dead-letter', 'list', letters]);
  expect(stdout).toMatch(/"2","bern".*it has no \/region/);
  expect(stdout).toMatch(/"3","bern".*its pk is "mine" already/);
});

test.each<[string, string[], RegExp]>([
  ['numbers of records', ['--id-from', '{#}'], /have no number/],
  ['keys without a place for them', ['--partition-key-from', 'field:/region'], /nobody says where/],
  ['a rule that is none', [...BY_REGION, '--partition-key-from', 'nearest:/x'], /is not a rule/],
  ['deletions that do not tell the key', [...BY_REGION, '--deletes=feed'], /a deletion does not tell/],
  ['a comparison afterwards', [...BY_REGION, '--verify'], /with --target-partition-key that is meant/],
  ['a transform beside it', [...BY_REGION, '--transform', 'x.mjs'], /--transform makes documents/],
])('is refused before anything is made: %s', async (_, flags, message) => {
  const { copy, database } = await useShops([]);
  await database.container('a').replace({
    id: 'a',
    partitionKey: { paths: ['/shop'], version: 2 },
    changeFeedPolicy: { retentionDuration: 5 },
  } as never);
  expect((await copy(...flags)).failure).toMatchObject({ exitStatus: 2, message: expect.stringMatching(message) });
  await expect(database.container('b').read()).rejects.toMatchObject({ code: 404 });
});

test('a transform may fill a target with another key, which a dry run does not refuse', async () => {
  const { copy, contents, database } = await useShops(ORDERS);
  await database.containers.create({ id: 'b', partitionKey: { paths: ['/region'], version: 2 } });
  const file = moduleOf(
    "export default (c) => (c.document.n === 1 ? null : { document: { ...c.document, id: c.id + '!' } })",
  );
  expect((await copy('--transform', file, '--dry-run')).failure).toBeUndefined();
  expect((await copy('--transform', file)).failure).toBeUndefined();
  expect(await contents()).toEqual([
    '{"id":"1!","shop":"thun","region":"be","n":2.0}',
    '{"id":"2!","shop":"bern","region":"be","n":3.0}',
  ]);
});

test('a target with another key is refused without a word about it', async () => {
  const { copy, database } = await useShops([]);
  await database.containers.create({ id: 'b', partitionKey: { paths: ['/other'], version: 2 } });
  expect((await copy()).failure).toMatchObject({ code: 'partition_key_mismatch' });
  expect((await copy(...BY_REGION)).failure).toMatchObject({ code: 'partition_key_mismatch' });
  expect((await copy('--target-partition-key', '/other')).failure).toBeUndefined();
});
