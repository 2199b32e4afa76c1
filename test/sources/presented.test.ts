import { describe, expect, test } from 'vitest';
import type { Change } from '../../src/contract.ts';
import { enveloped } from '../../src/sources/enveloped.ts';
import { marked } from '../../src/sources/marked.ts';
import { stripped } from '../../src/sources/stripped.ts';
import { pagesOf, readAll, removal, textOf, upsert } from '../support/changes.ts';
import { upsertText } from '../support/contents.ts';
import { pageOf, sourceOf } from './pages.ts';
import { firstPage, onlyRange, openFeed } from './rig.ts';

const BY_PK = { paths: ['/pk'], version: 2 } as const;

describe('without system properties', () => {
  test.each([
    '{ "z":1.0,"id":"a","n":9007199254740993,"n":2,"pk":"x","t":"\\u00e9\\/😀","_custom":[] }',
    '{"id":"a","pk":"x","inner":{"_ts":1,"_etag":"mine"}}',
    '{"_custom":{"_rid":1},"pk":"x","id":"a"}',
  ])('a document is what was written, byte for byte: %s', async (text) => {
    const rig = await openFeed({ ranges: 1 });
    await upsertText(rig.emulator, 'db/items', '["x"]', text);
    const [change] = (await readAll(stripped(rig.source, BY_PK))) as [Change];
    expect(textOf(change).replace(/ \}$/, '}')).toBe(text.replace(/ \}$/, '}'));
  });

  test('a change still tells its key, version, number and time', async () => {
    const rig = await openFeed({ ranges: 1, documents: 1 });
    const range = await onlyRange(rig.source);
    const [whole] = (await firstPage(rig.source, range)).changes as [Change];
    const [bare] = (await firstPage(stripped(rig.source, BY_PK), range)).changes as [Change];
    const { _etag, _lsn, _ts } = JSON.parse(textOf(whole));
    expect([_etag, _lsn, _ts]).not.toContain(undefined);
    for (const { key, kind, version, lsn, time } of [whole, bare])
      expect({ key, kind, version, lsn, time }).toEqual({
        key: whole.key,
        kind: 'upsert',
        version: _etag,
        lsn: _lsn,
        time: _ts,
      });
  });

  test('what is no object is left alone', async () => {
    const values = ['1.0', '"_ts"', '[{"_ts":1}]', 'null'].map((text) => ({
      ...upsert('a'),
      document: Buffer.from(text),
    }));
    const changes = await readAll(stripped(sourceOf([pageOf(values)]), BY_PK));
    expect(changes.map(textOf)).toEqual(['1.0', '"_ts"', '[{"_ts":1}]', 'null']);
  });

  test('pages release the memory that they came in', async () => {
    let released = 0;
    const page = pageOf([upsert('a')], 'here', { release: () => void released++ });
    const pages = await pagesOf(stripped(sourceOf([page]), BY_PK), { min: '', max: 'FF' });
    for (const { release } of pages) release?.();
    expect(released).toBe(1);
  });
});

describe('an envelope', () => {
  test('tells key, operation, number, range and time around the bytes of the document', async () => {
    const document = Buffer.from('{ "id":"a","pk":1.0 }');
    const change: Change = { key: '"a",1', kind: 'upsert', operation: 'create', document, lsn: 7, time: 1_767_225_600 };
    const [wrapped] = (await readAll(enveloped(sourceOf([pageOf([change])])))) as [Change];
    expect(textOf(wrapped)).toBe(
      '{"key":["a",1],"operation":"create","lsn":7,"range":"-FF","time":"2026-01-01T00:00:00Z","document":{ "id":"a","pk":1.0 }}',
    );
    expect(wrapped).toMatchObject({ key: '"a",1', kind: 'upsert', lsn: 7 });
  });

  test('leaves out what the source does not tell', async () => {
    const wrapped = await readAll(enveloped(sourceOf([pageOf([upsert('a'), removal('b')])])));
    expect(wrapped.map((change) => JSON.parse(textOf(change)))).toEqual([
      {
        key: ['a', 'key of a'],
        operation: 'upsert',
        range: '-FF',
        document: { id: 'a', pk: 'key of a', version: 1 },
      },
      { key: ['b', 'key of b'], operation: 'delete', range: '-FF', document: { id: 'b', pk: 'key of b' } },
    ]);
  });
});

test('without an envelope a deletion is marked as one, and nothing else is touched', async () => {
  const changes = [upsert('a'), removal('b')] as const;
  const [kept, deleted] = (await readAll(marked(sourceOf([pageOf(changes)])))) as [Change, Change];
  expect(kept).toBe(changes[0]);
  expect(textOf(deleted)).toBe('{"id":"b","pk":"key of b","_deleted":true}');
  expect(deleted).toMatchObject({ kind: 'delete', key: changes[1].key });
});
