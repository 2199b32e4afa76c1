import { ChangeFeedStartFrom, type Container, type CosmosClient, type Database, PriorityLevel } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { describeService, type Service } from './service.ts';

interface Given {
  readonly client: CosmosClient;
  readonly database: Database;
  /** With the items `0` to `9` of the keys `key 0` to `key 4`. */
  readonly container: Container;
}

/** Calls of the official client that no other theme has, and what they resolve to. */
const CALLS: readonly (readonly [string, (given: Given) => Promise<unknown>, unknown])[] = [
  [
    'reads all offers',
    async ({ client }) => (await client.offers.readAll().fetchAll()).resources,
    expect.arrayContaining([expect.objectContaining({ offerVersion: 'V2' })]),
  ],
  [
    'writes in bulk as it once did, until the first failure',
    async ({ container: { items } }) => {
      const operations = ['0', 'new'].map((id) => ({
        operationType: 'Create' as const,
        resourceBody: { id, pk: 'key 0' },
      }));
      return (await items.bulk(operations, { continueOnError: false })).map(({ statusCode }) => statusCode);
    },
    [409, 424],
  ],
  [
    'writes in bulk as it once did, over failures',
    async ({ container: { items } }) => {
      const operations = ['0', 'new'].map((id) => ({
        operationType: 'Create' as const,
        resourceBody: { id, pk: 'key 0' },
      }));
      return (await items.bulk(operations, { continueOnError: true })).map(({ statusCode }) => statusCode);
    },
    [409, 201],
  ],
  [
    'reads the change feed of a key as it once did',
    async ({ container: { items } }) => {
      const { result } = await items.changeFeed<{ id: string }>('key 1', { startFromBeginning: true }).fetchNext();
      return result.map(({ id }) => id).sort();
    },
    ['1', '6'],
  ],
  [
    'goes on with a query in order, by plan, from a token of its own',
    async ({ container: { items } }) => {
      const options = { enableQueryControl: true, forceQueryPlan: true, maxItemCount: 4 };
      const text = 'SELECT VALUE c.n FROM c ORDER BY c.n';
      const { resources, continuationToken } = await items.query(text, options).fetchNext();
      const next = await items.query(text, { ...options, continuationToken: continuationToken ?? '' }).fetchNext();
      return [resources, next.resources];
    },
    [
      [0, 1, 2, 3],
      [4, 5, 6, 7],
    ],
  ],
  [
    'fans out as wide as it is told',
    async ({ container: { items } }) => {
      const options = { forceQueryPlan: true, maxDegreeOfParallelism: 3, bufferItems: true };
      return (await items.query('SELECT * FROM c', options).fetchAll()).resources.length;
    },
    10,
  ],
  [
    'walks through pages',
    async ({ container: { items } }) => {
      let count = 0;
      for await (const { resources } of items.query('SELECT * FROM c', { maxItemCount: 3 }).getAsyncIterator()) {
        count += resources.length;
      }
      return count;
    },
    10,
  ],
  [
    'asks with little priority, and for less consistency',
    async ({ container }) =>
      (await container.item('1', 'key 1').read({ priorityLevel: PriorityLevel.Low, consistencyLevel: 'Eventual' }))
        .statusCode,
    200,
  ],
  [
    'creates a container without a key',
    async ({ database }) => {
      const { container } = await database.containers.create({ id: 'keyless' });
      await container.items.create({ id: '1' });
      return [
        (await container.item('1', undefined).read()).statusCode,
        (await container.items.readAll().fetchAll()).resources.length,
      ];
    },
    [200, 1],
  ],
  [
    'creates a database with throughput for its containers',
    async ({ client, database }) => {
      const id = `shared-${database.id}`;
      await client.databases.create({ id, throughput: 400 });
      const { offer } = await client.database(id).readOffer();
      return (await offer?.read())?.resource?.content?.offerThroughput;
    },
    400,
  ],
  [
    'looks for scripts, conflicts and users, of which there are none',
    async ({ container, database }) => {
      const lists = [
        container.scripts.storedProcedures.readAll(),
        container.scripts.triggers.readAll(),
        container.scripts.userDefinedFunctions.readAll(),
        container.conflicts.readAll(),
        database.users.readAll(),
      ];
      return Promise.all(lists.map(async (list) => (await list.fetchAll()).resources.length));
    },
    [0, 0, 0, 0, 0],
  ],
  [
    'says where it reads and writes',
    async ({ client }) =>
      new URL(await client.getReadEndpoint()).pathname + new URL(await client.getWriteEndpoint()).pathname,
    '//',
  ],
  [
    'iterates over changes',
    async ({ container: { items } }) => {
      const options = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning(), maxItemCount: 3 };
      let count = 0;
      for await (const { result, statusCode } of items.getChangeFeedIterator(options).getAsyncIterator()) {
        if (statusCode === 304) return count;
        count += result.length;
      }
      return undefined;
    },
    10,
  ],
];

async function open(service: Service): Promise<Given> {
  const container = await service.container();
  await Promise.all(
    Array.from({ length: 10 }, (_, n) => container.items.create({ id: `${n}`, pk: `key ${n % 5}`, n })),
  );
  return { client: service.client, database: service.database, container };
}

describeService('the official client', (service) => {
  test.each(CALLS)('%s', async (_, call, expected) => {
    const given = await open(service);
    // So that there is one, whatever else is on the endpoint.
    await service.container({ throughput: 400 });
    expect(await call(given)).toEqual(expected);
  });
});
