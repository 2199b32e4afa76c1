import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type ChangeFeedIteratorOptions,
  ChangeFeedMode,
  ChangeFeedPolicy,
  ChangeFeedRetentionTimeSpan,
  ChangeFeedStartFrom,
  type Container,
} from '@azure/cosmos';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openEmulator, openRig, type Rig } from './rig.ts';
import { type Answer, send } from './wire.ts';

interface Change {
  readonly current?: Record<string, unknown>;
  readonly metadata: Record<string, unknown> & { readonly lsn: number; readonly operationType: string };
}

interface Feed extends Answer {
  readonly etag: string;
  readonly changes: Change[];
  /** Such as `1 create 2`: the commit, what happened, and to which id. */
  readonly lines: string[];
}

type Emulator = Parameters<typeof send>[0];

const MINUTES = 5;
const changeFeedPolicy = new ChangeFeedPolicy(ChangeFeedRetentionTimeSpan.fromMinutes(MINUTES));

async function openTimed(options: Parameters<typeof openRig>[0] = {}): Promise<Rig & { pass(seconds: number): void }> {
  let now = Math.floor(Date.now() / 1000) * 1000;
  const rig = await openRig({ ranges: 1, changeFeedPolicy, ...options, clock: () => now });
  return {
    ...rig,
    pass: (seconds) => {
      now += seconds * 1000;
    },
  };
}

async function read(emulator: Emulator, after: string | number, headers: Record<string, string> = {}): Promise<Feed> {
  const scope = 'x-ms-documentdb-partitionkey' in headers ? {} : { 'x-ms-documentdb-partitionkeyrangeid': '0' };
  const position = typeof after === 'number' ? `"${after}"` : after;
  const answer = await send(emulator, {
    path: '/dbs/db/colls/items/docs',
    headers: {
      'a-im': 'Full-Fidelity Feed',
      'x-ms-cosmos-changefeed-wire-format-version': '2021-09-15',
      'if-none-match': position,
      ...scope,
      ...headers,
    },
  });
  const changes: Change[] = answer.status === 200 ? JSON.parse(answer.text).Documents : [];
  return { ...answer, etag: String(answer.headers.etag), changes, lines: changes.map(lineOf) };
}

function lineOf({ current, metadata }: Change): string {
  return `${metadata.lsn} ${metadata.operationType} ${current?.id ?? metadata.id}`;
}

async function write(container: Container, ...ids: string[]): Promise<void> {
  for (const id of ids) await container.items.upsert({ id, pk: 'p' });
}

describe('the feed of all versions', () => {
  test('has every create, replace and delete with what the service tells of it', async () => {
    const { emulator, container } = await openTimed();
    const { resource: first } = await container.items.create({ id: '1', pk: 'p', v: 1 });
    const { resource: second } = await container.items.upsert({ id: '1', pk: 'p', v: 2 });
    const { resource: third } = await container.item('1', 'p').replace({ id: '1', pk: 'p', v: 3 });
    await container.item('1', 'p').delete();
    const { status, etag, changes, headers } = await read(emulator, 0);
    expect([status, etag]).toEqual([200, '"4"']);
    expect(headers).toMatchObject({ 'x-ms-item-count': '4', 'x-ms-session-token': '0:-1#4' });
    const crts = first?._ts;
    expect(changes).toEqual([
      { current: first, metadata: { operationType: 'create', lsn: 1, crts } },
      { current: second, metadata: { operationType: 'replace', lsn: 2, crts, previousImageLSN: 1 } },
      { current: third, metadata: { operationType: 'replace', lsn: 3, crts, previousImageLSN: 2 } },
      {
        metadata: {
          operationType: 'delete',
          lsn: 4,
          crts,
          previousImageLSN: 3,
          timeToLiveExpired: false,
          id: '1',
          partitionKey: { pk: 'p' },
        },
      },
    ]);
    expect(await read(emulator, 4)).toMatchObject({ status: 304, etag: '"4"', text: '' });
  });

  test('has a patch as a replacement, and the deletion of a partition as one of each of its items', async () => {
    const { emulator, container } = await openTimed();
    await write(container, '1', '2');
    await container.item('1', 'p').patch([{ op: 'add', path: '/v', value: 1 }]);
    await container.deleteAllItemsForPartitionKey('p');
    const { lines, changes } = await read(emulator, 2);
    expect(lines).toEqual(['3 replace 1', '4 delete 1', '5 delete 2']);
    expect(changes[0]?.current).toMatchObject({ id: '1', v: 1 });
  });

  test('has documents byte for byte', async () => {
    const { emulator } = await openTimed();
    const body = '{ "z":1.0, "id":"1","pk":"p", "n":12345678901234567890, "z":"\\u00e9é" }';
    const key = { 'x-ms-documentdb-partitionkey': '["p"]' };
    const { text } = await send(emulator, { method: 'POST', path: '/dbs/db/colls/items/docs', headers: key, body });
    expect((await read(emulator, 0)).text).toContain(`"Documents":[{"current":${text},"metadata":{`);
  });

  test('tells the whole key of what was deleted, without levels that it did not have', async () => {
    const partitionKey = { paths: ['/tenant', '/a/"user id"', '/n'], kind: 'MultiHash', version: 2 };
    const { emulator, container } = await openTimed({ partitionKey: partitionKey as never });
    await container.items.create({ id: '1', tenant: 'é', a: { 'user id': null } });
    await container.item('1', ['é', null, {}] as never).delete();
    const { changes } = await read(emulator, 1);
    expect(changes[0]?.metadata).toMatchObject({ partitionKey: { tenant: 'é', 'user id': null } });
    expect(changes[0]?.metadata.partitionKey).not.toHaveProperty('n');
  });

  test('has what expired as deleted at that', async () => {
    const { emulator, container, pass } = await openTimed({ defaultTtl: 10 });
    await write(container, '1', '2');
    pass(10);
    await container.items.create({ id: '1', pk: 'p' });
    const { lines, changes } = await read(emulator, 2);
    expect(lines).toEqual(['3 delete 1', '3 create 1', '4 delete 2']);
    expect(changes.map(({ metadata }) => metadata.timeToLiveExpired)).toEqual([true, undefined, true]);
    expect(changes.map(({ metadata }) => metadata.previousImageLSN)).toEqual([1, undefined, 2]);
  });

  test('never ends a page inside a transaction, and has its operations in their order', async () => {
    const { emulator, container } = await openTimed();
    const upsert = (id: string) => ({ operationType: 'Upsert' as const, resourceBody: { id, pk: 'p' } });
    await container.items.batch([upsert('1'), upsert('2'), upsert('1'), { operationType: 'Delete', id: '1' }], 'p');
    await write(container, '3');
    const one = { 'x-ms-max-item-count': '1' };
    const first = await read(emulator, 0, one);
    expect(first.lines).toEqual(['1 create 1', '1 create 2', '1 replace 1', '1 delete 1']);
    expect((await read(emulator, first.etag, one)).lines).toEqual(['2 create 3']);
    await container.items.batch([upsert('4'), { operationType: 'Create', resourceBody: { id: '3', pk: 'p' } }], 'p');
    expect((await read(emulator, 2)).status).toBe(304);
  });

  test('from now on has what happens from now on', async () => {
    const { emulator, container } = await openTimed();
    await write(container, '1');
    const now = await read(emulator, '*');
    expect(now).toMatchObject({ status: 304, etag: '"1"' });
    await container.item('1', 'p').delete();
    expect((await read(emulator, now.etag)).lines).toEqual(['2 delete 1']);
  });

  test('of a key has the changes of that key', async () => {
    const { emulator, container } = await openTimed();
    await write(container, '1');
    await container.items.create({ id: '2', pk: 'other' });
    await container.item('2', 'other').delete();
    expect((await read(emulator, 0, { 'x-ms-documentdb-partitionkey': '["other"]' })).lines).toEqual([
      '2 create 2',
      '3 delete 2',
    ]);
    const none = { 'x-ms-start-epk': '40', 'x-ms-end-epk': 'FF' };
    expect(await read(emulator, 0, none)).toMatchObject({ status: 304, etag: '"3"' });
  });

  test('is there after a restart', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'cosmosflow-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const data = join(folder, 'data.db');
    const { emulator, container } = await openTimed({ data });
    await write(container, '1', '2');
    await container.item('1', 'p').delete();
    const before = (await read(emulator, 0)).text;
    await emulator.close();
    expect((await read(await openEmulator({ data }), 0)).text).toBe(before);
  });

  test.each<[string, Record<string, string | undefined>]>([
    ['from the beginning', { 'if-none-match': undefined }],
    ['from a time', { 'if-none-match': undefined, 'if-modified-since': new Date().toUTCString() }],
    ['from a time and a position', { 'if-modified-since': new Date().toUTCString() }],
    ['from what is no position', { 'if-none-match': '"x"' }],
    ['from the future', { 'if-none-match': '"9"' }],
  ])('is refused %s', async (_, changed) => {
    const { emulator, container } = await openTimed();
    await write(container, '1');
    const headers = {
      'a-im': 'Full-Fidelity Feed',
      'if-none-match': '"0"',
      'x-ms-documentdb-partitionkeyrangeid': '0',
      ...changed,
    };
    const given = Object.fromEntries(Object.entries(headers).filter(([, value]) => value !== undefined));
    const call = { path: '/dbs/db/colls/items/docs', headers: given as Record<string, string> };
    expect((await send(emulator, call)).status).toBe(400);
  });

  test('is read by the official client from now on, refused to it from the beginning', async () => {
    const { container } = await openTimed({ ranges: 2 });
    const iterate = (changeFeedStartFrom: ChangeFeedStartFrom) =>
      container.items.getChangeFeedIterator({
        changeFeedStartFrom,
        changeFeedMode: ChangeFeedMode.AllVersionsAndDeletes,
      } as ChangeFeedIteratorOptions);
    await expect(iterate(ChangeFeedStartFrom.Beginning()).readNext()).rejects.toMatchObject({ code: 400 });
    const feed = iterate(ChangeFeedStartFrom.Now());
    expect((await feed.readNext()).statusCode).toBe(304);
    for (const pk of ['a', 'b', 'c']) await container.items.create({ id: '1', pk });
    for (const pk of ['a', 'b', 'c']) await container.item('1', pk).delete();
    const seen: string[] = [];
    for (let page = await feed.readNext(); page.statusCode === 200; page = await feed.readNext()) {
      for (const { current, metadata } of page.result as unknown as Change[]) {
        seen.push(`${current?.pk ?? (metadata.partitionKey as { pk: string }).pk} ${metadata.operationType}`);
      }
    }
    expect(seen.toSorted()).toEqual(['a create', 'a delete', 'b create', 'b delete', 'c create', 'c delete']);
  });
});

describe('the retention of versions', () => {
  test('is for how long a position is good, and what was purged is not served', async () => {
    const { emulator, container, pass } = await openTimed();
    await write(container, '1');
    pass(200);
    await write(container, '2');
    expect((await read(emulator, 0)).lines).toEqual(['1 create 1', '2 create 2']);
    pass(MINUTES * 60 - 199);
    expect((await read(emulator, 0)).status).toBe(400);
    expect((await read(emulator, 1)).lines).toEqual(['2 create 2']);
    pass(200);
    expect((await read(emulator, 1)).status).toBe(400);
    expect((await read(emulator, 2)).status).toBe(304);
    await write(container, '3');
    expect((await read(emulator, 2)).lines).toEqual(['3 create 3']);
  });

  test('that a container gets later starts there, and ends when it is taken away', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await write(container, '1');
    const { status, text } = await read(emulator, '*');
    expect([status, JSON.parse(text).message]).toEqual([400, expect.stringContaining('changeFeedPolicy')]);
    const { resource } = await container.read();
    await container.replace({ ...resource, changeFeedPolicy } as never);
    await write(container, '2', '1');
    expect((await read(emulator, 0)).status).toBe(400);
    expect((await read(emulator, 1)).lines).toEqual(['2 create 2', '3 replace 1']);
    await container.replace({ ...resource, changeFeedPolicy: { retentionDuration: 0 } } as never);
    expect((await read(emulator, 1)).status).toBe(400);
    await container.replace({ ...resource, changeFeedPolicy } as never);
    expect((await read(emulator, 1)).status).toBe(400);
    expect((await read(emulator, 3)).status).toBe(304);
  });

  test.each([-1, 1.5, '5', 43_201])('may not be %j minutes', async (retentionDuration) => {
    const { emulator } = await openRig();
    const body = JSON.stringify({ id: 'c', partitionKey: { paths: ['/pk'] }, changeFeedPolicy: { retentionDuration } });
    expect((await send(emulator, { method: 'POST', path: '/dbs/db/colls', body })).status).toBe(400);
  });
});
