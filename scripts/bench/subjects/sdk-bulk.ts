import { feedText } from '../documents.ts';
import { openSdk, upsertOf } from './sdk-client.ts';
import type { Open } from './subject.ts';

/** The SDK's bulk executor: ten thousand upserts of parsed documents a call, as they came from the feed. */
export const open: Open = async (target) => {
  const { client, container } = openSdk(target);
  const documents = Array.from({ length: UPSERTS }, (_, number) => JSON.parse(feedText(number, target.shape)));
  return {
    async round() {
      const results = await container.items.executeBulkOperations(documents.map(upsertOf));
      return { documents: results.filter(({ response }) => response?.statusCode === 200).length, bytes: 0 };
    },
    close: async () => client.dispose(),
  };
};

const UPSERTS = 10_000;
