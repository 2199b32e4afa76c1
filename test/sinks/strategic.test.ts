import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { Batches } from '../../src/cosmos/batches.ts';
import type { Fault } from '../../src/emulator/emulator.ts';
import { ageOf } from '../../src/sinks/age.ts';
import type { Newness } from '../../src/sinks/if-newer.ts';
import type { Refused } from '../../src/sinks/refused.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { settingAside } from '../../src/sinks/setting-aside.ts';
import { countedStrategic, strategicSink } from '../../src/sinks/strategic.ts';
import type { StrategyName } from '../../src/sinks/strategies.ts';
import { Tally } from '../../src/support/tally.ts';
import { removal, textOf, upsert } from '../support/changes.ts';
import { type ContainerRigOptions, faultsOn, useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';

// Waits between attempts are what this would spend its time with.
vi.mock('node:timers/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:timers/promises')>();
  return { ...actual, setTimeout: (ms: number, ...rest: []) => actual.setTimeout(ms / 50, ...rest) };
});

const LOST: readonly Fault[] = [{ after: 'drop' }, { after: 'reset' }, { after: 'drop' }];

describe('written by', () => {
  test.each<[StrategyName, Change, string[], string | undefined]>([
    ['upsert', upsert('new'), ['old 1', 'new 1'], undefined],
    ['upsert', upsert('old', 2), ['old 2'], undefined],
    ['upsert', removal('old'), [], undefined],
    ['upsert', removal('new'), ['old 1'], undefined],
    ['insert', upsert('new'), ['old 1', 'new 1'], undefined],
    ['insert', upsert('old', 1), ['old 1'], undefined],
    ['insert', upsert('old', 2), ['old 1'], 'another document has its id and key'],
    ['insert', removal('old'), ['old 1'], 'a delete is not inserted'],
    ['insert-ignore', upsert('new'), ['old 1', 'new 1'], undefined],
    ['insert-ignore', upsert('old', 2), ['old 1'], undefined],
    ['insert-ignore', removal('old'), ['old 1'], undefined],
    ['replace', upsert('new'), ['old 1'], 'there is none to change'],
    ['replace', upsert('old', 2), ['old 2'], undefined],
    ['replace', removal('old'), [], undefined],
    ['patch', upsert('new'), ['old 1'], 'there is none to change'],
    ['patch', upsert('old', 2), ['old 2'], undefined],
    ['patch', removal('old'), [], undefined],
    ['patch-if-exists', upsert('new'), ['old 1'], undefined],
    ['patch-if-exists', upsert('old', 2), ['old 2'], undefined],
    ['patch-if-exists', removal('old'), [], undefined],
    ['merge', upsert('new'), ['old 1', 'new 1'], undefined],
    ['merge', upsert('old', 2), ['old 2'], undefined],
    ['merge', removal('old'), [], undefined],
    ['merge', removal('new'), ['old 1'], undefined],
    ['delete', upsert('old', 2), [], undefined],
    ['delete', upsert('new'), ['old 1'], undefined],
    ['delete', removal('old'), [], undefined],
    ['upsert-if-match', upsert('new'), ['old 1', 'new 1'], undefined],
    ['upsert-if-match', upsert('old', 2), ['old 1'], 'another version of it is there'],
    ['upsert-if-match', removal('old'), ['old 1'], 'a delete tells no _etag'],
    ['delete-if-match', upsert('old', 2), ['old 1'], 'it has no _etag'],
  ])('%s, %o leaves %j, however often the answer is lost', async (write, change, left, objection) => {
    for (const faults of [[], LOST]) {
      const rig = await open(write);
      rig.intercept = faultsOn('batch', faults);
      const refusals = await rig.write([change]);
      expect((await rig.contents()).map(nameOf).sort()).toEqual([...left].sort());
      expect(refusals).toEqual(objection === undefined ? [] : [expect.stringContaining(objection)]);
    }
  });

  test.each<[string, readonly Fault[]]>([
    ['answered', []],
    ['lost', LOST],
  ])(
    'upsert-if-match and delete-if-match, only the version of the _etag is touched; answers are %s',
    async (_, faults) => {
      const rig = await open('upsert-if-match');
      const { _etag } = await rig.read('old');
      rig.intercept = faultsOn('batch', faults);
      expect(await rig.write([withEtag(upsert('old', 2), _etag)])).toEqual([]);
      rig.intercept = faultsOn('batch', faults);
      expect(await rig.write([withEtag(upsert('old', 3), _etag)])).toEqual([
        expect.stringContaining('another version'),
      ]);
      expect((await rig.contents()).map(nameOf)).toEqual(['old 2']);
      expect(await rig.write([withEtag(upsert('gone', 3), _etag)])).toEqual([expect.stringContaining('there is none')]);

      const remover = await open('delete-if-match');
      const current = (await remover.read('old'))._etag;
      remover.intercept = faultsOn('batch', faults);
      expect(await remover.write([withEtag(upsert('old'), _etag)])).toEqual([
        expect.stringContaining('another version'),
      ]);
      remover.intercept = faultsOn('batch', faults);
      expect(await remover.write([withEtag(upsert('old'), current)])).toEqual([]);
      expect(await remover.contents()).toEqual([]);
    },
  );
});

describe('an insert is not taken for done when', () => {
  test.each<StrategyName>(['insert', 'insert-ignore'])('another document has its unique values (%s)', async (write) => {
    const policies = { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] } };
    const rig = await open(write, { policies });
    const document = (id: string): Change => changeOf({ id, pk: 'x', email: 'a@b' });
    expect(await rig.write([document('one')])).toEqual([]);
    expect(await rig.write([document('two')])).toEqual([expect.stringMatching(/"two".*409/)]);
    expect(await rig.contents()).toHaveLength(2);
  });

  test('it differs in one number alone, while another spelling of a number is the same', async () => {
    const rig = await open('insert');
    await rig.write([changeOf({ id: 'n', pk: 'x', amount: 9007199254740992 })]);
    const text = (amount: string): Change => ({
      ...changeOf({ id: 'n', pk: 'x' }),
      document: Buffer.from(`{"amount":${amount},"id":"n","pk":"x"}`),
    });
    expect(await rig.write([text('9007199254740993')])).toHaveLength(1);
    expect(await rig.write([text('9.007199254740992e15')])).toEqual([]);
  });
});

describe('a patch', () => {
  test('sets what the document has, and leaves the rest byte for byte', async () => {
    const rig = await open('upsert');
    const text = '{"id":"p","pk":"x","kept":1.0,"a/b":1,"changed":{"old":true}}';
    await rig.write([{ ...changeOf({ id: 'p', pk: 'x' }), document: Buffer.from(text) }]);
    const patched = strategicSink(rig.connection, rig.facts, { write: 'patch', concurrency: 1 });
    const part = '{"pk":"x","id":"p","_etag":"e","changed":[2.50],"a/b":"~","new":null}';
    await patched.write([{ ...changeOf({ id: 'p', pk: 'x' }), document: Buffer.from(part) }], EVERYTHING);
    const [found] = (await rig.contents()).filter((one) => one.includes('"id":"p"'));
    expect(found).toBe('{"id":"p","pk":"x","kept":1.0,"a/b":"~","changed":[2.50],"new":null}');
  });

  test('of two parts of one document in a page both count, in their order', async () => {
    const rig = await open('patch');
    rig.intercept = faultsOn('batch', LOST);
    const part = (value: object): Change => changeOf({ id: 'old', pk: 'key of old', ...value });
    await rig.write([part({ a: 1, b: 1 }), part({ b: 2, c: 2 }), part({ c: 3 })]);
    expect(await rig.contents()).toEqual(['{"id":"old","pk":"key of old","version":1,"a":1,"b":2,"c":3}']);
  });

  test('does not touch a key inside of an object, and sets what lies beside it', async () => {
    const rig = await open('upsert', { partitionKey: { paths: ['/place/country'], version: 2 } as never });
    await rig.write([changeOf({ id: 'p', place: { country: 'c', city: 'x', zip: 1 } }, 'place')]);
    const patched = strategicSink(rig.connection, rig.facts, { write: 'patch', concurrency: 1 });
    await patched.write([changeOf({ id: 'p', place: { country: 'c', city: 'y' } }, 'place')], EVERYTHING);
    expect((await rig.contents()).filter((one) => one.includes('"p"'))).toEqual([
      '{"id":"p","place":{"country":"c","city":"y","zip":1}}',
    ]);
  });

  test('is refused when it sets nothing, or more than the service takes', async () => {
    const rig = await open('patch');
    const many = Object.fromEntries(Array.from({ length: 11 }, (_, index) => [`p${index}`, index]));
    await strategicSink(rig.connection, rig.facts, { write: 'upsert', concurrency: 1 }).write(
      [upsert('b')],
      EVERYTHING,
    );
    expect(await rig.write([changeOf({ id: 'old', pk: 'key of old' }), upsert('b', 2)])).toEqual([
      expect.stringContaining('nothing to set'),
    ]);
    expect((await rig.contents()).map(nameOf).sort()).toEqual(['b 2', 'old 1']);
    expect(await rig.write([changeOf({ id: 'old', pk: 'key of old', ...many })])).toEqual([
      expect.stringContaining('11 properties, and a patch takes 10'),
    ]);
  });
});

describe('a merge', () => {
  const part = (value: object): Change => changeOf({ id: 'old', pk: 'key of old', ...value });

  test('sets what the document has, however much it is, and leaves the rest byte for byte', async () => {
    const rig = await open('upsert', { partitionKey: { paths: ['/place/country'], version: 2 } as never });
    const text = '{"id":"p","place":{"country":"c","zip":1},"kept":1.0,"a/b":1,"changed":{"old":true}}';
    await rig.write([{ ...changeOf({ id: 'p' }, 'place'), document: Buffer.from(text) }]);
    const merged = strategicSink(rig.connection, rig.facts, { write: 'merge', concurrency: 1 });
    const many = Array.from({ length: 12 }, (_, index) => `"p${index}":${index}`).join();
    const given = `{"place":{"city":"x","country":"c"},"id":"p","_etag":"e","changed":[2.50],"a/b":"~",${many}}`;
    await merged.write([{ ...changeOf({ id: 'p' }, 'place'), document: Buffer.from(given) }], EVERYTHING);
    const [found = ''] = (await rig.contents()).filter((one) => one.includes('"id":"p"'));
    expect(found).toContain('"place":{"city":"x","country":"c","zip":1},"kept":1.0,"a/b":"~","changed":[2.50]}');
    expect(JSON.parse(found)).toMatchObject({ id: 'p', p0: 0, p11: 11 });
    expect(found).not.toContain('_etag');
  });

  test('of two parts of one document in a page both count, in their order', async () => {
    const rig = await open('merge');
    rig.intercept = faultsOn('batch', LOST);
    await rig.write([part({ a: 1, b: 1 }), part({ b: 2, c: 2 }), part({ c: 3 })]);
    expect(await rig.inOld()).toEqual({ version: 1, a: 1, b: 2, c: 3 });
  });

  test('loses nothing of what others write between its reading and its writing', async () => {
    const rig = await open('merge');
    const items = rig.client.database('db').container('items');
    let batches = 0;
    beforeBatches(async (body) => {
      if (!body.includes('"Replace"') || ++batches > 3) return;
      await items.item('old', 'key of old').patch([{ op: 'set', path: `/theirs${batches}`, value: batches }]);
    });
    expect(await rig.write([part({ ours: true })])).toEqual([]);
    expect(await rig.inOld()).toEqual({ version: 1, theirs1: 1, theirs2: 2, theirs3: 3, ours: true });
  });

  test('creates what was deleted meanwhile, and merges into what was created meanwhile', async () => {
    const rig = await open('merge');
    const items = rig.client.database('db').container('items');
    const once = new Set<string>();
    beforeBatches(async (body) => {
      const kind = ['Replace', 'Create'].find((name) => body.includes(`"${name}"`));
      if (kind === undefined || once.has(kind)) return;
      once.add(kind);
      if (kind === 'Replace') await items.item('old', 'key of old').delete();
      else await items.items.create({ id: 'old', pk: 'key of old', theirs: true });
    });
    expect(await rig.write([part({ ours: true })])).toEqual([]);
    expect(await rig.inOld()).toEqual({ theirs: true, ours: true });
    expect([...once]).toEqual(['Replace', 'Create']);
  });

  test('that is kept out by unique values of another is refused, as the document that it came of', async () => {
    const policies = { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] } };
    const rig = await open('merge', { policies });
    const document = (id: string, email: string): Change => changeOf({ id, pk: 'x', email });
    expect(await rig.write([document('one', 'a@b'), document('two', 'c@d')])).toEqual([]);
    expect(await rig.write([document('two', 'a@b')])).toEqual([expect.stringMatching(/"two".*409/)]);
    expect(await rig.write([document('three', 'a@b')])).toEqual([expect.stringMatching(/"three".*409/)]);
  });
});

test.each<[StrategyName, Newness?]>([
  ['insert'],
  ['insert-ignore'],
  ['upsert-if-match'],
  ['merge'],
  ['upsert', { age: ageOf('_lsn'), keeps: false, writesEqual: false, onOlder: () => {} }],
])('%s writes what another document was in the way of that is gone when it is looked into', async (write, newness) => {
  const rig = await open(write, { newness });
  const items = rig.client.database('db').container('items');
  const seen: string[] = [];
  beforeBatches(async (body) => {
    const kind = body.includes('"Create"') ? 'Create' : 'Read';
    if (kind === 'Create' && !seen.includes('Create'))
      await items.items.create({ id: 'a', pk: 'key of a', theirs: true });
    if (kind === 'Read' && seen.at(-1) === 'Create') await items.item('a', 'key of a').delete();
    seen.push(kind);
  });
  expect(await rig.write([{ ...upsert('a', 7), lsn: 1 }])).toEqual([]);
  expect((await rig.contents()).map(nameOf).sort()).toEqual(['a 7', 'old 1']);
  expect(seen.filter((kind) => kind === 'Create')).toHaveLength(2);
});

test('of two documents with one key the first is inserted, and the second refused', async () => {
  const rig = await open('insert');
  expect(await rig.write([upsert('a', 1), upsert('b', 1), upsert('a', 2)])).toEqual([
    expect.stringMatching(/"a".*another document/),
  ]);
  expect((await rig.contents()).map(nameOf)).toEqual(['a 1', 'b 1', 'old 1']);
});

test('documents that are too large to be answered together are looked into one after the other', async () => {
  const rig = await open('insert', { ranges: 1 });
  const large = Array.from({ length: 4 }, (_, index) =>
    changeOf({ id: `l${index}`, pk: 'x', text: 'x'.repeat(1.9e6) }),
  );
  expect(await rig.write(large)).toEqual([]);
  expect(await rig.write(large)).toEqual([]);
});

test.each<[StrategyName, readonly Change[], { written: number; unchanged: number }]>([
  ['upsert', [upsert('old', 1), upsert('a', 1)], { written: 2, unchanged: 0 }],
  ['insert', [upsert('old'), upsert('a', 1)], { written: 1, unchanged: 1 }],
  ['insert-ignore', [upsert('old', 1), upsert('a', 1), removal('b')], { written: 1, unchanged: 2 }],
  ['patch-if-exists', [upsert('old', 1), upsert('a', 1)], { written: 1, unchanged: 1 }],
])('%s counts what it writes apart from what it leaves as it was', async (write, changes, counts) => {
  const { connection, facts } = await open(write);
  const tally = new Tally();
  await countedStrategic(connection, facts, tally, { write, concurrency: 4 }).write(changes, EVERYTHING);
  expect(tally).toMatchObject(counts);
});

test('what is to be looked into while the container does not answer is left for later', async () => {
  const rig = await open('insert', { ranges: 1 });
  let batches = 0;
  rig.intercept = ({ operation }) => (operation === 'batch' && ++batches === 2 ? { status: 503 } : undefined);
  expect(await rig.write([upsert('old', 1), upsert('old', 1)])).toEqual([]);
  expect(batches).toBeGreaterThan(3);
});

async function open(
  write: StrategyName,
  { newness, ...options }: ContainerRigOptions & { newness?: Newness | undefined } = {},
) {
  const rig = await useContainer({ ranges: 2, ...options });
  await strategicSink(rig.connection, rig.facts, { write: 'upsert', concurrency: 4 }).write(
    [upsert('old')],
    EVERYTHING,
  );
  const refusals: string[] = [];
  const setAside = vi.fn(async (refused: Refused) => {
    refusals.push(...refused.refusals.map(({ reason }) => (reason as Error).message));
  });
  const inner = strategicSink(rig.connection, rig.facts, { write, newness, concurrency: 4 });
  const patience = { budgetMs: 20_000, signal: new AbortController().signal };
  const sink = settingAside(retrying(inner, patience), setAside, new Tally());
  return Object.assign(rig, {
    contents: () => contentsOf(rig.emulator, 'db/items'),
    /** What the document `old` has beside its id and key. */
    inOld: async () => {
      const texts = await contentsOf(rig.emulator, 'db/items');
      const { id: _id, pk: _pk, ...rest } = JSON.parse(texts.find((text) => text.includes('"id":"old"')) ?? '{}');
      return rest;
    },
    /** Resolves with what is said of the changes that are refused. */
    write: async (changes: readonly Change[]) => {
      await sink.write(changes, EVERYTHING);
      return refusals.splice(0);
    },
    read: async (id: string) => {
      const { resource } = await rig.client.database('db').container('items').item(id, `key of ${id}`).read();
      return resource as { _etag: string };
    },
  });
}

/** Does something before each batch is sent. */
function beforeBatches(act: (body: Buffer) => Promise<void>): void {
  const post = Batches.prototype.post;
  const spy = vi.spyOn(Batches.prototype, 'post');
  onTestFinished(() => spy.mockRestore());
  spy.mockImplementation(async function (this: Batches, container, rangeId, body, how) {
    await act(body);
    return post.call(this, container, rangeId, body, how);
  });
}

function changeOf(document: { id: string; pk?: string; [name: string]: unknown }, key = document.pk): Change {
  return {
    key: `${JSON.stringify(document.id)},${JSON.stringify(key)}`,
    kind: 'upsert',
    document: Buffer.from(JSON.stringify(document)),
  };
}

function withEtag(change: Change, etag: string): Change {
  const document = JSON.parse(textOf(change)) as object;
  return { ...change, document: Buffer.from(JSON.stringify({ ...document, _etag: etag })) };
}

function nameOf(text: string): string {
  const { id, version } = JSON.parse(text) as { id: string; version: number };
  return `${id} ${version}`;
}
