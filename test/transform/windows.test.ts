import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { type Change, EVERYTHING, type Page, type Range, type Sink } from '../../src/contract.ts';
import { FlawedRecord } from '../../src/formats/flawed-record.ts';
import { sourceOf } from '../pipeline/rig.ts';
import { textOf } from '../support/changes.ts';
import { transform } from './rig.ts';

const [LEFT, RIGHT]: [Range, Range] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];
const COUNTS = `export const window = {
  every: '1m',
  lateness: '10s',
  key: ({ document }) => document.who,
  add: (count = 0) => count + 1,
  close: ({ start, end, key, value }) => ({ document: { id: key + '-' + start.slice(14, 19), pk: key, end, value } }),
};`;

test('a window closes once the newest event is past its end and the lateness, with a value for each key', async () => {
  const results = await resultsOf([
    [
      EVERYTHING,
      [
        pageOf('1', [
          ['ann', 0],
          ['bob', 59],
          ['ann', 30],
        ]),
        pageOf('2', [
          ['ann', 69],
          ['ann', 5],
        ]),
      ],
    ],
  ]);
  expect(results).toEqual([]);
  const closed = await resultsOf([
    [
      EVERYTHING,
      [
        pageOf('1', [
          ['ann', 0],
          ['bob', 59],
          ['ann', 30],
        ]),
        pageOf('2', [['ann', 70]]),
      ],
    ],
  ]);
  expect(closed).toEqual([
    { id: 'ann-00:00', pk: 'ann', end: '2026-11-21T00:01:00.000Z', value: 2 },
    { id: 'bob-00:00', pk: 'bob', end: '2026-11-21T00:01:00.000Z', value: 1 },
  ]);
});

test('a range that is behind holds windows open, and one that has nothing more does not', async () => {
  const ahead: readonly Page[] = [pageOf('1', [['ann', 500]])];
  const behind = (lag: number): readonly Page[] => [{ ...pageOf('1', [['bob', 3]]), lag }];
  expect(
    await resultsOf([
      [LEFT, ahead],
      [RIGHT, behind(7)],
    ]),
  ).toEqual([]);
  expect(
    await resultsOf([
      [LEFT, ahead],
      [RIGHT, behind(0)],
    ]),
  ).toMatchObject([{ id: 'bob-00:00', value: 1 }]);
});

test('what comes after its window has closed is a flawed record, and so is what has no time', async () => {
  const pages = [
    pageOf('1', [['ann', 0]]),
    pageOf('2', [['ann', 200]]),
    pageOf('3', [
      ['ann', 1],
      ['ann', Number.NaN],
    ]),
  ];
  const results = await resultsOf([[EVERYTHING, pages]]);
  expect(results).toEqual([
    expect.objectContaining({ id: 'ann-00:00', value: 1 }),
    expect.stringMatching(/it is late: its window is closed/),
    expect.stringMatching(/it has no event time/),
  ]);
});

describe('after a failure', () => {
  test('what was committed is counted once, and what was not again', async () => {
    const pages = [
      pageOf('1', [
        ['ann', 0],
        ['ann', 1],
      ]),
      pageOf('2', [['ann', 2]]),
      pageOf('3', [['ann', 100]]),
    ];
    const checkpoint = forgetful();
    const results: unknown[] = [];
    for (let failAt = 1; failAt <= 4; failAt++) {
      let writes = 0;
      const sink: Sink = {
        async write(changes) {
          if (++writes === 2 && failAt < 4) throw new Error('outage');
          results.push(...changes.map((change) => JSON.parse(textOf(change))));
        },
        close: async () => {},
      };
      await transform(COUNTS, { source: sourceOf(new Map([[EVERYTHING, pages]])), sink, checkpoint }, '/at').catch(
        () => {},
      );
    }
    expect(results).toEqual([expect.objectContaining({ id: 'ann-00:00', value: 3 })]);
  });
});

test.each([
  [
    'throws',
    "close: () => { throw new Error('no room') }",
    /failed to close the window of "ann" from 2026-11-21T00:00:00.000Z: no room/,
  ],
  ['returns nothing', 'close: () => {}', /it returned nothing: return { document }, or null/],
  ['makes no document', 'close: async () => ({ document: 1 })', /failed to close the window of "ann"/],
])('a window whose close %s stops the run, which goes on at that window', async (_, close, message) => {
  const text = `export const window = { every: '1m', key: ({ document }) => document.who, add: (n = 0) => n + 1, ${close} }`;
  const pages = [pageOf('1', [['ann', 0]]), pageOf('2', [['ann', 100]])];
  const checkpoint = forgetful();
  const run = (module: string): Promise<unknown> => resultsOf([[EVERYTHING, pages]], module, checkpoint);
  await expect(run(text)).rejects.toMatchObject({ code: 'transform_failed', message: expect.stringMatching(message) });
  expect(await run(COUNTS)).toMatchObject([{ id: 'ann-00:00', value: 1 }]);
});

test('a change that a window fails on leaves nothing of itself in it', async () => {
  const failing = `export const window = {
    every: '1m',
    add(value = { count: 0 }, { document: { who } }) {
      value.count++;
      if (who === 'bad') throw new Error('no');
      if (who === 'none') return;
      return who === 'map' ? new Map() : value;
    },
    key: ({ document: { who } }) => who === 'key' ? 1 : '',
    close: ({ start, value }) => ({ document: { id: start, pk: '', ...value } }),
  };`;
  const pages = [
    pageOf('1', [
      ['ann', 0],
      ['bad', 1],
      ['none', 2],
      ['map', 3],
      ['key', 4],
      ['ann', 5],
    ]),
    pageOf('2', [['ann', 100]]),
  ];
  expect(await resultsOf([[EVERYTHING, pages]], failing)).toEqual([
    expect.stringMatching(/: no$/),
    expect.stringMatching(/window.add returned nothing/),
    expect.stringMatching(/JSON cannot hold a Map/),
    expect.stringMatching(/window.key gave no text but 1/),
    expect.objectContaining({ id: '2026-11-21T00:00:00.000Z', count: 2 }),
  ]);
});

test('successors of a range that has split go on with its mark', async () => {
  const parts = [LEFT, RIGHT].map((range) => ({ range, resumeAt: 'start' as never }));
  const results = await resultsOf([
    [
      EVERYTHING,
      [
        {
          ...pageOf('1', [
            ['ann', 0],
            ['ann', 65],
          ]),
          split: parts,
        },
      ],
    ],
    [LEFT, [pageOf('start', []), pageOf('2', [['ann', 300]])]],
    [RIGHT, [pageOf('start', []), pageOf('2', [['bob', 69]])]],
  ]);
  // The right one has not come further than 69, so that the first minute is still open.
  expect(results).toEqual([]);
});

function pageOf(resumeAt: string, events: readonly (readonly [who: string, seconds: number])[]): Page {
  const changes = events.map(([who, seconds], index): Change => {
    const at = Number.isNaN(seconds) ? undefined : new Date(Date.UTC(2026, 10, 21, 0, 0, seconds)).toISOString();
    const document = { id: `${resumeAt}-${index}`, pk: who, who, at };
    return { key: JSON.stringify(document.id), kind: 'upsert', document: Buffer.from(JSON.stringify(document)) };
  });
  return { changes, resumeAt: resumeAt as never };
}

/** What comes out: documents, or why there is none. */
async function resultsOf(
  pages: readonly (readonly [Range, readonly Page[]])[],
  module = COUNTS,
  checkpoint = forgetful(),
): Promise<unknown[]> {
  const results: unknown[] = [];
  const sink: Sink = {
    async write(changes) {
      for (const change of changes)
        results.push(change instanceof FlawedRecord ? String(change.flaw) : JSON.parse(textOf(change)));
    },
    close: async () => {},
  };
  await transform(module, { source: sourceOf(new Map(pages)), sink, checkpoint }, '/at');
  return results;
}
