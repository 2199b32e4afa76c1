import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeFeedStartFrom } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { useDirectory } from '../support/run-cli.ts';
import { connect, openEmulator, openRig } from './rig.ts';
import { send } from './wire.ts';

describe('over https', () => {
  test('the official client does everything it does over http', async () => {
    const { emulator, container } = await openRig({ tls: true, ranges: 2 });
    expect(emulator.endpoint).toMatch(/^https:/);
    const operations = Array.from({ length: 20 }, (_, id) => ({
      operationType: 'Create' as const,
      partitionKey: String(id),
      resourceBody: { id: String(id), pk: String(id) },
    }));
    const results = await container.items.executeBulkOperations(operations);
    expect(new Set(results.map(({ response }) => response?.statusCode))).toEqual(new Set([201]));
    expect((await container.items.query('SELECT * FROM c').fetchAll()).resources).toHaveLength(20);
    const start = { changeFeedStartFrom: ChangeFeedStartFrom.Beginning() };
    const page = await container.items.getChangeFeedIterator(start).readNext();
    expect([page.statusCode, page.count > 0]).toEqual([200, true]);
  });

  test.each(['localhost', '127.0.0.1'])('the account is where the client found it: %s', async (name) => {
    const emulator = await openEmulator({ tls: true });
    const { port } = new URL(emulator.endpoint);
    const { status, text } = await send(emulator, { path: '/', headers: { host: `${name}:${port}` } });
    expect(status).toBe(200);
    expect(JSON.parse(text).readableLocations[0].databaseAccountEndpoint).toBe(`https://${name}:${port}/`);
    const client = connect({ ...emulator, endpoint: `https://${name}:${port}` });
    await client.databases.create({ id: 'db' });
    expect(await client.getReadEndpoint()).toBe(`https://${name}:${port}/`);
  });

  test.each([
    [{ host: 'example.com' }, 421],
    [{ host: 'localhost' }, 421],
    [{ origin: 'https://localhost' }, 403],
    [{ 'sec-fetch-site': 'cross-site' }, 403],
  ])('%j is refused', async (headers, status) => {
    const emulator = await openEmulator({ tls: true, admin: true });
    expect((await send(emulator, { path: '/', headers })).status).toBe(status);
    expect((await send(emulator, { path: '/_cosmosflow', unsigned: true, headers })).status).toBe(status);
  });

  test('plain http is not served, and does no harm', async () => {
    const emulator = await openEmulator({ tls: true });
    const plain = { ...emulator, endpoint: emulator.endpoint.replace('https', 'http'), certificate: undefined };
    await expect(send(plain, { path: '/' })).rejects.toThrow();
    expect((await send(emulator, { path: '/' })).status).toBe(200);
  });
});

describe('the certificate', () => {
  test('is for the loopback names, and lies beside the data with a key for its owner alone', async () => {
    const data = join(useDirectory(), 'shop.db');
    const { certificate } = await openEmulator({ tls: true, data });
    expect(certificate?.file).toBe(`${data}-cert.pem`);
    const { subjectAltName } = new X509Certificate(readFileSync(`${data}-cert.pem`));
    expect(subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1');
    expect(statSync(`${data}-key.pem`).mode & 0o777).toBe(0o600);
  });

  test('stays the same after a restart, and is made again when it is damaged', async () => {
    const data = join(useDirectory(), 'shop.db');
    const start = async () => {
      const emulator = await openEmulator({ tls: true, data });
      expect((await send(emulator, { path: '/' })).status).toBe(200);
      await emulator.close();
      return emulator.certificate?.pem;
    };
    const first = await start();
    expect(await start()).toBe(first);
    writeFileSync(`${data}-key.pem`, 'no key');
    const second = await start();
    expect(second).not.toBe(first);
    expect(statSync(`${data}-key.pem`).mode & 0o777).toBe(0o600);
  });

  test('of a server without a data file goes with it', async () => {
    const emulator = await openEmulator({ tls: true });
    const file = emulator.certificate?.file ?? '';
    expect(existsSync(file)).toBe(true);
    await emulator.close();
    expect(existsSync(file)).toBe(false);
  });
});
