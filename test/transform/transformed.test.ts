import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { presented } from '../../src/commands/presented.ts';
import { transforming } from '../../src/commands/transforming.ts';
import { type Change, EVERYTHING, type Page, type Range, type Sink } from '../../src/contract.ts';
import { FlawedRecord } from '../../src/formats/flawed-record.ts';
import { Tally } from '../../src/support/tally.ts';
import { sourceOf, page as versionsPage } from '../pipeline/rig.ts';
import { pagesOf, textOf, upsert } from '../support/changes.ts';
import { moduleOf, transform } from './rig.ts';

describe('a function', () => {
  test('that gives back the change leaves every byte of the document', async () => {
    const document = Buffer.from('{ "id":"a", "n":1.0, "big":12345678901234567890 }');
    const changes = [{ ...upsert('a'), document }];
    const touched = 'export default (change) => { change.document.n; return change; }';
    for (const text of ['export default (change) => change', touched]) {
      expect((await outputsOf(text, changes)).map(textOf)).toEqual([document.toString()]);
    }
  });

  test('may change the document in place, make others, several, or nothing', async () => {
    const text = `export default async (change) => {
      const { document } = change;
      if (change.id === 'a') { document.seen = true; return change; }
      if (change.id === 'b') return [change, { document: { id: 'b2', pk: 'x', from: change.partitionKey } }];
      if (change.id === 'c') return { kind: 'delete', document: { id: 'c', pk: 'x' } };
      return null;
    }`;
    const outputs = await outputsOf(
      text,
      ['a', 'b', 'c', 'd'].map((id) => upsert(id)),
    );
    expect(outputs.map((change) => [change.kind, change.key, textOf(change)])).toEqual([
      ['upsert', '"a","key of a"', '{"id":"a","pk":"key of a","version":1,"seen":true}'],
      ['upsert', '"b","key of b"', textOf(upsert('b'))],
      ['upsert', '"b2","x"', '{"id":"b2","pk":"x","from":["key of b"]}'],
      ['delete', '"c","x"', '{"id":"c","pk":"x"}'],
    ]);
  });

  test('makes other versions of other versions, though they be the same, and the same of the same', async () => {
    const text = 'export default () => [{ document: { id: "n", pk: "x" } }, { document: { id: "n", pk: "x" } }]';
    const changes = [{ version: '1' }, { version: '2' }, { lsn: 3, operation: 'delete' as const }, { version: '1' }];
    const versions = await outputsOf(
      text,
      changes.map((facts) => ({ ...upsert('a'), ...facts })),
    );
    expect(new Set(versions.map(({ version }) => version)).size).toBe(6);
    expect(versions.slice(6)).toEqual(versions.slice(0, 2));
  });

  test('that changes a document leaves the bytes of all that it does not change', async () => {
    const text = '{"id":"1","pk":"k","n":1e400,"m":9007199254740993,"z":-0,"d":1.0}';
    for (const output of ['(c.document.q = 1, c)', '({ document: { ...c.document, q: 1 } })']) {
      const [made] = await outputsOf(`export default c => ${output}`, [
        { ...upsert('1'), document: Buffer.from(text) },
      ]);
      expect(textOf(made as Change)).toBe(`${text.slice(0, -1)},"q":1}`);
    }
  });

  test('that returns nothing has failed: only null drops a change', async () => {
    const [made] = await outputsOf('export default (change) => { change.document.q = 1; }', [upsert('a')]);
    expect(String((made as FlawedRecord).flaw)).toMatch(/return the change, or null to drop it/);
    for (const nothing of ['null', '[]'])
      expect(await outputsOf(`export default () => ${nothing}`, [upsert('a')])).toEqual([]);
  });

  test('is counted: what it drops, and what it makes more of', async () => {
    const text = `export default (change) => ({ a: null, b: change, c: [change, change, change] })[change.id]`;
    const tally = new Tally();
    tally.page(EVERYTHING, 3, 0, true);
    await outputsOf(
      text,
      ['a', 'b', 'c'].map((id) => upsert(id)),
      tally,
    );
    expect(tally).toMatchObject({ read: 3, filtered: 1, added: 2, left: 4 });
  });

  test('that fails on a change makes a flawed record of it alone, and leaves nothing of it in the state', async () => {
    const text = `export const state = {};
      export default (change, { state }) => {
        state.set('count', (state.get('count') ?? 0) + 1);
        if (change.id === 'b') throw new Error('no b');
        return { document: { id: change.id, pk: 'x', count: state.get('count') } };
      }`;
    const outputs = await outputsOf(
      text,
      ['a', 'b', 'c'].map((id) => upsert(id)),
    );
    expect(outputs.map((change) => (change instanceof FlawedRecord ? String(change.flaw) : textOf(change)))).toEqual([
      '{"id":"a","pk":"x","count":1}',
      expect.stringMatching(/the transform failed on "b","key of b": no b/),
      '{"id":"c","pk":"x","count":2}',
    ]);
  });

  test.each([
    ['a document without an id', '{ document: { pk: "x" } }', /no id that is a text/],
    ['no document', '{ id: "x" }', /no document/],
    ['an array', '{ document: [] }', /no document/],
    ['nothing among others', '[undefined]', /no document/],
    [
      'something of the change beside its document',
      'Object.assign(change, { kind: "delete" })',
      /read only property 'kind'/,
    ],
    ['another kind', '{ kind: "remove", document: { id: "a" } }', /the kind "remove"/],
    ['a number that is none', '{ document: { id: "a", sums: [1, 0 / 0] } }', /JSON cannot hold NaN at \/sums\/1/],
  ])('that makes %s has failed', async (_, output, message) => {
    const [made] = await outputsOf(`export default (change) => (${output})`, [upsert('a')]);
    expect(String((made as FlawedRecord).flaw)).toMatch(message);
  });

  test('that uses state must say so', async () => {
    const text = 'export default (change, { state }) => state.get("x")';
    await expect(outputsOf(text, [upsert('a')])).rejects.toMatchObject({ code: 'configuration' });
  });
});

describe('state', () => {
  test('is stored with the position, and found again', async () => {
    const text = `export const state = {};
      export default ({ document }, { state }) => {
        const count = (state.get(document.id) ?? 0) + 1;
        state.set(document.id, count);
        if (count === 3) state.delete(document.id);
        return { document: { id: document.id, pk: 'x', count } };
      }`;
    const checkpoint = forgetful();
    const [first, second] = [versionsPage('1', 'a1', 'b1', 'a2'), versionsPage('2', 'a3', 'b2')];
    const sink = collecting();
    await transform(text, { source: sourceOf(new Map([[EVERYTHING, [first]]])), sink, checkpoint });
    expect(checkpoint.notes()).toEqual(
      new Map([
        ['state/a', '{"value":2}'],
        ['state/b', '{"value":1}'],
      ]),
    );
    await transform(text, { source: sourceOf(new Map([[EVERYTHING, [first, second]]])), sink, checkpoint });
    expect(checkpoint.notes()).toEqual(new Map([['state/b', '{"value":2}']]));
    expect(sink.changes.map((change) => JSON.parse(textOf(change)).count)).toEqual([1, 1, 2, 3, 2]);
  });

  test('of pages that were not committed is not kept, whatever range they are of', async () => {
    const text = `export const state = {};
      export default ({ document }, { state }) => {
        state.set('sum', (state.get('sum') ?? 0) + document.version);
        return null;
      }`;
    const [left, right]: [Range, Range] = [
      { min: '', max: '80' },
      { min: '80', max: 'FF' },
    ];
    const pages = new Map([
      [left, [versionsPage('1', 'a1'), versionsPage('2', 'a2')]],
      [right, [versionsPage('1', 'b4'), versionsPage('2', 'b8')]],
    ]);
    const checkpoint = forgetful();
    let writes = 0;
    for (;;) {
      const failing: Sink = {
        async write() {
          if (++writes % 2 === 0) throw new Error('outage');
        },
        close: async () => {},
      };
      const isOver = await transform(text, { source: sourceOf(pages), sink: failing, checkpoint }).then(
        () => true,
        () => false,
      );
      if (isOver) break;
    }
    expect(checkpoint.notes().get('state/sum')).toBe('{"value":15}');
  });

  test('ends when it has been there for its time, and holds no more than it may', async () => {
    const brief = `export const state = { ttl: '1ms', maxEntries: 2 };
      const wait = () => new Promise((resolve) => setTimeout(resolve, 5));
      export default async ({ id }, { state }) => {
        state.set(id, 1);
        await wait();
        return { document: { id, pk: 'x', found: state.get(id) ?? 'nothing' } };
      }`;
    const outputs = await outputsOf(
      brief,
      ['a', 'b', 'c'].map((id) => upsert(id)),
    );
    expect(outputs.map((change) => JSON.parse(textOf(change)).found)).toEqual(['nothing', 'nothing', 'nothing']);
    const full = `export const state = { maxEntries: 2 };
      export default ({ id }, { state }) => {
        state.set(id, 1);
        return null;
      }`;
    await expect(
      outputsOf(
        full,
        ['a', 'b', 'c'].map((id) => upsert(id)),
      ),
    ).rejects.toThrow(/is full: it has 2 entries/);
  });
});

test('a change that is kept beyond its page is gone, instead of being another one', async () => {
  const text = `let last;
    export default (change) => {
      const before = last;
      last = change;
      return before ? { document: before.document } : null;
    }`;
  const sink = collecting();
  const pages = [versionsPage('1', 'a1'), versionsPage('2', 'b1')];
  await transform(text, { source: sourceOf(new Map([[EVERYTHING, pages]])), sink, checkpoint: forgetful() });
  expect(sink.changes.map((change) => String((change as FlawedRecord).flaw))).toEqual([
    expect.stringMatching(/is gone when its page is over/),
  ]);
});

test('an entry of the state is found again after a crash, or refused', async () => {
  const text = `export const state = {};
    export default ({ id, document }, { state }) => {
      const before = state.get(42) ?? 0;
      state.set(42, before + 1);
      if (id === 'c') state.set({ id }, 1);
      if (id === 'd') state.set('d', { sum: NaN });
      return { document: { id, pk: 'x', before } };
    }`;
  const [checkpoint, sink] = [forgetful(), collecting()];
  for (const id of ['a', 'b', 'c', 'd']) {
    const pages: readonly Page[] = [{ changes: [upsert(id)], resumeAt: id as never }];
    await transform(text, { source: sourceOf(new Map([[EVERYTHING, pages]])), sink, checkpoint });
  }
  expect(sink.changes.map((change) => (change instanceof FlawedRecord ? String(change.flaw) : textOf(change)))).toEqual(
    [
      '{"id":"a","pk":"x","before":0}',
      '{"id":"b","pk":"x","before":1}',
      expect.stringMatching(/a key of the state is no text but {"id":"c"}/),
      expect.stringMatching(/JSON cannot hold NaN at \/sum/),
    ],
  );
});

test('a value that cannot be kept takes no room in the state', async () => {
  const text = `export const state = { maxEntries: 1 };
    export default ({ id }, { state }) => {
      if (id !== 'd') state.set(id, 1n);
      state.set(id, 1);
      return { document: { id, pk: 'x' } };
    }`;
  const outputs = await outputsOf(
    text,
    ['a', 'b', 'c', 'd'].map((id) => upsert(id)),
  );
  expect(outputs.map((change) => change instanceof FlawedRecord)).toEqual([true, true, true, false]);
});

test('what failed stays so, however it is presented', async () => {
  const failing = 'export default (change) => { if (change.id === "b") throw new Error("no b"); return change; }';
  for (const options of [
    { systemProperties: false, envelope: false },
    { systemProperties: false, envelope: true },
    { systemProperties: true, envelope: false },
  ]) {
    const transformation = await transforming({ transform: moduleOf(failing), eventTime: undefined });
    const flow = transformation?.over(forgetful(), { paths: ['/pk'] }, new Tally());
    const pages: readonly Page[] = [{ changes: ['a', 'b', 'c'].map((id) => upsert(id)), resumeAt: '1' as never }];
    const source = flow?.over(sourceOf(new Map([[EVERYTHING, pages]])));
    if (!source) throw new Error('there is no transform');
    const facts = { partitionKey: { paths: ['/pk'] } } as never;
    const [page] = await pagesOf(presented(source, facts, { ...options, select: undefined }), EVERYTHING);
    expect(page?.changes.map((change) => change instanceof FlawedRecord)).toEqual([false, true, false]);
  }
});

describe('a module is refused that', () => {
  test.each([
    ['is not there', undefined, /there is no such file/],
    ['is no JavaScript', 'export default (', /cannot transform with/],
    ['exports nothing', 'export const x = 1', /neither a function by default nor a window/],
    ['exports something else', 'export default 1', /is no function/],
    ['has a window that never closes', 'export const window = { every: "x" }', /window\.key|window\.add/],
    ['has a window of no time', 'export const window = { every: "0s", add: () => 1, close: () => null }', /no time/],
    ['has a state of no size', 'export const state = { maxEntries: 0 }; export default () => null', /maxEntries/],
  ])('%s', async (_, text, message) => {
    const { loadTransform } = await import('../../src/transform/module.ts');
    const file = text === undefined ? '/nowhere/transform.mjs' : moduleOf(text);
    await expect(loadTransform(file)).rejects.toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
  });
});

interface Collecting extends Sink {
  readonly changes: Change[];
}

function collecting(): Collecting {
  const changes: Change[] = [];
  return {
    changes,
    async write(written) {
      changes.push(...written);
    },
    close: async () => {},
  };
}

async function outputsOf(text: string, changes: readonly Change[], tally?: Tally): Promise<readonly Change[]> {
  const sink = collecting();
  const pages: readonly Page[] = [{ changes, resumeAt: '1' as never }];
  const source = sourceOf(new Map([[EVERYTHING, pages]]));
  await transform(text, { source, sink, checkpoint: forgetful() }, undefined, tally);
  return sink.changes;
}
