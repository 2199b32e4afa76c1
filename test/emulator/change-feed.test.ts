import { ChangeFeedStartFrom, type Container } from '@azure/cosmos';
import { describe, expect, test, vi } from 'vitest';
import { effectivePartitionKey } from '../../src/protocol/effective-partition-key.ts';
import { openRig } from './rig.ts';
import { type Answer, send } from './wire.ts';

interface Feed extends Answer {
  readonly ids: string[];
  readonly etag: string;
}

type Emulator = Parameters<typeof send>[0];

async function read(emulator: Emulator, headers: Record<string, string> = {}, range = '0'): Promise<Feed> {
  const scope = 'x-ms-documentdb-partitionkey' in headers ? {} : { 'x-ms-documentdb-partitionkeyrangeid': range };
  const answer = await send(emulator, {
    path: '/dbs/db/colls/items/docs',
    headers: { 'a-im': 'Incremental Feed', ...scope, ...headers },
  });
  const documents: { id: string }[] = answer.status === 200 ? JSON.parse(answer.text).Documents : [];
  return { ...answer, ids: documents.map(({ id }) => id), etag: String(answer.headers.etag) };
}

async function write(container: Container, ...ids: string[]): Promise<void> {
  for (const id of ids) await container.items.upsert({ id, pk: 'p' });
}

const batch = (container: Container, ...ids: string[]) =>
  container.items.batch(
    ids.map((id) => ({ operationType: 'Upsert' as const, resourceBody: { id, pk: 'p' } })),
    'p',
  );

describe('the change feed', () => {
  test('has the latest version of each document in the order of writing', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await write(container, '1', '2', '3', '1', '4');
    await container.item('2', 'p').delete();
    const { status, ids, etag, headers, text } = await read(emulator);
    expect([status, ids, etag]).toEqual([200, ['3', '1', '4'], '"5"']);
    expect(JSON.parse(text).Documents.map(({ _lsn }: { _lsn: number }) => _lsn)).toEqual([3, 4, 5]);
    expect(headers).toMatchObject({ 'x-ms-session-token': '0:-1#6', 'x-ms-item-count': '3' });
  });

  test('goes on after an etag, and says 304 with an etag at its end', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await write(container, '1', '2', '3');
    const first = await read(emulator, { 'x-ms-max-item-count': '2' });
    expect([first.ids, first.etag]).toEqual([['1', '2'], '"2"']);
    const second = await read(emulator, { 'if-none-match': first.etag });
    expect([second.ids, second.etag]).toEqual([['3'], '"3"']);
    const end = await read(emulator, { 'if-none-match': second.etag });
    expect([end.status, end.etag, end.text]).toEqual([304, '"3"', '']);
    expect(end.headers['x-ms-session-token']).toBe('0:-1#3');
    await write(container, '1');
    expect((await read(emulator, { 'if-none-match': end.etag })).ids).toEqual(['1']);
  });

  test('from now on has what is written from now on', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    expect(await read(emulator, { 'if-none-match': '*' })).toMatchObject({ status: 304, etag: '"0"' });
    await write(container, '1', '2');
    const now = await read(emulator, { 'if-none-match': '*' });
    expect([now.status, now.etag]).toEqual([304, '"2"']);
    await write(container, '3');
    expect((await read(emulator, { 'if-none-match': now.etag })).ids).toEqual(['3']);
  });

  test('from a time on has what was written in later seconds, also after an etag', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    const start = Math.floor(Date.now() / 1000) * 1000 + 60_000;
    const time = vi.spyOn(Date, 'now');
    for (const seconds of [0, 1, 2, 3]) {
      time.mockReturnValue(start + seconds * 1000);
      await write(container, `${seconds}`);
    }
    time.mockRestore();
    const at = new Date(start + 1000).toUTCString();
    expect((await read(emulator, { 'if-modified-since': at })).ids).toEqual(['2', '3']);
    expect((await read(emulator, { 'if-modified-since': at.replace('GMT', 'UTC') })).ids).toEqual(['2', '3']);
    expect((await read(emulator, { 'if-modified-since': at, 'if-none-match': '"3"' })).ids).toEqual(['3']);
    expect((await read(emulator, { 'if-modified-since': at, 'if-none-match': '"1"' })).ids).toEqual(['2', '3']);
    expect((await read(emulator, { 'if-modified-since': 'yesterday' })).status).toBe(400);
  });

  test('never ends a page inside a transaction', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await batch(container, '1', '2', '3');
    await write(container, '4');
    await batch(container, '5', '6');
    const one = { 'x-ms-max-item-count': '1' };
    const pages: string[][] = [];
    for (let etag = '"0"'; ; ) {
      const page = await read(emulator, { ...one, 'if-none-match': etag });
      if (page.status === 304) break;
      pages.push(page.ids);
      etag = page.etag;
    }
    expect(pages).toEqual([['1', '2', '3'], ['4'], ['5', '6']]);
  });

  test('ends a page at 4 MB, but not inside a transaction', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    const large = (id: string) => ({ id, pk: 'p', text: 'x'.repeat(1_000_000) });
    for (const id of ['1', '2', '3', '4', '5']) await container.items.create(large(id));
    const first = await read(emulator);
    expect(first.ids).toEqual(['1', '2', '3', '4']);
    expect((await read(emulator, { 'if-none-match': first.etag })).ids).toEqual(['5']);
  });

  test('of a partition key has the documents of that key', async () => {
    const { emulator, container } = await openRig();
    for (let key = 0; key < 20; key++) await container.items.create({ id: '1', pk: `k${key}` });
    await write(container, '1', '2');
    const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
    const page = await read(emulator, key);
    expect(page.ids).toEqual(['1', '2']);
    expect((await read(emulator, { ...key, 'if-none-match': page.etag })).status).toBe(304);
  });

  test('of part of a range has the documents in its bounds', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    const keys = Array.from({ length: 30 }, (_, index) => `k${index}`);
    for (const pk of keys) await container.items.create({ id: pk, pk });
    const epk = (pk: string): string => effectivePartitionKey([pk], { paths: ['/pk'], version: 2 });
    const bound = epk('k7');
    const low = await read(emulator, { 'x-ms-start-epk': '', 'x-ms-end-epk': bound });
    const high = await read(emulator, { 'x-ms-start-epk': bound, 'x-ms-end-epk': 'FF' });
    expect(low.ids).toEqual(keys.filter((pk) => epk(pk) < bound));
    expect(high.ids).toEqual(keys.filter((pk) => epk(pk) >= bound));
  });

  test('of the official client starts at the beginning, now, or a continuation', async () => {
    const { container } = await openRig({ ranges: 2 });
    const iterate = (changeFeedStartFrom: ChangeFeedStartFrom) =>
      container.items.getChangeFeedIterator({ changeFeedStartFrom });
    const now = iterate(ChangeFeedStartFrom.Now());
    expect((await now.readNext()).statusCode).toBe(304);
    await write(container, '1', '2');
    const beginning = iterate(ChangeFeedStartFrom.Beginning());
    const ids: string[] = [];
    let continuation = '';
    for (;;) {
      const { result, statusCode, continuationToken } = await beginning.readNext();
      continuation = continuationToken;
      if (statusCode === 304) break;
      ids.push(...result.map(({ id }: { id: string }) => id));
    }
    expect(ids).toEqual(['1', '2']);
    await write(container, '3');
    expect((await iterate(ChangeFeedStartFrom.Continuation(continuation)).readNext()).result).toMatchObject([
      { id: '3' },
    ]);
    const later: string[] = [];
    for (let page = await now.readNext(); page.statusCode !== 304; page = await now.readNext()) {
      later.push(...page.result.map(({ id }: { id: string }) => id));
    }
    expect(later).toEqual(['1', '2', '3']);
  });

  test.each([
    ['an etag that is no number', { 'if-none-match': '"abc"' }, 400],
    ['an etag from the future', { 'if-none-match': '"99"' }, 400],
    ['a page of no items', { 'x-ms-max-item-count': '0' }, 400],
    ['all versions and deletes', { 'a-im': 'Full-Fidelity Feed' }, 400],
    ['a range that is not there', { 'x-ms-documentdb-partitionkeyrangeid': '9' }, 410],
  ])('is refused for %s', async (_, headers, status) => {
    const { emulator } = await openRig({ ranges: 1 });
    expect((await read(emulator, headers as unknown as Record<string, string>)).status).toBe(status);
  });

  test('of an unknown kind is refused by its name', async () => {
    const { emulator } = await openRig({ ranges: 1 });
    const { status, text } = await read(emulator, { 'a-im': 'Other Feed' });
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toContain('\\"Other Feed\\" is not a change feed');
  });

  test('of a container that is not there is a 404 of its owner', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await container.delete();
    const { status, headers } = await read(emulator);
    expect([status, headers['x-ms-substatus']]).toEqual([404, '1003']);
  });
});
