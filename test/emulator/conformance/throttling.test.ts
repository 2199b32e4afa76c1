import { expect, test } from 'vitest';
import { describeService } from './service.ts';

describeService(
  'throughput that is enforced',
  (service) => {
    test('429 with 3200 and a wait is what a client gets that does not wait by itself', async () => {
      service.embedded('throughput that is enforced');
      const { id } = await service.container({ throughput: 400 });
      const connectionPolicy = { retryOptions: { maxRetryAttemptCount: 0 } as never };
      const { items } = service.connect({ connectionPolicy }).database(service.databaseId).container(id);
      const write = async (): Promise<void> => {
        for (let n = 0; n < 500; n++) await items.create({ id: `${n}`, pk: 'p', text: 'x'.repeat(50_000) });
      };
      await expect(write()).rejects.toMatchObject({
        code: 429,
        substatus: 3200,
        retryAfterInMs: expect.any(Number),
        body: { code: '429', message: expect.stringContaining('Request rate is large') },
      });
    });
  },
  { enforceThroughput: true },
);
