import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { openEmulator, openRig } from './rig.ts';
import { type Answer, send } from './wire.ts';

const DOCS = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };

/** Asks the admin API; `headers` come over the token. */
function ask(emulator: Emulator, method: string, path: string, body?: unknown, headers = {}): Promise<Answer> {
  return send(emulator, {
    method,
    path: `/_cosmosflow${path}`,
    unsigned: true,
    headers: { authorization: `Bearer ${emulator.adminToken}`, ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

describe('the admin API', () => {
  test('is not there unless it is asked for', async () => {
    const emulator = await openEmulator();
    expect(emulator.adminToken).toBeUndefined();
    expect((await ask(emulator, 'GET', '/faults')).status).toBe(400);
  });

  test('has a token of its own each time, or the one that is given', async () => {
    const tokens = await Promise.all([1, 2].map(async () => (await openEmulator({ admin: true })).adminToken));
    expect(new Set(tokens).size).toBe(2);
    expect(tokens[0]).toMatch(/^[\w-]{32}$/);
    const emulator = await openEmulator({ admin: { token: 'mine' } });
    expect((await ask(emulator, 'GET', '/faults', undefined, { authorization: 'Bearer mine' })).status).toBe(200);
  });

  test.each([
    ['no token', { authorization: '' }, 401],
    ['another token', { authorization: 'Bearer other' }, 401],
    ['the token in another way', { authorization: 'Basic x' }, 401],
    ['a web page', { origin: 'http://localhost' }, 403],
    ['a page of another site', { 'sec-fetch-site': 'cross-site' }, 403],
    ['another host', { host: 'example.com' }, 421],
    ['a form', { 'content-type': 'text/plain' }, 400],
  ])('refuses %s', async (_, headers, status) => {
    const emulator = await openEmulator({ admin: true });
    const { status: found, text } = await ask(emulator, 'POST', '/faults', { effect: { hang: true } }, headers);
    expect(found).toBe(status);
    expect(JSON.parse(text)).toHaveProperty('message');
    expect(JSON.parse((await ask(emulator, 'GET', '/faults')).text)).toEqual({ faults: [] });
  });

  test('does not take the key of the account, nor does the account take the token', async () => {
    const emulator = await openEmulator({ admin: true });
    expect((await send(emulator, { path: '/' })).status).toBe(200);
    const headers = { authorization: `Bearer ${emulator.adminToken}` };
    expect((await send(emulator, { path: '/', unsigned: true, headers })).status).toBe(401);
  });

  test('adds, shows and takes back faults', async () => {
    const { emulator } = await openRig({ admin: true });
    const rule = { match: { operation: 'read' }, effect: { status: 503 }, count: 1 };
    const added = await ask(emulator, 'POST', '/faults', [rule, { effect: { status: 408 } }]);
    expect([added.status, JSON.parse(added.text)]).toEqual([201, { ids: [1, 2] }]);
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(503);
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(408);
    expect(JSON.parse((await ask(emulator, 'GET', '/faults')).text).faults).toEqual([
      { id: 1, rule, seen: 1, hits: 1 },
      { id: 2, rule: { effect: { status: 408 } }, seen: 1, hits: 1 },
    ]);
    expect((await ask(emulator, 'DELETE', '/faults/2')).status).toBe(204);
    expect((await ask(emulator, 'DELETE', '/faults/2')).status).toBe(404);
    expect((await send(emulator, { path: `${DOCS}/1`, headers: KEY })).status).toBe(404);
    expect((await ask(emulator, 'POST', '/faults', { effect: { status: 503 } })).status).toBe(201);
    expect((await ask(emulator, 'DELETE', '/faults')).status).toBe(204);
    expect(JSON.parse((await ask(emulator, 'GET', '/faults')).text)).toEqual({ faults: [] });
  });

  test('refuses all of a list of faults of which one makes no sense, and says why', async () => {
    const emulator = await openEmulator({ admin: true });
    const rules = [{ effect: { hang: true } }, { effect: { hung: true } }];
    const { status, text } = await ask(emulator, 'POST', '/faults', rules);
    expect(status).toBe(400);
    expect(JSON.parse(text).message).toMatch(/has no \\"hung\\".*truncateAfter/);
    expect(JSON.parse((await ask(emulator, 'GET', '/faults')).text)).toEqual({ faults: [] });
  });

  test('merges ranges, and suspends one until it is resumed', async () => {
    const { emulator } = await openRig({ ranges: 3, admin: true });
    const place = { database: 'db', container: 'items' };
    const merged = await ask(emulator, 'POST', '/merge', { ...place, ranges: ['1', '2'] });
    expect(JSON.parse(merged.text).ranges).toMatchObject([{ id: '0' }, { id: '3', max: 'FF', parents: ['1', '2'] }]);
    expect((await ask(emulator, 'POST', '/merge', { ...place, ranges: ['0', '2'] })).status).toBe(410);
    expect((await ask(emulator, 'POST', '/merge', { ...place, ranges: 'all' })).status).toBe(400);
    const headers = { 'a-im': 'Incremental Feed', 'if-none-match': '*', 'x-ms-documentdb-partitionkeyrangeid': '3' };
    const read = async () => (await send(emulator, { path: '/dbs/db/colls/items/docs', headers })).status;
    for (const action of ['/suspend', '/suspend', '/resume']) {
      expect((await ask(emulator, 'POST', action, { ...place, range: '3' })).status).toBe(204);
      expect(await read()).toBe(action === '/suspend' ? 410 : 304);
    }
    expect((await ask(emulator, 'POST', '/suspend', { ...place, range: '1' })).status).toBe(410);
  });

  test('splits a range, and creates a container again', async () => {
    const { emulator, container } = await openRig({ admin: true, ranges: 2 });
    const place = { database: 'db', container: 'items' };
    const split = await ask(emulator, 'POST', '/split', { ...place, range: '1' });
    expect(split.status).toBe(200);
    const { rid, ranges } = JSON.parse(split.text);
    expect(ranges.map(({ id }: { id: string }) => id)).toEqual(['0', '2', '3']);
    expect((await container.readPartitionKeyRanges().fetchAll()).resources.map(({ id }) => id)).toEqual([
      '0',
      '2',
      '3',
    ]);
    expect(JSON.parse((await ask(emulator, 'POST', '/split', place)).text).ranges).toHaveLength(4);
    expect((await ask(emulator, 'POST', '/split', { ...place, range: '1' })).status).toBe(410);
    const anew = await ask(emulator, 'POST', '/recreate', place);
    expect(anew.status).toBe(201);
    expect(JSON.parse(anew.text).rid).toBe((await container.read()).resource?._rid);
    expect(JSON.parse(anew.text).rid).not.toBe(rid);
    expect((await ask(emulator, 'POST', '/recreate', { ...place, container: 'other' })).status).toBe(404);
    expect((await ask(emulator, 'POST', '/recreate', { database: 'db' })).status).toBe(400);
  });

  test('puts the clock ahead', async () => {
    const start = Date.now();
    const { emulator, container } = await openRig({ admin: true, clock: () => start });
    const skewMs = 3_600_000;
    const { text } = await ask(emulator, 'POST', '/clock', { skewMs });
    expect(JSON.parse(text)).toEqual({ now: new Date(start + skewMs).toISOString(), skewMs });
    expect((await ask(emulator, 'GET', '/clock')).text).toBe(text);
    await expect(container.read()).rejects.toMatchObject({ code: 403 });
    await ask(emulator, 'POST', '/clock', { skewMs: 0 });
    expect((await container.read()).statusCode).toBe(200);
    expect((await ask(emulator, 'POST', '/clock', { skewMs: '1h' })).status).toBe(400);
  });

  test('has the journal, and forgets everything when it is told to', async () => {
    const { emulator, client, container } = await openRig({ admin: true });
    await container.items.create({ id: '1', pk: 'p' });
    await container.items.create({ id: '2', pk: 'p' });
    expect(JSON.parse((await ask(emulator, 'GET', '/journal')).text)).toEqual({ entries: emulator.journal() });
    expect(JSON.parse((await ask(emulator, 'GET', '/journal?after=1')).text).entries).toMatchObject([{ id: '2' }]);
    expect((await ask(emulator, 'GET', '/journal?after=x')).status).toBe(400);
    emulator.addFaults({ effect: { status: 503 } });
    emulator.skewClock(3_600_000);
    expect((await ask(emulator, 'POST', '/reset')).status).toBe(204);
    expect(emulator.journal()).toEqual([]);
    expect((await container.item('1', 'p').read()).statusCode).toBe(200);
    expect((await ask(emulator, 'POST', '/reset', { data: true })).status).toBe(204);
    expect((await client.databases.readAll().fetchAll()).resources).toEqual([]);
  });

  test.each([
    ['GET', '/nothing', 404],
    ['PUT', '/faults', 405],
    ['GET', '/split', 405],
    ['GET', '', 200],
  ])('answers %s %s with %i', async (method, path, status) => {
    const answer = await ask(await openEmulator({ admin: true }), method, path);
    expect(answer.status).toBe(status);
    expect(() => JSON.parse(answer.text)).not.toThrow();
  });
});
