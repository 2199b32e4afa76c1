import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Page } from '../../src/contract.ts';
import { assertColumns, keepingKeys, selected } from '../../src/sources/selected.ts';
import { Selector } from '../../src/sources/selector.ts';
import { prepareSelection } from '../../src/sql/clauses.ts';
import { Tally } from '../../src/support/tally.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, readAll, removal, textOf, upsert } from '../support/changes.ts';
import { ordersOf, pageOf, sourceOf } from './pages.ts';

const BY_PK = { paths: ['/pk'], kind: 'Hash', version: 2 } as const;

describeSource('selected', async () => ({
  source: selected(ordersOf(3000), prepareSelection('c.id, c.customerId'), new Tally()),
  ids: (await readAll(ordersOf(3000))).map(idOf).sort(),
}));

describe('of a document, a selection makes', () => {
  const DOCUMENT =
    '{ "id":"a", "n" : 12345678901234567890, "price": 1.50, "n\\u0061me": "x", "in": {"deep": [1, 2.0], "\\"": 0}, "big":1e400,\n"twice":1,"twice":2, "": "empty", "é":"ü" }';

  test.each<[select: string, result: string | undefined]>([
    ['c.id', '{"id":"a"}'],
    ['c.id, c.n', '{"id":"a","n":12345678901234567890}'],
    ['c.n AS id, c.price', '{"id":12345678901234567890,"price":1.50}'],
    ['c.name', '{"name":"x"}'],
    ['c["in"].deep', '{"deep":[1, 2.0]}'],
    ['c["in"]', '{"in":{"deep": [1, 2.0], "\\"": 0}}'],
    ['c["in"]["\\""] AS quote', '{"quote":0}'],
    ['c["in"].deep[1]', '{"$1":2}'],
    ['c.big', '{"big":1e400}'],
    ['c.twice', '{"twice":2}'],
    ['c[""] AS e, c.é', '{"e":"empty","é":"ü"}'],
    ['c.id, c.missing, c.id.deeper', '{"id":"a"}'],
    ['c.missing', '{}'],
    ['c.n, UPPER(c.id) AS up', '{"n":12345678901234567890,"up":"A"}'],
    ['c.price * 2 AS twice', '{"twice":3}'],
    ['VALUE c.price', '1.50'],
    ['VALUE c.missing', undefined],
    ['VALUE {"all": c, "x": c.price}', `{"all":${DOCUMENT},"x":1.5}`],
    ['c', `{"c":${DOCUMENT}}`],
    ['VALUE c', DOCUMENT],
    ['*', DOCUMENT],
    ['"text" AS constant', '{"constant":"text"}'],
  ])('for %s: %s', (select, result) => {
    const selector = new Selector(prepareSelection(select));
    expect(selector.select(Buffer.from(DOCUMENT))?.toString()).toBe(result);
  });
});

test('what is selected is in memory of its own, and the page is released', async () => {
  for (const select of ['c.id', '*', 'VALUE c', 'VALUE c.pk', 'VALUE {"a": c}']) {
    const memory = Buffer.from(upsert('a').document);
    const changes = [{ ...upsert('a'), document: memory }];
    const page = pageOf([...changes, { ...removal('a'), document: memory }], 'x', { release: () => memory.fill('!') });
    const [got] = (await pagesOf(selected(sourceOf([page]), prepareSelection(select), new Tally()), EVERYTHING)) as [
      Page,
    ];
    expect(memory.toString()).toMatch(/^!+$/);
    for (const change of got.changes) expect(textOf(change), select).not.toContain('!');
  }
});

test('changes keep their key and what is known about them, also where their document is gone', async () => {
  const change = { ...upsert('a'), operation: 'create', version: 'v', lsn: 7, time: 8 } as const;
  const changes = await readAll(selected(sourceOf([pageOf([change])]), prepareSelection('1 AS one'), new Tally()));
  expect(changes.map((got) => ({ ...got, document: textOf(got) }))).toEqual([{ ...change, document: '{"one":1}' }]);
});

test('deletes stay as they are, and documents that nothing comes of are counted as filtered', async () => {
  const tally = new Tally();
  const source = selected(sourceOf([pageOf([upsert('a'), removal('b')])]), prepareSelection('VALUE c.no'), tally);
  expect((await readAll(source)).map(textOf)).toEqual([textOf(removal('b'))]);
  expect(tally.filtered).toBe(1);
});

describe('into a container, what is selected must have the id and the partition key:', () => {
  test.each<[select: string, isEnough: boolean]>([
    ['c.id, c.pk', true],
    ['*', true],
    ['c.pk, c.version, c.id', true],
    ['VALUE {"id": c.id, "pk": c.pk}', true],
    ['c.id', false],
    ['c.id, c.version AS pk', false],
    ['UPPER(c.id) AS id, c.pk', false],
    ['VALUE c.id', false],
  ])('%s: %s', async (select, isEnough) => {
    const source = selected(sourceOf([pageOf([upsert('a'), removal('b')])]), prepareSelection(select), new Tally());
    const read = readAll(keepingKeys(source, BY_PK)).then(
      () => true,
      ({ code }) => code !== 'usage',
    );
    expect(await read).toBe(isEnough);
  });

  test('columns that cannot be enough are told before anything is read', () => {
    expect(() => assertColumns(prepareSelection('c.id'), BY_PK)).toThrow(/does not have its id and partition key/);
    expect(() => assertColumns(prepareSelection('c.id, c.pk'), BY_PK)).not.toThrow();
    expect(() => assertColumns(prepareSelection('VALUE c'), BY_PK)).not.toThrow();
    expect(() => assertColumns(prepareSelection('c.id, c.a'), { ...BY_PK, paths: ['/a/b'] })).not.toThrow();
  });
});
