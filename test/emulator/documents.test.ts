import { describe, expect, test } from 'vitest';
import { randomFrom } from '../support/random.ts';
import { connect, openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };

describe('an item', () => {
  test('is created, read, replaced, upserted and deleted', async () => {
    const { container } = await openRig();
    const item = container.item('1', 'p');
    const created = await container.items.create({ id: '1', pk: 'p', v: 1 });
    expect([created.statusCode, created.etag]).toEqual([201, created.resource?._etag]);
    expect((await item.read()).resource).toEqual(created.resource);
    const replaced = await item.replace({ id: '1', pk: 'p', v: 2 });
    expect([replaced.statusCode, replaced.resource?.v]).toEqual([200, 2]);
    expect((await container.items.upsert({ id: '1', pk: 'p', v: 3 })).statusCode).toBe(200);
    expect((await container.items.upsert({ id: '2', pk: 'p' })).statusCode).toBe(201);
    expect((await item.delete()).statusCode).toBe(204);
    expect((await item.read()).statusCode).toBe(404);
  });

  test('that exists is not created again, and one that does not is neither replaced nor deleted', async () => {
    const { container } = await openRig();
    await container.items.create({ id: '1', pk: 'p' });
    await expect(container.items.create({ id: '1', pk: 'p' })).rejects.toMatchObject({
      code: 409,
      body: { code: 'Conflict' },
    });
    expect((await container.items.create({ id: '1', pk: 'other' })).statusCode).toBe(201);
    await expect(container.item('2', 'p').replace({ id: '2', pk: 'p' })).rejects.toMatchObject({ code: 404 });
    await expect(container.item('2', 'p').delete()).rejects.toMatchObject({ code: 404, substatus: 0 });
  });

  test('is written only under the condition given', async () => {
    const { container } = await openRig();
    const item = container.item('1', 'p');
    const { etag } = await container.items.create({ id: '1', pk: 'p' });
    const match = (condition: string) => ({ accessCondition: { type: 'IfMatch', condition } });
    const noneMatch = (condition: string) => ({ accessCondition: { type: 'IfNoneMatch', condition } });
    const body = { id: '1', pk: 'p', v: 2 };
    await expect(item.replace(body, match('"other"'))).rejects.toMatchObject({ code: 412 });
    await expect(item.delete(match('"other"'))).rejects.toMatchObject({ code: 412 });
    await expect(container.items.upsert(body, match('"other"'))).rejects.toMatchObject({ code: 412 });
    expect((await container.items.upsert({ id: '2', pk: 'p' }, match('"other"'))).statusCode).toBe(201);
    await expect(container.items.create(body, noneMatch('*'))).rejects.toMatchObject({ code: 409 });
    await expect(container.items.upsert(body, noneMatch('*'))).rejects.toMatchObject({ code: 412 });
    expect((await item.read(noneMatch(etag))).statusCode).toBe(304);
    const { etag: newer } = await item.replace(body, match(etag));
    expect((await item.read(noneMatch(etag))).resource).toMatchObject(body);
    expect((await item.delete(match(newer))).statusCode).toBe(204);
  });

  test.each([
    ['text', 'é"/\\😀'],
    ['a number', 5.25],
    ['true', true],
    ['null', null],
    ['no value', undefined],
    ['empty text', ''],
  ])('may have %s for a partition key', async (_, pk) => {
    for (const version of [1, 2] as const) {
      const { container } = await openRig({ partitionKey: { paths: ['/pk'], version } });
      await container.items.create({ id: '1', ...(pk !== undefined && { pk }) });
      const { resource } = await container.item('1', pk as string).read();
      expect(resource).toMatchObject({ id: '1' });
    }
  });

  test('may have a partition key of several levels, of which some are missing', async () => {
    const paths = ['/tenant', '/user/id'];
    const { container } = await openRig({ partitionKey: { paths, version: 2, kind: 'MultiHash' as never } });
    await container.items.create({ id: '1', tenant: 't', user: { id: 5 } });
    await container.items.create({ id: '1', tenant: 't' });
    expect((await container.item('1', ['t', 5]).read()).resource).toMatchObject({ user: { id: 5 } });
    expect((await container.item('1', ['t', {}] as never).read()).resource).not.toHaveProperty('user');
  });

  test.each([
    'a b',
    ' a ',
    'é😀',
    '%20',
    'a?b',
    'a?b=c&d',
    'a,=.:~+-@()^$ {}[]!_',
    '...',
    '\'"',
    'a;b',
    'x'.repeat(255),
  ])('may have the id %j', async (id) => {
    const { container } = await openRig();
    await container.items.create({ id, pk: 'p' });
    const item = container.item(id, 'p');
    expect((await item.read()).resource).toMatchObject({ id });
    expect((await item.replace({ id, pk: 'p', v: 2 })).statusCode).toBe(200);
    expect((await item.delete()).statusCode).toBe(204);
  });

  test('may have any id that a path can hold (seeds 1 to 150)', async () => {
    const { container } = await openRig({ ranges: 1 });
    let tried = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const random = randomFrom(seed);
      const id = random.chance(0.5)
        ? random.text(12)
        : random.pick(['%', '?', '&', '+', ' ', '\n', '"', ';', ':']) + random.text(3);
      // The client takes a question mark off the end of a path, and what has no legal id never gets this far.
      if (id === '' || /[/\\#]|\?$|^\.\.?$/.test(id)) continue;
      const why = `seed ${seed}: ${JSON.stringify(id)}`;
      expect((await container.items.create({ id, pk: 'p', seed })).statusCode, why).toBe(201);
      expect((await container.item(id, 'p').read()).resource, why).toMatchObject({ id, seed });
      expect((await container.item(id, 'p').delete()).statusCode, why).toBe(204);
      tried++;
    }
    expect(tried).toBeGreaterThan(100);
  });

  test.each(['a/b', 'a\\b', 'a#b', '.', '..', '', 'é'.repeat(512), 5, null, undefined, '\\ud800'])(
    'may not have the id %j',
    async (id) => {
      const { emulator } = await openRig();
      const body = JSON.stringify({ id, pk: 'p' }).replace('\\\\u', '\\u');
      const { status, text } = await send(emulator, { method: 'POST', path: PATH, headers: KEY, body });
      expect(status).toBe(400);
      expect(JSON.parse(text).code).toBe('BadRequest');
    },
  );

  test.each([
    ['a partition key other than in the header', { id: '1', pk: 'q' }, KEY, '1001'],
    ['no partition key header', { id: '1', pk: 'p' }, {}, '1001'],
    [
      'a partition key of too many levels',
      { id: '1', pk: 'p' },
      { 'x-ms-documentdb-partitionkey': '["p","q"]' },
      '1001',
    ],
    ['a partition key that is not JSON', { id: '1', pk: 'p' }, { 'x-ms-documentdb-partitionkey': 'p' }, '0'],
  ])('is refused with %s', async (_, item, headers, substatus) => {
    const { emulator } = await openRig();
    const answer = await send(emulator, { method: 'POST', path: PATH, headers, body: JSON.stringify(item) });
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([400, substatus]);
  });

  test.each(['1e999', '-1e999'])('is refused with a partition key of %s, which no number can hold', async (number) => {
    const { emulator, container } = await openRig();
    for (const key of ['[null]', `[${number}]`]) {
      const headers = { 'x-ms-documentdb-partitionkey': key };
      const call = { method: 'POST', path: PATH, headers, body: `{"id":"1","pk":${number}}` };
      expect((await send(emulator, call)).status).toBe(400);
    }
    expect((await container.items.readAll().fetchAll()).resources).toEqual([]);
  });

  test('is not replaced by one with another id or partition key', async () => {
    const { container } = await openRig();
    await container.items.create({ id: '1', pk: 'p' });
    await expect(container.item('1', 'p').replace({ id: '2', pk: 'p' })).rejects.toMatchObject({ code: 400 });
    await expect(container.item('1', 'p').replace({ id: '1', pk: 'q' })).rejects.toMatchObject({
      code: 400,
      substatus: 1001,
    });
  });

  test('of 2 MB is kept, a larger one refused', async () => {
    const { container } = await openRig();
    const sized = (bytes: number) => ({ id: '1', pk: 'p', a: 'x'.repeat(bytes - '{"id":"1","pk":"p","a":""}'.length) });
    expect((await container.items.create(sized(2 * 1024 ** 2))).statusCode).toBe(201);
    await expect(container.items.upsert(sized(2 * 1024 ** 2 + 1))).rejects.toMatchObject({ code: 413 });
  });

  test('may be addressed with the longest key that a header can hold', async () => {
    const { container } = await openRig();
    const pk = '\u0001'.repeat(2048);
    await container.items.create({ id: 'é'.repeat(511), pk });
    expect((await container.item('é'.repeat(511), pk).read()).statusCode).toBe(200);
  });

  test('may be written with 300 others at once', async () => {
    const { container } = await openRig();
    const items = Array.from({ length: 300 }, (_, n) => ({ id: `${n}`, pk: `${n % 7}` }));
    const answers = await Promise.all(items.map((item) => container.items.create(item)));
    expect(answers.every(({ statusCode }) => statusCode === 201)).toBe(true);
  });

  test('may nest 128 levels, not 129', async () => {
    const { emulator } = await openRig();
    const nested = (levels: number) => `{"id":"1","pk":"p","a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`;
    const post = (body: string) => send(emulator, { method: 'POST', path: PATH, headers: KEY, body });
    expect((await post(nested(128))).status).toBe(201);
    expect((await post(nested(129))).status).toBe(400);
    expect((await post(nested(500_000))).status).toBe(400);
  });

  test('is answered without its body when the client wants it minimal', async () => {
    const { emulator } = await openRig();
    const headers = { ...KEY, prefer: 'return=minimal' };
    const answer = await send(emulator, { method: 'POST', path: PATH, headers, body: '{"id":"1","pk":"p"}' });
    expect([answer.status, answer.text]).toEqual([201, '']);
    expect(answer.headers.etag).toMatch(/^"[0-9a-f-]+"$/);
  });

  test('is answered without its body to clients that ask in another way, but read with it', async () => {
    const { emulator } = await openRig();
    const headers = { ...KEY, 'x-ms-cosmos-populate-content-response-on-write': 'False', prefer: 'return=minimal' };
    const write = { method: 'POST', path: PATH, headers, body: '{"id":"1","pk":"p"}' };
    const { prefer: _, ...other } = headers;
    for (const call of [write, { ...write, headers: { ...other, 'x-ms-documentdb-is-upsert': 'True' } }]) {
      expect((await send(emulator, call)).text).toBe('');
    }
    expect(JSON.parse((await send(emulator, { path: `${PATH}/1`, headers })).text)).toMatchObject({ id: '1' });
  });

  test('goes by the last of members with the same name', async () => {
    const { emulator, container } = await openRig();
    const body = '{"id":"0","id":"1","pk":"q","pk":"p","n":1,"n":2}';
    expect((await send(emulator, { method: 'POST', path: PATH, headers: KEY, body })).status).toBe(201);
    expect((await container.item('1', 'p').read()).resource).toMatchObject({ id: '1', pk: 'p', n: 2 });
    expect((await container.items.query('SELECT VALUE c.n FROM c WHERE c.pk = "p"').fetchAll()).resources).toEqual([2]);
    expect((await container.item('0', 'q').read()).statusCode).toBe(404);
  });

  test('of a container without a key of its own is addressed by an empty key', async () => {
    const partitionKey = { paths: ['/_partitionKey'], systemKey: true };
    const { emulator } = await openRig({ partitionKey: partitionKey as never });
    const headers = { 'x-ms-documentdb-partitionkey': '[]' };
    const created = await send(emulator, { method: 'POST', path: PATH, headers, body: '{"id":"1"}' });
    expect(created.status).toBe(201);
    for (const key of ['[]', '[{}]']) {
      const read = await send(emulator, { path: `${PATH}/1`, headers: { 'x-ms-documentdb-partitionkey': key } });
      expect(read.text).toBe(created.text);
    }
  });

  test('is found by resource ids', async () => {
    const { emulator, container } = await openRig();
    const { resource } = await container.items.create({ id: '1', pk: 'p' });
    const { status, text } = await send(emulator, { path: `/${resource?._self}`, headers: KEY });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toEqual(resource);
  });

  test('is served with the headers that clients keep track by', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    await container.items.create({ id: '1', pk: 'p' });
    const activityId = '11111111-2222-3333-4444-555555555555';
    const { headers } = await send(emulator, {
      path: `${PATH}/1/`,
      headers: { ...KEY, 'x-ms-activity-id': activityId },
    });
    expect(Buffer.from(String(headers['x-ms-content-path']).replaceAll('-', '/'), 'base64').length).toBe(8);
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'x-ms-activity-id': activityId,
      'x-ms-request-charge': '1',
      'x-ms-session-token': '0:-1#1',
      'x-ms-alt-content-path': 'dbs/db/colls/items',
      'x-cosmosflow-test-server': '1',
      lsn: '1',
    });
  });

  test('can be worked with by a client with session consistency', async () => {
    const { emulator, container } = await openRig();
    const { CosmosClient } = await import('@azure/cosmos');
    const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key, consistencyLevel: 'Session' });
    const items = client.database('db').container('items');
    await items.items.create({ id: '1', pk: 'p' });
    await container.items.upsert({ id: '1', pk: 'p', v: 2 });
    expect((await items.item('1', 'p').read()).resource).toMatchObject({ v: 2 });
    client.dispose();
    expect((await connect(emulator).database('db').container('items').item('1', 'p').read()).statusCode).toBe(200);
  });
});
