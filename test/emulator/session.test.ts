import { CosmosClient } from '@azure/cosmos';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Exchange } from '../../src/emulator/emulator.ts';
import { openRig } from './rig.ts';
import { type Answer, type Call, send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };
const FEED = { 'a-im': 'Incremental Feed', 'x-ms-documentdb-partitionkeyrangeid': '0' };
const QUERY = { 'x-ms-documentdb-isquery': 'true' };
const READS: readonly [string, Call][] = [
  ['of an item', { path: `${DOCS}/1`, headers: KEY }],
  ['of the read feed', { path: DOCS }],
  ['of the change feed', { path: DOCS, headers: FEED }],
  ['by a query', { method: 'POST', path: DOCS, headers: QUERY, body: '{"query":"SELECT * FROM c"}' }],
];
const WRITE: Call = { method: 'POST', path: DOCS, headers: KEY, body: '{"id":"2","pk":"p"}' };

async function openSession() {
  const { emulator, container } = await openRig({ ranges: 1 });
  await container.items.create({ id: '1', pk: 'p' });
  const ask = (call: Call, token: string, more = {}): Promise<Answer> =>
    send(emulator, { ...call, headers: { ...call.headers, 'x-ms-session-token': token, ...more } });
  return { emulator, ask };
}

const outcomeOf = ({ status, headers }: Answer) => [status, headers['x-ms-substatus']];

describe('a session token', () => {
  test.each(READS)('is given with each read %s, and taken by the next', async (_, call) => {
    const { emulator, ask } = await openSession();
    const { headers } = await send(emulator, call);
    expect(headers['x-ms-session-token']).toBe('0:-1#1');
    for (const token of ['0:-1#1', '0:1#1#1=40#2=-1', '0:1', '7:-1#99', '0:-1#1,7:-1#99', '']) {
      expect((await ask(call, token)).status, token).toBe(200);
    }
  });

  test.each(READS)('from the future refuses a read %s', async (_, call) => {
    const { ask } = await openSession();
    expect(outcomeOf(await ask(call, '0:-1#2'))).toEqual([404, '1002']);
    expect(outcomeOf(await ask(call, '7:-1#1,0:1#2#1=0'))).toEqual([404, '1002']);
    expect((await ask(call, '0:-1#2', { 'x-ms-consistency-level': 'Eventual' })).status).toBe(200);
    expect((await ask(call, '0:-1#2', { 'x-ms-consistency-level': 'Session' })).status).toBe(404);
  });

  test.each([...READS, ['by a write', WRITE] as const])('that is none is refused %s', async (_, call) => {
    const { ask } = await openSession();
    for (const token of ['x', '0', '0:', '0:-1#', '0:1#x', '0:-1#1,', '0=1#1']) {
      const answer = await ask(call, token);
      expect(answer.status, token).toBe(400);
      expect(JSON.parse(answer.text).message).toContain(`The session token provided '${token}' is invalid.`);
    }
  });

  test('from the future does not keep anyone from writing', async () => {
    const { ask } = await openSession();
    const { status, headers } = await ask(WRITE, '0:-1#99');
    expect([status, headers['x-ms-session-token']]).toEqual([201, '0:-1#2']);
  });

  test('is given with refusals about an item too, as far as the range is', async () => {
    const { emulator } = await openSession();
    const item = { path: `${DOCS}/1`, headers: KEY };
    const calls: readonly [number, Call][] = [
      [404, { ...item, path: `${DOCS}/none` }],
      [409, { ...WRITE, body: '{"id":"1","pk":"p"}' }],
      [412, { ...item, method: 'DELETE', headers: { ...KEY, 'if-match': '"x"' } }],
      [400, { ...item, method: 'PATCH', body: '[{"op":"remove","path":"/none"}]' }],
    ];
    for (const [status, call] of calls) {
      const { headers, ...answer } = await send(emulator, call);
      expect(answer.status).toBe(status);
      expect(headers).toMatchObject({ 'x-ms-session-token': '0:-1#1', 'x-ms-alt-content-path': 'dbs/db/colls/items' });
    }
    const { headers } = await send(emulator, { ...WRITE, headers: {} });
    expect(headers).not.toHaveProperty('x-ms-session-token');
  });

  test('of a range goes for those that it was split into', async () => {
    const { emulator, ask } = await openSession();
    emulator.split('db', 'items');
    const [, [, list], , [, query]] = READS as [never, [string, Call], never, [string, Call]];
    for (const call of [list, query]) {
      expect((await ask(call, '0:-1#1')).status).toBe(200);
      expect(outcomeOf(await ask(call, '0:-1#9'))).toEqual([404, '1002']);
    }
  });

  test('is sent by a client with session consistency, which reads without it when it has to', async () => {
    const exchanges: Exchange[] = [];
    const { emulator, container } = await openRig({
      ranges: 1,
      intercept: (exchange) => void exchanges.push(exchange),
    });
    const client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key, consistencyLevel: 'Session' });
    onTestFinished(() => client.dispose());
    const items = client.database('db').container('items');
    for (const id of ['1', '2', '3']) await items.items.create({ id, pk: 'p' });
    expect((await items.item('1', 'p').read()).statusCode).toBe(200);
    expect(exchanges.at(-1)?.headers['x-ms-session-token']).toBe('0:-1#3');
    await container.delete();
    await client.database('db').containers.create({ id: 'items', partitionKey: { paths: ['/pk'], version: 2 } });
    await container.items.create({ id: '1', pk: 'p', again: true });
    exchanges.length = 0;
    expect((await items.item('1', 'p').read()).resource).toMatchObject({ again: true });
    expect(exchanges.map(({ headers }) => headers['x-ms-session-token'])).toEqual(['0:-1#3', undefined]);
  });
});
