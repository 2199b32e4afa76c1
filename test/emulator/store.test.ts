import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { Clock } from '../../src/emulator/clock.ts';
import { createDocuments, type Documents, openDocuments, type Slice } from '../../src/emulator/store/documents.ts';
import { horizonOf } from '../../src/emulator/store/horizons.ts';
import { Store } from '../../src/emulator/store/store.ts';
import { createUniqueKeys, openUniqueKeys } from '../../src/emulator/store/unique-keys.ts';
import { openVersions, type Versions } from '../../src/emulator/store/versions.ts';
import { openRig } from './rig.ts';

const DEFINITION = { id: 'items', partitionKey: { paths: ['/pk'], version: 2 } } as const;

afterEach(() => {
  vi.restoreAllMocks();
});

/** Calls `run` instead of running statements that look so. */
function replaceStatements(pattern: RegExp, run: () => void): void {
  const { prepare } = Database.prototype;
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
    return pattern.test(sql) ? ({ run } as never) : prepare.call(this, sql);
  });
}

function fail(): never {
  throw new Error('the disk is gone');
}

describe('a write that fails', () => {
  test('leaves databases, containers, definitions and ranges as they were', () => {
    const store = new Store(':memory:');
    const container = store.write(() => {
      store.createDatabase('other');
      return store.createContainer(store.createDatabase('db'), DEFINITION, ['', 'FF']);
    });
    const { etag, ranges } = container;
    const failing = (work: () => void): void => {
      const write = () =>
        store.write(() => {
          work();
          throw new Error('on purpose');
        });
      expect(write).toThrow('on purpose');
    };
    failing(() => store.createDatabase('new'));
    failing(() => store.createContainer(store.findDatabase('db') as never, { ...DEFINITION, id: 'more' }, ['', 'FF']));
    failing(() => store.replaceContainer(container, { ...DEFINITION, defaultTtl: 5 }));
    failing(() => store.splitRange(container, 0, '1F'));
    failing(() => store.removeDatabase(store.findDatabase('other') as never));
    failing(() => store.removeDatabase(store.findDatabase('db') as never));
    expect(
      store
        .databases()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['db', 'other']);
    expect([...(store.findDatabase('db')?.containers.keys() ?? [])]).toEqual(['items']);
    expect(store.findContainer('db', 'items')).toMatchObject({ definition: DEFINITION, etag, ranges, nextRange: 1 });
    store.close();
  });

  test('and cannot be undone breaks the store, which says why', () => {
    replaceStatements(/^ROLLBACK/, fail);
    const store = new Store(':memory:');
    const write = () =>
      store.write(() => {
        throw new Error('on purpose');
      });
    expect(write).toThrow('on purpose');
    expect(() => store.assertSound()).toThrow(
      expect.objectContaining({ cause: expect.objectContaining({ message: 'the disk is gone' }) }),
    );
    expect(() => store.write(() => 1)).toThrow('could not be undone');
  });

  test('and cannot be undone lets every later request fail with 500', async () => {
    replaceStatements(/^(ROLLBACK|INSERT INTO docs_)/, fail);
    const { container } = await openRig();
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({ code: 500 });
    await expect(container.read()).rejects.toMatchObject({ code: 500 });
  });
});

describe('writes of one turn', () => {
  const names = (store: Store): string[] => store.databases().map(({ name }) => name);
  const failing = () => {
    throw new Error('on purpose');
  };

  test('are on disk once they have settled, but for those that failed', async () => {
    const store = new Store(':memory:');
    store.writeSoon(() => store.createDatabase('one'));
    const failed = () =>
      store.writeSoon(() => {
        store.createDatabase('two');
        failing();
      });
    expect(failed).toThrow('on purpose');
    store.writeSoon(() => store.createDatabase('three'));
    await store.settled();
    expect(names(store)).toEqual(['one', 'three']);
    store.close();
  });

  test('are on disk at once when the next one cannot wait', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'cosmosflow-')), 'data.db');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    const store = new Store(file);
    store.writeSoon(() => store.createDatabase('one'));
    const unable = () => store.write(failing);
    expect(unable).toThrow('on purpose');
    store.writeSoon(() => store.createDatabase('two'));
    store.close();
    const again = new Store(file);
    expect(names(again)).toEqual(['one', 'two']);
    again.close();
  });

  test('are undone together when one that cannot be undone alone fails', async () => {
    const store = new Store(':memory:');
    store.write(() => store.createDatabase('zero'));
    store.writeSoon(() => store.createDatabase('one'));
    const settled = store.settled();
    expect(() => store.writeSoon(failing, { revocable: false })).toThrow('on purpose');
    await expect(settled).rejects.toThrow('on purpose');
    expect(names(store)).toEqual(['zero']);
    store.write(() => store.createDatabase('two'));
    expect(names(store)).toEqual(['zero', 'two']);
    store.close();
  });

  test('are undone with the one that cannot wait for them when the disk fails', () => {
    let failures = 0;
    const { prepare } = Database.prototype;
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
      const statement = prepare.call(this, sql) as Database.Statement<unknown[]>;
      return sql === 'COMMIT' ? ({ run: () => (failures-- > 0 ? fail() : statement.run()) } as never) : statement;
    });
    const store = new Store(':memory:');
    failures = 1;
    store.writeSoon(() => store.createDatabase('one'));
    expect(() => store.write(() => store.createDatabase('two'))).toThrow('the disk is gone');
    expect(names(store)).toEqual([]);
    store.write(() => store.createDatabase('three'));
    expect(names(store)).toEqual(['three']);
    store.close();
  });

  test('are undone together when the disk fails, and all who wait are told so', async () => {
    let isBroken = false;
    const { prepare } = Database.prototype;
    vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
      const statement = prepare.call(this, sql) as Database.Statement<unknown[]>;
      return sql === 'COMMIT' ? ({ run: () => (isBroken ? fail() : statement.run()) } as never) : statement;
    });
    const { emulator, container } = await openRig();
    isBroken = true;
    const ids = ['1', '2', '3'];
    const writing = await Promise.allSettled(ids.map((id) => container.items.create({ id, pk: 'p' })));
    expect(writing.map((one) => one.status === 'rejected' && one.reason.code)).toEqual([500, 500, 500]);
    isBroken = false;
    expect(emulator.journal()).toEqual([]);
    expect((await container.items.readAll().fetchAll()).resources).toEqual([]);
    await container.items.create({ id: '1', pk: 'p' });
    expect(emulator.journal()).toMatchObject([{ id: '1', lsn: 1 }]);
  });

  test('are told of one by one, and whoever cannot be told fails alone', async () => {
    const { container } = await openRig({
      onApplied: ({ id }) => {
        if (id === '2') failing();
      },
    });
    const writing = ['1', '2', '3'].map((id) => container.items.create({ id, pk: 'p' }));
    const results = await Promise.allSettled(writing);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  });
});

test('what goes wrong between requests fails requests, until it is over', async () => {
  let [isBroken, now] = [true, Date.now()];
  const { prepare } = Database.prototype;
  vi.spyOn(Database.prototype, 'prepare').mockImplementation(function (this: Database.Database, sql: string) {
    const statement = prepare.call(this, sql) as Database.Statement<unknown[]>;
    const run = (...values: unknown[]): unknown => (isBroken ? fail() : statement.run(...values));
    return /^DELETE FROM docs_/.test(sql) ? ({ run } as never) : statement;
  });
  const { emulator, container } = await openRig({ defaultTtl: 10, clock: () => now });
  await container.items.create({ id: '1', pk: 'p' });
  now += 10_000;
  const reading = () => container.item('1', 'p').read();
  await vi.waitFor(() => expect(reading()).rejects.toThrow('the disk is gone'), { timeout: 10_000 });
  expect(emulator.journal(1)).toEqual([]);
  isBroken = false;
  await vi.waitFor(() => expect(reading()).resolves.toMatchObject({ statusCode: 404 }), { timeout: 10_000 });
  expect(emulator.journal(1)).toMatchObject([{ operation: 'ttl', id: '1' }]);
});

test('offers have different ids, however many there are', () => {
  const store = new Store(':memory:');
  store.write(() => {
    for (let n = 0; n < 20_000; n++) store.offers.create('dbs/x/', `target-${n}`, { offerThroughput: 400 });
  });
  expect(new Set(store.offers.all().map(({ id }) => id)).size).toBe(20_000);
  store.close();
});

test('removing a database with many containers takes no longer for each', () => {
  const store = new Store(':memory:');
  const database = store.write(() => store.createDatabase('db'));
  for (let n = 0; n < 300; n++) {
    store.write(() => store.createContainer(database, { ...DEFINITION, id: `c${n}` }, ['', 'FF']));
  }
  const prepare = vi.spyOn(Database.prototype, 'prepare');
  store.write(() => store.removeDatabase(database));
  expect(prepare.mock.calls.length).toBeLessThan(310);
  expect(store.findDatabase('db')).toBeUndefined();
  store.close();
});

test('a write of one item saves the counter of its own range alone', async () => {
  const save = vi.fn();
  replaceStatements(/^UPDATE ranges/, save);
  const { container } = await openRig({ ranges: 10 });
  await container.items.upsert({ id: '1', pk: 'p' });
  expect(save.mock.calls).toEqual([[1, expect.any(Number), 1, expect.any(Number)]]);
});

describe('versions that are no longer retained', () => {
  test('are removed a few at a time, and make the horizon of their keys alone', () => {
    let now = 1_000_000;
    const file = join(mkdtempSync(join(tmpdir(), 'cosmosflow-')), 'data.db');
    onTestFinished(() => rmSync(dirname(file), { recursive: true }));
    const store = new Store(file, new Clock(() => now));
    const definition = { ...DEFINITION, changeFeedPolicy: { retentionDuration: 1 } };
    const container = store.write(() =>
      store.createContainer(store.createDatabase('db'), definition, ['', '1F', 'FF']),
    );
    const insert = (number: number, range: number, epk: string): void =>
      container.documents.insert({
        ...{ number, key: `["${number}"]`, id: '1', range, epk },
        ...{ lsn: number, ts: store.clock.seconds(), etag: '', ttl: null, body: Buffer.from('{}') },
      });
    store.write(() => [1, 2, 3].map((number) => insert(number, 0, '0A')));
    store.write(() => store.splitRange(container, 0, '0F'));
    now += 61_000;
    store.write(() => insert(4, 1, '2A'));
    const purge = (): number => store.write(() => store.purgeVersions(container, 2));
    expect([purge(), purge(), purge()]).toEqual([2, 1, 0]);
    expect(container.horizons).toEqual([
      ['', 3],
      ['0F', 0],
      ['1F', 0],
    ]);
    expect(['0F', '2F'].map((below) => horizonOf(container.horizons, '0F', below))).toEqual([0, 0]);
    expect(['0A', '0F'].map((below) => horizonOf(container.horizons, '', below))).toEqual([3, 3]);
    expect([...container.versions.after({ range: 1 }, 0)]).toMatchObject([{ lsn: 4 }]);
    store.close();
    const again = new Store(file);
    expect(again.findContainer('db', 'items')?.horizons).toEqual(container.horizons);
    again.close();
  });
});

test('a unique key is looked up, and given up with its document, by an index', () => {
  const db = new Database(':memory:');
  createDocuments(db, 'docs');
  createUniqueKeys(db, 'held', 'docs');
  const prepare = vi.spyOn(db, 'prepare');
  const keys = openUniqueKeys(db, 'held', { uniqueKeys: [{ paths: ['/a'] }] });
  db.transaction(() => {
    keys.claim(1, '["p"]', { a: 1 });
    keys.claim(1, '["p"]', { a: 2 });
    expect(keys.ownersOf('["p"]', { a: 1 })).toEqual([]);
    expect(keys.ownersOf('["p"]', { a: 2 })).toEqual([1]);
    db.prepare('DELETE FROM held').run();
  })();
  const searches = prepare.mock.calls.map(([sql]) => sql).filter((sql) => /WHERE/.test(sql));
  // What a foreign key looks for when a document goes.
  for (const sql of [...searches, 'DELETE FROM held WHERE document = ?']) {
    const parameters = sql.split('?').slice(1).fill('1');
    const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
    expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH held USING/)]);
  }
  expect(searches.length).toBe(2);
  db.close();
});

describe('a page of documents', () => {
  test.each<[string, Slice]>([
    ['a key', { key: '["p"]' }],
    ['a range', { range: 1 }],
    ['a part of a range', { range: 1, from: '1F', below: '2F' }],
    ['a key in the change feed', { range: 1, key: '["p"]' }],
    ['the first level of a key', { level1: '0A' }],
    ['the first two levels of a key', { level2: '0A0B' }],
    ['the first level of a key in a range', { range: 1, level1: '0A' }],
    ['everything', {}],
  ])('of %s is read in order by an index, not sorted', (_, slice) => {
    const db = new Database(':memory:');
    createDocuments(db, 'docs', 3);
    const prepare = vi.spyOn(db, 'prepare');
    const documents = openDocuments(db, 'docs', () => ({ defaultTtl: 60, now: 0 }));
    documents.scan(slice, 5).return?.();
    if (slice.range !== undefined) documents.changes({ ...slice, range: slice.range }, 5, 0).return?.();
    const texts = prepare.mock.calls.map(([sql]) => sql);
    for (const sql of texts) {
      const parameters = sql
        .split('?')
        .slice(1)
        .map(() => 1);
      const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
      expect(plan.map(({ detail }) => detail)).toEqual([expect.stringMatching(/^SEARCH docs USING/)]);
    }
    expect(texts.length).toBeGreaterThan(0);
    db.close();
  });
});

describe('by an index, not sorted, are read', () => {
  test.each<[string, (documents: Documents, versions: Versions) => void]>([
    ['versions of a range', (_, versions) => versions.after({ range: 1 }, 5).return?.()],
    ['versions of a key', (_, versions) => versions.after({ range: 1, key: '["p"]' }, 5).return?.()],
    ['versions within bounds', (_, versions) => versions.after({ range: 1, from: '1F', below: '2F' }, 5).return?.()],
    ['the time of the first version', (_, versions) => void versions.firstTime({ range: 1 }, 5)],
    ['old versions', (_, versions) => void versions.hasOlder(5)],
    ['what has expired', (documents) => void documents.expired(5)],
    ['one that has expired', (documents) => void documents.findExpired('["p"]', '1')],
  ])('%s', (_, read) => {
    const db = new Database(':memory:');
    createDocuments(db, 'docs');
    const documents = openDocuments(db, 'docs', () => ({ defaultTtl: 60, now: 0 }));
    documents.setExpiring(true);
    const versions = openVersions(db, 'versions', 'docs');
    versions.create();
    const prepare = vi.spyOn(db, 'prepare');
    read(documents, versions);
    const [[sql = ''] = []] = prepare.mock.calls;
    const parameters = Array.from({ length: sql.split('?').length - 1 }, () => 1);
    const plan = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${sql}`).all(...parameters);
    const details = plan.map(({ detail }) => detail);
    expect(details.filter((detail) => /^SEARCH/.test(detail)).length).toBeGreaterThan(0);
    expect(details.filter((detail) => /^SCAN (docs|versions)|TEMP B-TREE/.test(detail))).toEqual([]);
    db.close();
  });
});
