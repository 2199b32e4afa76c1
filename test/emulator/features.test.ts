import { describe, expect, test } from 'vitest';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

describe('what the server has none of', () => {
  test('is listed as nothing by the official client', async () => {
    const { client, container } = await openRig();
    const { scripts, conflicts } = container;
    const database = client.database('db');
    const lists = [scripts.storedProcedures, scripts.triggers, scripts.userDefinedFunctions, conflicts, database.users];
    for (const list of lists) {
      expect((await list.readAll().fetchAll()).resources).toEqual([]);
      expect((await list.query({ query: 'SELECT * FROM c' }).fetchAll()).resources).toEqual([]);
    }
    await expect(database.user('u').permissions.readAll().fetchAll()).rejects.toMatchObject({ code: 404 });
  });

  test('is not found by the official client', async () => {
    const { client, container } = await openRig();
    const { scripts } = container;
    const notFound = { code: 404, body: { code: 'NotFound' } };
    await expect(scripts.storedProcedure('x').read()).rejects.toMatchObject(notFound);
    await expect(scripts.storedProcedure('x').execute('p')).rejects.toMatchObject(notFound);
    await expect(scripts.trigger('x').delete()).rejects.toMatchObject(notFound);
    await expect(scripts.userDefinedFunction('x').replace({ id: 'x', body: '' })).rejects.toMatchObject(notFound);
    await expect(client.database('db').user('u é').read()).rejects.toMatchObject(notFound);
    await expect(client.database('db').user('u').permission('p').read()).rejects.toMatchObject(notFound);
  });

  test('is refused by name when someone would make it', async () => {
    const { client, container } = await openRig();
    const refused = { code: 501, body: { code: 'NotImplemented' } };
    await expect(container.scripts.storedProcedures.create({ id: 'x', body: '' })).rejects.toMatchObject(refused);
    await expect(container.scripts.userDefinedFunctions.create({ id: 'x', body: '' })).rejects.toMatchObject({
      message: expect.stringContaining('UserDefinedFunctions are not supported'),
    });
    await expect(client.database('db').users.create({ id: 'u' })).rejects.toMatchObject(refused);
  });

  test.each([
    ['GET', '/dbs/other/users', 404, '1003'],
    ['GET', '/dbs/db/colls/other/sprocs', 404, '1003'],
    ['POST', '/dbs/db/colls/other/triggers', 404, '1003'],
    ['GET', '/dbs/db/clientencryptionkeys', 200, undefined],
    ['GET', '/dbs/db/clientencryptionkeys/k', 404, '0'],
    ['PATCH', '/dbs/db/colls/items/udfs/f', 404, '0'],
    ['GET', '/dbs/db/colls/items/nothing', 400, '0'],
    ['GET', '/dbs/db/users/u/nothing', 400, '0'],
  ])('is answered to %s %s with %i', async (method, path, status, substatus) => {
    const { emulator } = await openRig();
    const call = { method, path, ...(method !== 'GET' && { body: '{}' }) };
    // A path that is none cannot be signed either.
    const answer = await send(emulator, { ...call, unsigned: path.endsWith('/nothing') });
    expect([answer.status, answer.headers['x-ms-substatus']]).toEqual([status, substatus]);
    if (status === 200) expect(JSON.parse(answer.text)).toMatchObject({ ClientEncryptionKeys: [], _count: 0 });
    else expect(JSON.parse(answer.text)).toEqual({ code: expect.any(String), message: expect.any(String) });
  });

  test('is found by resource ids too', async () => {
    const { emulator, container } = await openRig();
    const { resource } = await container.read();
    const { status } = await send(emulator, { path: `/${(resource as { _self?: string })._self}sprocs` });
    expect(status).toBe(200);
  });

  test('needs a signature', async () => {
    const { emulator } = await openRig();
    const call = { path: '/dbs/db/colls/items/sprocs', unsigned: true };
    expect((await send(emulator, call)).status).toBe(401);
  });
});
