import type { Random } from '../../../test/support/random.ts';
import { itemName, KEYS, oddName } from './names.ts';
import { damaged, oddLiteral, oddly } from './odd-json.ts';

/** The partition keys of the documents that are there. */
export function keyValue(random: Random, container: string): string[] {
  return keyOf(random.integer(KEYS), container);
}

export function keyOf(number: number, container: string): string[] {
  return container === 'tree' ? [`k${number}`, `m${number % 3}`, `n${number % 2}`] : [`k${number}`];
}

/** A document that fits into its container, with properties that queries ask for. */
export function documentOf(random: Random, container: string, key: readonly unknown[]): Record<string, unknown> {
  const levels = container === 'tree' ? { a: key[0], b: key[1], c: key[2] } : { pk: key[0] };
  return {
    id: itemName(random, key),
    ...levels,
    email: `${random.integer(1e9)}@example.com`,
    address: { zip: String(random.integer(1000)), geo: [random.fraction(), random.integer(90)] },
    count: random.integer(100),
    tags: Array.from({ length: random.integer(random.pick([4, 20])) }, () =>
      random.pick(['red', 'green', 'blue', 'aaaaaaaaaaaaaaaaaaaaaaaa!']),
    ),
    text: random.text(60),
    ...(random.chance(0.2) && { ttl: random.pick([1, 2, 60, 60, -1, -1, 0, 1e12, null, '5']) }),
  };
}

export function documentBody(random: Random, container: string, key: readonly unknown[], id?: string): Buffer {
  const document = { ...documentOf(random, container, key), ...(id !== undefined && { id }) };
  if (random.chance(0.004))
    return Buffer.from(JSON.stringify({ ...document, big: 'x'.repeat(random.pick([100_000, 2_097_000, 2_400_000])) }));
  return body(random, document);
}

/** JSON of a value: as it is, odd, or damaged. */
export function body(random: Random, value: unknown): Buffer {
  const style = random.fraction();
  if (style < 0.6) return Buffer.from(JSON.stringify(value));
  if (style < 0.93) return Buffer.from(oddly(random, value, random.pick([0.02, 0.05, 0.2])));
  return damaged(random, JSON.stringify(value));
}

export function patch(random: Random): unknown {
  const path = (): string =>
    random.chance(0.7)
      ? random.pick(['/count', '/tags/0', '/tags/-', '/address/zip', '/address/geo/1', '/text', '/new'])
      : oddPath(random);
  const operation = (): unknown => {
    if (random.chance(0.4)) return { op: 'set', path: '/new', value: JSON.parse(safeLiteral(random)) };
    if (random.chance(0.2)) return { op: 'incr', path: '/count', value: random.pick([1, -1.5, 1e308, 2 ** 53]) };
    return {
      op: random.pick(['add', 'set', 'replace', 'remove', 'incr', 'move', 'set', random.pick(['Set', 'copy', 7])]),
      path: path(),
      ...(random.chance(0.9) && { value: JSON.parse(safeLiteral(random)) }),
      ...(random.chance(0.5) && { from: path() }),
    };
  };
  const operations = Array.from({ length: random.pick([1, 1, 1, 2, 3, 5, 10, 11]) }, operation);
  const condition = random.chance(0.7)
    ? undefined
    : random.pick(['from c where c.count > 5', 'from c', 'where', 'from c where (((', null, 7]);
  return random.chance(0.5) ? { operations, condition } : operations;
}

function oddPath(random: Random): string {
  return random.pick<() => string>([
    () => random.pick(['/count', '/tags/0', '/tags/-', '/tags/99', '/address/zip', '/address/geo/1', '/text', '/new']),
    () => random.pick(['/id', '/_ts', '/pk', '/ttl', '', '/', '//', 'count', '/a~0b', '/a~1b', '/a~2', '/__proto__/x']),
    () => `/${oddName(random)}`,
    () => '/a'.repeat(random.pick([5, 200, 20_000])),
  ])();
}

/** A literal that JSON.parse takes without going too deep for what follows. */
function safeLiteral(random: Random): string {
  const text = oddLiteral(random);
  return text.length > 2000 ? '7' : text;
}

export function batch(random: Random, container: string, key: readonly unknown[]): unknown {
  const operation = (): unknown => {
    const operationType = random.pick([
      'Create',
      'Upsert',
      'Upsert',
      'Replace',
      'Read',
      'Delete',
      'Patch',
      'Patch',
      random.pick(['Merge', 'toString', 'Read']),
    ]);
    const own = random.chance(0.97) ? key : keyValue(random, container);
    return {
      operationType,
      ...(random.chance(0.8) && { id: itemName(random, own) }),
      ...(random.chance(0.7) && { partitionKey: JSON.stringify(own) }),
      ...(random.chance(0.1) && { ifMatch: random.pick(['*', '"x"', '']), ifNoneMatch: random.pick(['*', '"x"']) }),
      ...(operationType === 'Patch'
        ? { resourceBody: patch(random) }
        : { resourceBody: documentOf(random, container, own) }),
    };
  };
  return Array.from({ length: random.pick([0, 1, 2, 2, 3, 3, 5, 5, 10, 10, random.pick([30, 100, 101])]) }, operation);
}

export function definition(random: Random, name: string): unknown {
  const path = (): string =>
    random.pick(['/pk', '/a', '/a/b', '/"x y"/z', '/', '', 'pk', '/a/?', '/[]', `/${random.text(5)}`]);
  if (random.chance(0.6)) return plainDefinition(random, name);
  const kind = random.pick(['Hash', 'Hash', 'MultiHash', 'Range', undefined]);
  return {
    id: name,
    partitionKey: {
      paths: Array.from({ length: kind === 'MultiHash' ? random.integer(5) : 1 }, path),
      kind,
      version: random.pick([1, 2, 2, 2, undefined, 3]),
    },
    ...(random.chance(0.3) && { defaultTtl: random.pick([-1, 1, 60, 0, 2_147_483_647, 2_147_483_648, 1.5, '5']) }),
    ...(random.chance(0.3) && {
      changeFeedPolicy: { retentionDuration: random.pick([0, 5, 43_200, 43_201, -1, null]) },
    }),
    ...(random.chance(0.3) && { uniqueKeyPolicy: { uniqueKeys: [{ paths: [path(), path()] }, { paths: [path()] }] } }),
    ...(random.chance(0.3) && {
      indexingPolicy: { indexingMode: random.pick(['consistent', 'none', 'lazy']), includedPaths: [{ path: '/*' }] },
    }),
    ...(random.chance(0.1) && { computedProperties: [{ name: 'x', query: 'SELECT VALUE LOWER(c.text) FROM c' }] }),
  };
}

function plainDefinition(random: Random, id: string): unknown {
  const partitionKey = random.chance(0.7)
    ? { paths: ['/pk'], kind: 'Hash', version: random.pick([1, 2]) }
    : { paths: ['/a', '/b', '/c'], kind: 'MultiHash', version: 2 };
  return {
    id,
    partitionKey,
    ...(random.chance(0.3) && { defaultTtl: random.pick([-1, 1, 60]) }),
    ...(random.chance(0.3) && { changeFeedPolicy: { retentionDuration: 10 } }),
    ...(random.chance(0.3) && { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/email'] }] } }),
  };
}

export function offer(random: Random): unknown {
  const throughput = random.pick([400, 1000, 10_000, 20_000, 399, 450, 1_000_100, -1, 0, 1e300]);
  return {
    offerVersion: 'V2',
    content: {
      ...(random.chance(0.8) && { offerThroughput: throughput }),
      ...(random.chance(0.3) && { offerAutopilotSettings: { maxThroughput: throughput } }),
      ...(random.chance(0.2) && {
        throughputBuckets: [{ id: random.integer(7), maxThroughputPercentage: random.integer(120) }],
      }),
    },
  };
}
