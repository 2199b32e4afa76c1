import type { Container } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { describeService, type Service } from './service.ts';

interface Row {
  readonly what: string;
  readonly status: number;
  readonly code: string;
  readonly substatus?: number;
  run(container: Container, service: Service): Promise<unknown>;
}

const OTHER_ETAG = { accessCondition: { type: 'IfMatch', condition: '"other"' } };

const ROWS: readonly Row[] = [
  {
    what: 'a query that is none',
    status: 400,
    code: 'BadRequest',
    run: ({ items }) => items.query('SELEC').fetchAll(),
  },
  {
    what: 'a document without id',
    status: 400,
    code: 'BadRequest',
    run: ({ items }) => items.create({ pk: 'p' }, { disableAutomaticIdGeneration: true }),
  },
  {
    what: 'a key that is not that of the document',
    status: 400,
    code: 'BadRequest',
    substatus: 1001,
    run: (container) => container.item('there', 'p').replace({ id: 'there', pk: 'q' }),
  },
  {
    what: 'a key of a nested path that has too many levels',
    status: 400,
    code: 'BadRequest',
    run: (container) => container.item('1', ['p', 'q', 'r', 's']).read(),
  },
  {
    what: 'a key of another account',
    status: 401,
    code: 'Unauthorized',
    run: (_, service) =>
      service
        .connect({ key: Buffer.alloc(64, 7).toString('base64') })
        .databases.readAll()
        .fetchAll(),
  },
  {
    what: 'a database that is not there',
    status: 404,
    code: 'NotFound',
    run: (_, { client }) => client.database('none').read(),
  },
  {
    what: 'a container that is not there',
    status: 404,
    code: 'NotFound',
    run: (_, { database }) => database.container('none').read(),
  },
  {
    what: 'a document in a container that is not there',
    status: 404,
    code: 'NotFound',
    run: (_, { database }) => database.container('none').items.create({ id: '1' }),
  },
  {
    what: 'the deletion of a document that is not there',
    status: 404,
    code: 'NotFound',
    run: (container) => container.item('none', 'p').delete(),
  },
  {
    what: 'a database that is there',
    status: 409,
    code: 'Conflict',
    run: (_, { client, databaseId }) => client.databases.create({ id: databaseId }),
  },
  {
    what: 'a container that is there',
    status: 409,
    code: 'Conflict',
    run: (container, { database }) =>
      database.containers.create({ id: container.id, partitionKey: { paths: ['/pk'] } }),
  },
  {
    what: 'a document that is there',
    status: 409,
    code: 'Conflict',
    run: ({ items }) => items.create({ id: 'there', pk: 'p' }),
  },
  {
    what: 'a document that has changed',
    status: 412,
    code: 'PreconditionFailed',
    run: (container) => container.item('there', 'p').replace({ id: 'there', pk: 'p' }, OTHER_ETAG),
  },
  {
    what: 'a document that is too large',
    status: 413,
    code: 'RequestEntityTooLarge',
    run: ({ items }) => items.create({ id: '1', pk: 'p', text: 'x'.repeat(3_000_000) }),
  },
];

describeService('errors', (service) => {
  test.each(ROWS)(
    'rule 1: $what gets $status with a body of code and message',
    async ({ run, status, code, substatus }) => {
      const container = await service.container();
      await container.items.create({ id: 'there', pk: 'p' });
      const error = await run(container, service).then(
        () => expect.fail('it was not refused'),
        (refusal: unknown) => refusal,
      );
      expect(error).toMatchObject({
        code: status,
        body: { code, message: expect.stringMatching(/ActivityId: [0-9a-f-]{36}/) },
      });
      if (substatus !== undefined) expect(error).toMatchObject({ substatus });
    },
  );

  describe('rule 1: on the wire', () => {
    test.each([
      ['an unknown path', { path: '/nothing/here' }, 400],
      ['a container that is not there', { path: '/dbs/none/colls/none' }, 404],
      ['no signature', { path: '/dbs', headers: { authorization: '' } }, 401],
      ['nonsense for a signature', { path: '/dbs', headers: { authorization: 'Bearer x' } }, 401],
    ])('%s gets a body of code and message', async (_, call, status) => {
      const answer = await service.send(call);
      expect(answer.status).toBe(status);
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      expect(JSON.parse(answer.text)).toMatchObject({ code: expect.any(String), message: expect.any(String) });
    });
  });

  test('rule 20: every kind of request is answered at its first attempt, well before a client would ask again', async () => {
    const requestTimeout = 10_000;
    const { client, exchanges } = service.record({ connectionPolicy: { requestTimeout } });
    const known = await service.container();
    const container = client.database(service.databaseId).container(known.id);
    await container.items.create({ id: '1', pk: 'p' });
    await container.items.upsert({ id: '1', pk: 'p' });
    await container.item('1', 'p').read();
    await container.item('1', 'p').replace({ id: '1', pk: 'p' });
    await container.items.query('SELECT * FROM c').fetchAll();
    await container.items.batch([{ operationType: 'Read', id: '1' }], 'p');
    await container.getFeedRanges();
    await container.items.getChangeFeedIterator({ maxItemCount: 10 }).readNext();
    await container.readOffer();
    await container.item('1', 'p').delete();
    expect(exchanges.filter(({ status }) => status === 0)).toEqual([]);
    // What is known of the container may be asked for again, by another part of the client.
    const asked = exchanges
      .filter(({ path }) => /\/docs/.test(path))
      .map(({ method, path, headers }) => {
        const kind = Object.entries(headers).filter(([name]) =>
          /^(x-ms-(cosmos-)?(documentdb-)?is|a-im|x-ms-documentdb-partitionkeyrangeid)/.test(name),
        );
        return JSON.stringify([method, path, kind]);
      });
    expect(asked.filter((one, index) => asked.indexOf(one) !== index)).toEqual([]);
  });
});
