import { HEADER } from '../../../src/protocol/headers.ts';
import type { Random } from '../../../test/support/random.ts';
import { batch, body, definition, documentBody, keyValue, offer, patch } from './documents.ts';
import type { Draft } from './draft.ts';
import { containerName, databaseName, itemName, oddName, pathPart } from './names.ts';
import { sql } from './sql.ts';
import { continuation, epk, rangeId } from './tokens.ts';

/** A request that is right but for its body, of any of the server's routes. */
export function request(random: Random): Draft {
  const total = REQUESTS.reduce((sum, [weight]) => sum + weight, 0);
  let at = random.integer(total);
  for (const [weight, make] of REQUESTS) {
    if (at < weight) return make(random);
    at -= weight;
  }
  throw new Error('the weights do not add up');
}

const JSON_TYPE = ['content-type', 'application/json'] as const;
const QUERY_TYPE = ['content-type', 'application/query+json'] as const;

function database(random: Random): string {
  return `/dbs/${pathPart(random, databaseName(random))}`;
}

function colls(random: Random, name = containerName(random)): string {
  return `${database(random)}/colls/${pathPart(random, name)}`;
}

function keyHeader(random: Random, key: readonly unknown[]): [string, string] {
  const text = JSON.stringify(key).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return [
    HEADER.partitionKey,
    random.chance(0.985)
      ? text
      : random.pick(['[]', '[{}]', '[null]', '[[]]', '{}', '', '[1e999]', '["a","b","c","d"]', '[-0]', '[true]']),
  ];
}

function scope(random: Random, container: string): [string, string][] {
  const parts: [string, string][] = [];
  if (random.chance(0.3)) parts.push(keyHeader(random, keyValue(random, container).slice(0, 1 + random.integer(3))));
  if (random.chance(0.4)) parts.push([HEADER.rangeId, rangeId(random)]);
  if (random.chance(0.2)) parts.push([HEADER.startEpk, epk(random)], [HEADER.endEpk, epk(random)]);
  return parts;
}

function paging(random: Random): [string, string][] {
  return [
    ...(random.chance(0.5)
      ? [[HEADER.maxItemCount, String(random.pick([-1, 1, 2, 5, 100, 1000, 0]))] as [string, string]]
      : []),
    ...(random.chance(0.25) ? [[HEADER.continuation, continuation(random)] as [string, string]] : []),
  ];
}

function item(
  random: Random,
  kind: string,
  method: string,
  make?: (container: string, key: readonly unknown[], id?: string) => Buffer,
): Draft {
  const container = containerName(random);
  const key = keyValue(random, container);
  const id = itemName(random, key);
  return {
    kind,
    method,
    path: `${colls(random, container)}/docs/${pathPart(random, id)}`,
    headers: [keyHeader(random, key), ...(make ? [JSON_TYPE] : []), ...conditions(random)],
    body: make?.(container, key, id),
  };
}

function conditions(random: Random): [string, string][] {
  const etag = (): string => random.pick(['*', '"0"', '""', '"00000000-0000-0000-0000-000000000000"', '0, 1', '"*"']);
  return random.chance(0.1) ? [[random.pick([HEADER.ifMatch, HEADER.ifNoneMatch]), etag()]] : [];
}

function write(random: Random, kind: string, more: readonly (readonly [string, string])[]): Draft {
  const container = containerName(random);
  const key = keyValue(random, container);
  return {
    kind,
    method: 'POST',
    path: `${colls(random, container)}/docs`,
    headers: [keyHeader(random, key), JSON_TYPE, ...more],
    body: documentBody(random, container, key),
  };
}

function query(random: Random, kind: string, path: string, headers: readonly (readonly [string, string])[]): Draft {
  const parameters = random.chance(0.5)
    ? [{ name: '@p', value: random.pick<unknown>([1, 'k1', null, [], { a: 1 }, -0.5]) }]
    : undefined;
  const value = { query: sql(random), parameters };
  return {
    kind,
    method: 'POST',
    path,
    headers: [QUERY_TYPE, [HEADER.isQuery, 'True'], ...headers],
    body: random.chance(0.9) ? Buffer.from(JSON.stringify(value)) : body(random, value),
  };
}

function feed(random: Random): Draft {
  const container = random.chance(0.4) ? 'full' : containerName(random);
  const isFull = random.chance(0.4);
  return {
    kind: 'change feed',
    method: 'GET',
    path: `${colls(random, container)}/docs`,
    headers: [
      [HEADER.changeFeed, random.chance(0.95) ? (isFull ? 'Full-Fidelity Feed' : 'Incremental Feed') : random.text(10)],
      ...(random.chance(isFull ? 0.9 : 0.4)
        ? [[HEADER.ifNoneMatch, random.pick(['*', '"0"', '"1"', '"7"', '5', '""', '"-1"', '"1e9"'])] as const]
        : []),
      ...(random.chance(0.2)
        ? [
            [
              HEADER.ifModifiedSince,
              random.pick(['Fri, 20 Nov 2020 22:56:12 GMT', new Date(0).toUTCString(), 'never', '']),
            ] as const,
          ]
        : []),
      [HEADER.rangeId, rangeId(random)],
      ...scope(random, container).slice(0, 1),
      ...paging(random),
    ],
  };
}

function admin(random: Random): Draft {
  const place = { database: 'db', container: containerName(random) };
  const act = random.pick<() => [string, string, unknown]>([
    () => ['POST', 'split', { ...place, ...(random.chance(0.5) && { range: rangeId(random) }) }],
    () => ['POST', 'merge', { ...place, ...(random.chance(0.5) && { ranges: [rangeId(random), rangeId(random)] }) }],
    () => ['POST', 'merge', place],
    () => ['POST', 'resume', { ...place, range: rangeId(random) }],
    () => ['POST', 'clock', { skewMs: random.integer(1_200_000) - 600_000 }],
    () => ['GET', 'clock', undefined],
    () => ['GET', `journal?after=${random.pick(['0', '1e9', '-1', 'x', ''])}`, undefined],
    () => ['GET', random.pick(['faults', '', 'split', 'none', '../', '%', '?', '//x', 'faults/7']), undefined],
    () => ['DELETE', `faults/${random.integer(9)}`, undefined],
  ])();
  const [method, name, value] = act;
  return {
    kind: 'admin',
    method,
    path: `/_cosmosflow/${name}`,
    headers: value === undefined ? [] : [JSON_TYPE],
    // A clock that is far out lets nobody in any more.
    body: value === undefined ? undefined : name === 'clock' ? Buffer.from(JSON.stringify(value)) : body(random, value),
  };
}

const FEATURES = ['sprocs', 'triggers', 'udfs', 'conflicts', 'users', 'clientencryptionkeys', 'permissions'];

const REQUESTS: readonly (readonly [weight: number, make: (random: Random) => Draft])[] = [
  [1, () => ({ kind: 'account', method: 'GET', path: '/', headers: [] })],
  [1, () => ({ kind: 'databases', method: 'GET', path: '/dbs', headers: [] })],
  [
    2,
    (random) => ({
      kind: 'databases',
      method: random.pick(['GET', 'GET', 'DELETE']),
      path: random.chance(0.8) ? `/dbs/d${1 + random.integer(2)}` : `/dbs/${pathPart(random, oddName(random))}`,
      headers: conditions(random),
    }),
  ],
  [
    1,
    (random) => ({
      kind: 'databases',
      method: 'POST',
      path: '/dbs',
      headers: [JSON_TYPE, ...throughput(random)],
      body: body(random, { id: random.chance(0.7) ? `d${1 + random.integer(2)}` : oddName(random) }),
    }),
  ],
  [
    1,
    (random) =>
      query(
        random,
        'queries of resources',
        random.pick(['/dbs', '/offers', `${database(random)}/colls`]),
        paging(random),
      ),
  ],
  [
    2,
    (random) => ({
      kind: 'containers',
      method: 'GET',
      path: random.chance(0.3) ? `${database(random)}/colls` : colls(random),
      headers: [...paging(random), ...conditions(random), [HEADER.populateQuotaInfo, 'true']],
    }),
  ],
  [
    3,
    (random) => ({
      kind: 'containers',
      method: 'POST',
      path: `${database(random)}/colls`,
      headers: [JSON_TYPE, ...throughput(random)],
      body: body(random, definition(random, random.chance(0.8) ? `c${1 + random.integer(3)}` : oddName(random))),
    }),
  ],
  [
    2,
    (random) => ({
      kind: 'containers',
      method: 'DELETE',
      path: `/dbs/db/colls/c${1 + random.integer(3)}`,
      headers: conditions(random),
    }),
  ],
  [2, (random) => replacing(random)],
  [
    2,
    (random) => ({
      kind: 'ranges',
      method: 'GET',
      path: `${colls(random)}/pkranges`,
      headers: [...paging(random), ...conditions(random)],
    }),
  ],
  [8, (random) => write(random, 'creates', [])],
  [8, (random) => write(random, 'upserts', [[HEADER.isUpsert, 'True']])],
  [6, (random) => item(random, 'reads', 'GET')],
  [6, (random) => item(random, 'replaces', 'PUT', (container, key, id) => documentBody(random, container, key, id))],
  [3, (random) => item(random, 'deletes', 'DELETE')],
  [7, (random) => item(random, 'patches', 'PATCH', () => body(random, patch(random)))],
  [8, (random) => batchRequest(random)],
  [
    22,
    (random) => {
      const container = containerName(random);
      return query(random, 'queries', `${colls(random, container)}/docs`, [
        ...scope(random, container),
        ...paging(random),
        [HEADER.populateQueryMetrics, 'True'],
      ]);
    },
  ],
  [6, (random) => query(random, 'query plans', `${colls(random)}/docs`, [[HEADER.isQueryPlan, 'True']])],
  [
    5,
    (random) => {
      const container = containerName(random);
      return {
        kind: 'read feeds',
        method: 'GET',
        path: `${colls(random, container)}/docs`,
        headers: [...scope(random, container), ...paging(random)],
      };
    },
  ],
  [9, feed],
  [
    1,
    (random) => ({
      kind: 'partition deletes',
      method: 'POST',
      path: `${colls(random)}/operations/partitionkeydelete`,
      headers: [keyHeader(random, keyValue(random, random.pick(['plain', 'tree'])))],
    }),
  ],
  [
    2,
    (random) => ({
      kind: 'features',
      method: random.pick(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
      path: `${random.pick([database(random), colls(random)])}/${random.pick(FEATURES)}${random.pick(['', '/x', `/x/${random.pick(FEATURES)}`])}`,
      headers: [JSON_TYPE],
      body: body(random, { id: 'x' }),
    }),
  ],
  [
    2,
    (random) => ({
      kind: 'offers',
      method: random.pick(['GET', 'PUT', 'PUT']),
      path: random.chance(0.3)
        ? '/offers'
        : `/offers/${random.pick(['{offer}', '{offer}', pathPart(random, oddName(random))])}`,
      headers: [JSON_TYPE],
      body: body(random, offer(random)),
    }),
  ],
  [2, admin],
];

function throughput(random: Random): [string, string][] {
  if (random.chance(0.4)) return [];
  return [
    random.chance(0.8)
      ? [HEADER.offerThroughput, random.pick(['400', '20000', '1000000', '0', '-1', '1e5', '401', 'x', ''])]
      : [
          HEADER.autoscale,
          random.pick(['{"maxThroughput":4000}', '{"maxThroughput":1}', '{', 'null', '[]', '{"maxThroughput":"4000"}']),
        ],
  ];
}

function replacing(random: Random): Draft {
  const name = random.chance(0.5) ? 'plain' : `c${1 + random.integer(3)}`;
  const value = {
    ...(definition(random, name) as object),
    ...(random.chance(0.8) && { partitionKey: { paths: ['/pk'], kind: 'Hash', version: 2 } }),
  };
  return {
    kind: 'containers',
    method: 'PUT',
    path: `/dbs/db/colls/${name}`,
    headers: [JSON_TYPE, ...conditions(random)],
    body: body(random, value),
  };
}

function batchRequest(random: Random): Draft {
  const container = containerName(random);
  const key = keyValue(random, container);
  const isAtomic = random.chance(0.5);
  return {
    kind: isAtomic ? 'atomic batches' : 'bulk',
    method: 'POST',
    path: `${colls(random, container)}/docs`,
    headers: [
      JSON_TYPE,
      [HEADER.isBatch, 'True'],
      [HEADER.batchAtomic, isAtomic ? 'True' : 'False'],
      [HEADER.batchContinueOnError, random.pick(['True', 'False'])],
      ...(isAtomic || random.chance(0.3) ? [keyHeader(random, key)] : [[HEADER.rangeId, rangeId(random)] as const]),
    ],
    body: body(random, batch(random, container, key)),
  };
}
