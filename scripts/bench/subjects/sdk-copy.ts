import { ChangeFeedStartFrom } from '@azure/cosmos';
import { openSdk, upsertOf } from './sdk-client.ts';
import type { Open } from './subject.ts';

/** The SDK's iterator over the container, and one call of its bulk executor per page of a thousand. */
export const open: Open = async (target) => {
  const { client, container } = openSdk(target);
  const copy = client.database(target.database).container(target.copy ?? '');
  return {
    async round() {
      const iterator = container.items.getChangeFeedIterator({
        maxItemCount: 1000,
        changeFeedStartFrom: ChangeFeedStartFrom.Beginning(),
      });
      let documents = 0;
      for (;;) {
        const page = await iterator.readNext();
        if (page.statusCode === 304) return { documents, bytes: 0 };
        const results = await copy.items.executeBulkOperations(page.result.map(upsertOf));
        documents += results.filter(({ response }) => (response?.statusCode ?? 0) < 300).length;
      }
    },
    close: async () => client.dispose(),
  };
};
