import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING } from '../../../src/contract.ts';
import { Order } from '../../../src/pipeline/order.ts';
import { Undelivered } from '../../../src/sinks/undelivered.ts';
import { upsert } from '../../support/changes.ts';
import { randomFrom } from '../../support/random.ts';
import { batched, openSink, type SinkOptions, serve } from './rig.ts';

const KEYS = 50;
const VERSIONS = 20;
/** `SEEDS=100` plays as many as that in each test. */
const SEEDS = Number(process.env.SEEDS ?? 1);

/** A version of each document in a page. */
const SPREAD = Array.from({ length: VERSIONS }, (_, version) =>
  Array.from({ length: KEYS }, (_, key) => upsert(`item-${key}`, version + 1)),
);
/** All versions of a fifth of the documents in a page, mixed. */
const DENSE = Array.from({ length: 5 }, (_, page) =>
  Array.from({ length: (KEYS / 5) * VERSIONS }, (_, index) =>
    upsert(`item-${page * 10 + (index % 10)}`, Math.floor(index / 10) + 1),
  ),
);

describe('a receiver that fails sees the versions of each document in order,', () => {
  test.each([
    [1, 'in several pages', 1, 1, SPREAD],
    [2, 'in several pages', 16, 1, SPREAD],
    [3, 'in several pages', 64, 1, SPREAD],
    [4, 'in one page', 64, 1, DENSE],
    [5, 'in one page', 16, 7, DENSE],
    [6, 'in one page', 64, 25, DENSE],
  ] as const)(
    '%i: %s, %i at once, in batches of %i',
    async (first, _, concurrency, size, pages) => {
      for (let seed = first; seed < first + SEEDS; seed++) await assertOrdered(pages, seed, concurrency, size);
    },
    30_000 * SEEDS,
  );
});

async function assertOrdered(
  pages: readonly (readonly Change[])[],
  seed: number,
  concurrency: number,
  size: number,
): Promise<void> {
  const random = randomFrom(seed);
  const [applied, underWay] = [new Map<string, number[]>(), new Set<string>()];
  const overlaps: string[] = [];
  const { url } = await serve(async (response, { body }) => {
    const documents = body.toString().split('\n').slice(0, -1);
    const items = documents.map((text) => JSON.parse(text) as { id: string; version: number });
    const ids = new Set(items.map(({ id }) => id));
    for (const id of ids) if (underWay.has(id)) overlaps.push(id);
    for (const id of ids) underWay.add(id);
    for (let turns = random.integer(6); turns > 0; turns--) await turn();
    const fate = random.fraction();
    if (fate >= 0.1) for (const { id, version } of items) applied.set(id, [...(applied.get(id) ?? []), version]);
    // Before the answer: the next request may come with it.
    for (const id of ids) underWay.delete(id);
    if (fate < 0.1) response.writeHead(random.pick([408, 429, 500, 503])).end();
    else if (fate < 0.4) response.destroy();
    else response.end();
  });
  const options: SinkOptions = { connections: concurrency, sink: { ...batched(size), concurrency } };
  const sink = openSink(url, options);
  const order = new Order({ ...sink, write: (changes, range) => persist(changes, (left) => sink.write(left, range)) });
  await Promise.all(pages.map((page) => order.write(page, EVERYTHING)));

  expect(overlaps).toEqual([]);
  expect(applied.size).toBe(KEYS);
  for (const versions of applied.values()) {
    expect(versions.at(-1)).toBe(VERSIONS);
    expect([...new Set(versions)]).toEqual(Array.from({ length: VERSIONS }, (_, index) => index + 1));
    // What is repeated is repeated at once, with all that came after it.
    for (const [index, version] of versions.entries()) {
      expect(version - (versions[index - 1] ?? 0)).toBeLessThanOrEqual(1);
    }
  }
}

/** What the retrying wrapper does, but at once. */
async function persist(
  changes: readonly Change[],
  write: (left: readonly Change[]) => Promise<unknown>,
): Promise<void> {
  for (let left = changes; left.length > 0; ) {
    try {
      await write(left);
      return;
    } catch (error) {
      if (!(error instanceof Undelivered)) throw error;
      left = error.changes;
    }
  }
}
