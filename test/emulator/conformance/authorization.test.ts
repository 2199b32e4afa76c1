import { createHmac } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService('authorization', (service) => {
  test('of another key is refused with 401 and the text that should have been signed', async () => {
    const { id } = await service.container();
    const other = service.connect({ key: Buffer.alloc(64, 3).toString('base64') });
    const refused = other.database(service.databaseId).container(id).item('1', 'p').read();
    await expect(refused).rejects.toMatchObject({ code: 401, body: { code: 'Unauthorized' } });
  });

  test('rule 17: the text that is signed has names in their own case and without escapes', async () => {
    const { id } = await service.container();
    const { status, text } = await service.send({
      path: `/dbs/${service.databaseId}/colls/${id}/docs/Aa%20b%25`,
      headers: { 'x-ms-documentdb-partitionkey': '["p"]', authorization: 'type%3dmaster%26ver%3d1.0%26sig%3dAAAA' },
    });
    expect(status).toBe(401);
    expect(JSON.parse(text).message).toContain(`'get\ndocs\ndbs/${service.databaseId}/colls/${id}/docs/Aa b%\n`);
  });

  test.each([
    ['an hour ago', -3_600_000],
    ['in an hour', 3_600_000],
  ])('of a request dated %s is refused with 403', async (_, offset) => {
    const { status, text } = await service.send({ path: '/dbs', date: new Date(Date.now() + offset) });
    expect(status).toBe(403);
    expect(JSON.parse(text)).toMatchObject({
      code: 'Forbidden',
      message: expect.stringContaining('The authorization token is not valid at the current time'),
    });
  });

  test.each([
    ['ten minutes ago', -600_000],
    ['in ten minutes', 600_000],
  ])('of a request dated %s is good', async (_, offset) => {
    expect((await service.send({ path: '/dbs', date: new Date(Date.now() + offset) })).status).toBe(200);
  });

  test('by a provider of tokens is the same', async () => {
    const { id } = await service.container();
    const { key = '' } = service.account;
    const tokenProvider = async ({
      verb,
      path,
      resourceId = '',
      resourceType = '',
      headers,
    }: TokenRequest): Promise<string> => {
      expect(path).toBeDefined();
      const payload = `${verb.toLowerCase()}\n${resourceType}\n${resourceId}\n${String(headers['x-ms-date']).toLowerCase()}\n\n`;
      const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest('base64');
      return `type=master&ver=1.0&sig=${signature}`;
    };
    const client = service.connect({ key: undefined as never, tokenProvider: tokenProvider as never });
    expect((await client.database(service.databaseId).container(id).read()).statusCode).toBe(200);
  });
});

interface TokenRequest {
  readonly verb: string;
  readonly path: string;
  readonly resourceId?: string;
  readonly resourceType?: string;
  readonly headers: Readonly<Record<string, unknown>>;
}
