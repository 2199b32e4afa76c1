import { describe, expect, test } from 'vitest';
import { parseAddress } from '../../src/emulator/address.ts';
import { authorize, payloadsOf, sign } from '../../src/emulator/authorization.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { connect, openEmulator, openRig } from './rig.ts';
import { send } from './wire.ts';

const DATE = 'Fri, 02 Jan 2026 03:04:05 GMT';
const OTHER_KEY = Buffer.alloc(64, 1).toString('base64');

function authorizeWith(method: string, path: string, authorization: string, date = DATE): void {
  const headers = { authorization, 'x-ms-date': date };
  authorize({ method, address: parseAddress(path), headers }, EMULATOR_KEY, Date.parse(DATE));
}

const headerOf = (signature: string): string => encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);

describe('a signature', () => {
  test.each([
    ['get', '/', '5BsL/Y/l1wHfqOcOUk43rmUgQB+Qn8NwdUwtq3nHdAQ='],
    ['post', '/dbs', 'ReXa6reK2sk+zgiXqi7uKAQBb1EqRuGL75vecLhCKFo='],
    ['get', '/dbs/ToDo/colls/Items', 'lk2te6BBKFG0gO2OJRXlMBf+VUonF4x3i3NKLdVDQWA='],
    ['post', '/dbs/ToDo/colls/Items/docs', 'S8gwbE16ByYEqBotJCsf1IAZKZWMZTNcyslgs0C8JCQ='],
    ['post', '/dbs/ToDo/colls/Items/docs/', 'S8gwbE16ByYEqBotJCsf1IAZKZWMZTNcyslgs0C8JCQ='],
    ['get', '/dbs/ToDo/colls/Items/docs/a%20b?c', 'DfnLoSG6Bis9rNga99Uc5nP3CGZyEcC2yguJsE8di5g='],
    ['get', '/dbs/ToDo/colls/Items/pkranges', '6NKpkbNhX2bwtlTv6R43Gvovdun42oBr7x+NRUGv2ec='],
    ['put', '/offers/aBcD', '1Kpbg7Ftth7B06frpkX8yUtbB/JcDyM4ZpnjW1aOiUA='],
  ])('of %s %s is the one the official client makes', (method, path, signature) => {
    expect(() => authorizeWith(method, path, headerOf(signature))).not.toThrow();
    expect(() => authorizeWith(method, path, headerOf(signature).toLowerCase())).toThrow();
    expect(() => authorizeWith('delete', path, headerOf(signature))).toThrow();
  });

  test('may be percent-encoded in lower case', () => {
    const text = headerOf('5BsL/Y/l1wHfqOcOUk43rmUgQB+Qn8NwdUwtq3nHdAQ=');
    const lower = text.replace(/%../g, (code) => code.toLowerCase());
    expect(() => authorizeWith('get', '/', lower)).not.toThrow();
  });

  test('of a path of resource ids covers the last of them in lower case', () => {
    const text = `get\npkranges\ncrkdannxd2k=\n${DATE.toLowerCase()}\n\n`;
    const header = headerOf(sign(text, EMULATOR_KEY));
    expect(() => authorizeWith('get', '/dbs/CrkDAA==/colls/CrkDANnXd2k=/pkranges', header)).not.toThrow();
  });

  test('covers the date header when there is no x-ms-date', () => {
    const headers = { date: DATE };
    expect(payloadsOf({ method: 'GET', address: parseAddress('/'), headers })).toEqual([
      `get\n\n\n\n${DATE.toLowerCase()}\n`,
    ]);
  });
});

describe('a request that is not authorized', () => {
  test('by the right key is answered 401 with the text that should have been signed', async () => {
    const { emulator } = await openRig();
    const { status, text } = await send({ ...emulator, key: OTHER_KEY }, { path: '/dbs/db/colls/items' });
    expect(status).toBe(401);
    expect(JSON.parse(text)).toMatchObject({ code: 'Unauthorized' });
    expect(JSON.parse(text).message).toContain("payload to sign: 'get\ncolls\ndbs/db/colls/items\n");
  });

  test('is an error with code 401 for the official client', async () => {
    const client = connect({ ...(await openEmulator()), key: OTHER_KEY });
    await expect(client.databases.readAll().fetchAll()).rejects.toMatchObject({ code: 401 });
  });

  test('by any key is answered 401', async () => {
    const { status, text, headers } = await send(await openEmulator(), { path: '/', unsigned: true });
    expect([status, headers['x-ms-substatus']]).toEqual([401, '5000']);
    expect(JSON.parse(text).message).toContain('authorization is missing');
  });

  test('at this time is answered 403', async () => {
    const emulator = await openEmulator();
    const date = new Date(Date.now() - 16 * 60_000).toUTCString();
    const authorization = headerOf(sign(`get\n\n\n${date.toLowerCase()}\n\n`, emulator.key));
    const { status, text } = await send(emulator, { path: '/', headers: { 'x-ms-date': date, authorization } });
    expect(status).toBe(403);
    expect(JSON.parse(text).message).toContain('not valid at the current time');
  });

  test.each(['', 'nonsense', 'type=master&ver=1.0', 'type=aad&ver=1.0&sig=abc', '%', 'type=resource&ver=1&sig=x'])(
    'because its header is "%s" is answered 401',
    async (authorization) => {
      const { status, text } = await send(await openEmulator(), { path: '/', headers: { authorization } });
      expect(status).toBe(401);
      expect(JSON.parse(text).code).toBe('Unauthorized');
    },
  );
});
