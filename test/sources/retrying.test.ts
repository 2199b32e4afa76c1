import { describe, expect, test } from 'vitest';
import { type Continuation, EVERYTHING, type Page, type Source } from '../../src/contract.ts';
import { type RetryOptions, retrying } from '../../src/sources/retrying.ts';
import { describeSource } from '../contract/source.ts';
import { idOf, pagesOf, rangesOf, startOf, upsert } from '../support/changes.ts';

const PAGES = 6;
const OUTAGE = new Error('an outage');
const BUG = new TypeError('a bug');

describeSource('retrying', async () => ({ source: patient(failing(() => undefined)), ids: IDS }));

describeSource('retrying, around one that fails before every page,', async () => {
  let turn = 0;
  return { source: patient(failing(() => (turn++ % 2 === 0 ? OUTAGE : undefined))), ids: IDS };
});

test('reads on from the last page that was taken', async () => {
  const opened: (Continuation | undefined)[] = [];
  let reads = 0;
  const source = failing(() => ([3, 4, 7].includes(++reads) ? OUTAGE : undefined), opened);
  const pages = await pagesOf(patient(source), EVERYTHING);
  expect(pages.flatMap(({ changes }) => changes.map(idOf))).toEqual(IDS);
  expect(opened).toEqual([undefined, '2', '2', '4']);
});

test('a page fills the budget again', async () => {
  let reads = 0;
  const source = patient(
    failing(() => (++reads % 2 !== 0 ? OUTAGE : undefined)),
    { budgetMs: 300 },
  );
  expect(await pagesOf(source, EVERYTHING)).toHaveLength(PAGES);
});

test('tells the user, in words for users, when no page has come for the whole budget', async () => {
  let reads = 0;
  const source = patient(
    failing(() => (++reads > 2 ? OUTAGE : undefined)),
    { budgetMs: 2000 },
  );
  await expect(pagesOf(source, EVERYTHING)).rejects.toThrow('explained: an outage');
  expect(reads).toBeGreaterThan(4);
});

test('throws at once what another try cannot mend', async () => {
  let reads = 0;
  const source = failing(() => {
    reads++;
    return BUG;
  });
  await expect(pagesOf(patient(source), EVERYTHING)).rejects.toThrow('explained: a bug');
  expect(reads).toBe(1);
});

test('a range whose request is cut off by a stop is not asked again', async () => {
  const stop = new AbortController();
  let tries = 0;
  const source: Source = {
    ...failing(() => undefined),
    async *pages() {
      stop.abort();
      if (++tries < 5) throw OUTAGE;
      yield* [];
    },
  };
  for await (const _ of patient(source).pages(EVERYTHING, undefined, stop.signal)) expect.unreachable();
  expect(tries).toBe(1);
});

test('tries to read the ranges again as well', async () => {
  const failures = [OUTAGE, OUTAGE];
  const inner = failing(() => undefined);
  const source = patient({
    ...inner,
    starts: async () => {
      const failure = failures.pop();
      if (failure) throw failure;
      return inner.starts();
    },
  });
  expect(await rangesOf(source)).toEqual([EVERYTHING]);
});

describe('when it is told to stop', () => {
  test.each(['before a try', 'while it waits for the next'])('%s, it ends without throwing', async (moment) => {
    const stop = new AbortController();
    const source = patient(
      failing(() => {
        if (moment === 'before a try') stop.abort();
        return OUTAGE;
      }),
      { onWait: () => setImmediate(() => stop.abort()) },
    );
    const pages: Page[] = [];
    for await (const page of source.pages(EVERYTHING, undefined, stop.signal)) pages.push(page);
    expect(pages).toEqual([]);
  });

  test('a bug comes out all the same', async () => {
    const stop = new AbortController();
    const source = patient(
      failing(() => {
        stop.abort();
        return BUG;
      }),
    );
    await expect(source.pages(EVERYTHING, undefined, stop.signal)[Symbol.asyncIterator]().next()).rejects.toThrow(
      'a bug',
    );
  });
});

const IDS = Array.from({ length: PAGES }, (_, index) => `item-${index}`);

function patient(source: Source, options: Partial<RetryOptions> = {}): Source {
  return retrying(source, {
    budgetMs: 10_000,
    signal: new AbortController().signal,
    isTransient: (error) => error === OUTAGE,
    explain: (error) => new Error(`explained: ${(error as Error).message}`),
    ...options,
  });
}

/** A document a page; fails before a page when `failure` says so. `opened` gets where it is read from. */
function failing(failure: () => Error | undefined, opened: (Continuation | undefined)[] = []): Source {
  return {
    starts: async () => [startOf(EVERYTHING)],
    async *pages(_range, from, signal) {
      opened.push(from);
      for (let next = Number(from ?? 0); next < PAGES && !signal.aborted; next++) {
        const error = failure();
        if (error) throw error;
        yield { changes: [upsert(`item-${next}`)], resumeAt: String(next + 1) as Continuation };
      }
    },
  };
}
