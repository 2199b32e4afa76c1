import type { Container, SqlQuerySpec } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';

const COUNT = 90;
const WORDS = ['blue', 'red', 'green'];

/** Documents over four ranges. No two have the same score: lengths of texts and angles of vectors differ. */
async function openFilled() {
  const rig = await openRig({ ranges: 4 });
  for (let n = 0; n < COUNT; n++) {
    await rig.container.items.create({ id: `${n}`, pk: `p${n % 13}`, n, text: textOf(n), v: vectorOf(n) });
  }
  return rig;
}

function textOf(n: number): string {
  const padding = Array.from({ length: (n * 37) % 101 }, (_, index) => `w${index}`).join(' ');
  return `${WORDS[n % 3]} ${WORDS[n % 2]} ${padding}`;
}

function vectorOf(n: number): number[] {
  const angle = (((n * 53) % 97) * Math.PI) / 97;
  return [Math.cos(angle), Math.sin(angle)];
}

async function collect(container: Container, spec: string | SqlQuerySpec, options: object): Promise<unknown[]> {
  const iterator = container.items.query(spec, options);
  const found: unknown[] = [];
  while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
  return found;
}

const BY_VECTOR = Array.from({ length: COUNT }, (_, n) => n)
  .sort((a, b) => ((b * 53) % 97) - ((a * 53) % 97))
  .toReversed();

describe.each([
  ['asked of the server as a whole', {}],
  ['asked of each range by the client', { forceQueryPlan: true }],
])('a search %s', (_, mode) => {
  test.each([3, 100])('for vectors finds the most similar, in pages of %i', async (maxItemCount) => {
    const { container } = await openFilled();
    const options = { ...mode, maxItemCount };
    const parameters = [
      { name: '@v', value: [1, 0] },
      { name: '@n', value: 7 },
    ];
    const ask = (query: string): Promise<unknown[]> => collect(container, { query, parameters }, options);
    expect(await ask('SELECT TOP @n VALUE c.n FROM c ORDER BY VectorDistance(c.v, @v)')).toEqual(BY_VECTOR.slice(0, 7));
    expect(await ask('SELECT c.n FROM c ORDER BY VectorDistance(c.v, @v) OFFSET 4 LIMIT 9')).toEqual(
      BY_VECTOR.slice(4, 13).map((n) => ({ n })),
    );
    expect(await ask('SELECT TOP 4 c.n FROM c WHERE c.n > 40 ORDER BY RANK VectorDistance(c.v, @v)')).toEqual(
      BY_VECTOR.filter((n) => n > 40)
        .slice(0, 4)
        .map((n) => ({ n })),
    );
  });

  test('for words finds those of the shortest texts with the rarest of them', async () => {
    const { container } = await openFilled();
    const lengths = (found: unknown[]): number[] => (found as { n: number }[]).map(({ n }) => (n * 37) % 101);
    const query = 'SELECT TOP 8 * FROM c WHERE c.n % 2 = 0 ORDER BY RANK FullTextScore(c.text, @word)';
    const spec = { query, parameters: [{ name: '@word', value: 'Green' }] };
    const found = lengths(await collect(container, spec, mode));
    const expected = Array.from({ length: COUNT }, (_, n) => n).filter((n) => n % 6 === 2);
    expect(found).toEqual(
      lengths(expected.map((n) => ({ n })))
        .toSorted((a, b) => a - b)
        .slice(0, 8),
    );
  });
});

describe('a hybrid search', () => {
  const TEXT = 'FullTextScore(c.text, "green", "blue")';
  const VECTOR = 'VectorDistance(c.v, [0.6, 0.8])';

  test.each([
    `TOP 10 * FROM c ORDER BY RANK RRF(${TEXT}, ${VECTOR})`,
    `TOP 3 c.n FROM c ORDER BY RANK RRF(${VECTOR}, ${TEXT})`,
    `c.n FROM c ORDER BY RANK RRF(${TEXT}, ${VECTOR}, [0.5, 2]) OFFSET 5 LIMIT 20`,
    `TOP 10 c.n FROM c WHERE c.n < 50 ORDER BY RANK RRF(${TEXT}, FullTextScore(c.text, "red"), ${VECTOR})`,
    `TOP 10 c.n FROM c WHERE c.pk IN ("p1", "p2") ORDER BY RANK RRF(${VECTOR}, VectorDistance(c.v, [1, 0]))`,
    `TOP 5 c.n FROM c ORDER BY RANK ${TEXT}`,
  ])('finds the same as a whole and by ranges: SELECT %s', async (text) => {
    const { container } = await openFilled();
    const whole = await collect(container, `SELECT ${text}`, { maxItemCount: 3 });
    expect(whole.length).toBe(/(?:TOP|LIMIT) (\d+)/.exec(text)?.slice(1).map(Number)[0]);
    expect(new Set(whole.map((found) => (found as { n: number }).n)).size).toBe(whole.length);
    expect(await collect(container, `SELECT ${text}`, { forceQueryPlan: true, maxItemCount: 7 })).toEqual(whole);
  });

  test('goes on after a write between its pages', async () => {
    const { container } = await openFilled();
    const iterator = container.items.query(`SELECT VALUE c.n FROM c ORDER BY RANK RRF(${TEXT}, ${VECTOR})`, {
      maxItemCount: 30,
    });
    const found: number[] = [...(await iterator.fetchNext()).resources];
    await container.items.create({ id: 'late', pk: 'p1', n: COUNT });
    while (iterator.hasMoreResults()) found.push(...((await iterator.fetchNext()).resources ?? []));
    expect(found.toSorted((a, b) => a - b)).toEqual(Array.from({ length: COUNT + 1 }, (_, n) => n));
  });

  test('of a partition counts the words of that partition', async () => {
    const { container } = await openRig();
    for (let n = 0; n < 20; n++) await container.items.create({ id: `${n}`, pk: 'a', text: 'red' });
    await container.items.create({ id: 'x', pk: 'b', text: 'red' });
    for (const id of ['y', 'z']) await container.items.create({ id, pk: 'b', text: 'blue' });
    const query = 'SELECT TOP 1 VALUE c.id FROM c ORDER BY RANK FullTextScore(c.text, "red", "blue")';
    expect((await container.items.query(query, { partitionKey: 'b' }).fetchAll()).resources).toEqual(['x']);
    expect(await collect(container, query.replace('FROM c', 'FROM c WHERE c.pk = "b"'), {})).not.toEqual(['x']);
  });

  test('without TOP or LIMIT is refused by a client that asks each range', async () => {
    const { container } = await openFilled();
    const text = `SELECT c.n FROM c ORDER BY RANK RRF(${TEXT}, ${VECTOR})`;
    expect((await collect(container, text, {})).length).toBe(COUNT);
    await expect(collect(container, text, { forceQueryPlan: true })).rejects.toThrow(/without TOP or LIMIT/);
  });
});

test('distances are of the metric that the container has for its vectors', async () => {
  const { client } = await openRig();
  const { container } = await client.database('db').containers.create({
    id: 'vectors',
    partitionKey: { paths: ['/pk'] },
    vectorEmbeddingPolicy: {
      vectorEmbeddings: [
        { path: '/deep/v', dataType: 'float32' as never, dimensions: 2, distanceFunction: 'euclidean' as never },
      ],
    },
  });
  await container.items.create({ id: 'same direction', pk: 'a', deep: { v: [9, 0] } });
  await container.items.create({ id: 'near', pk: 'a', deep: { v: [1, 1] } });
  const query =
    'SELECT TOP 2 c.id, VectorDistance(c.deep.v, [1, 0]) AS d FROM c ORDER BY VectorDistance(c.deep.v, [1, 0])';
  for (const options of [{}, { forceQueryPlan: true }]) {
    expect(await collect(container, query, options)).toEqual([
      { id: 'near', d: 1 },
      { id: 'same direction', d: 8 },
    ]);
  }
});
