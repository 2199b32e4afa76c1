import type { Open } from './subject.ts';

/** What can be measured. Each is loaded in its own process, so that it pays for no other's code. */
export const SUBJECTS = {
  ourFeed: async () => (await import('./our-feed.ts')).open,
  ourFeedAtOnce: async () => (await import('./our-feed-at-once.ts')).open,
  sdkFeedByPage: async () => (await import('./sdk-feed.ts')).openByPage,
  sdkFeedByDocument: async () => (await import('./sdk-feed.ts')).openByDocument,
  ourSink: async () => (await import('./our-sink.ts')).open,
  newOrders: async () => (await import('./new-orders.ts')).open,
  pointCreates: async () => (await import('./points.ts')).openCreates,
  pointReads: async () => (await import('./points.ts')).openReads,
  filter: async () => (await import('./filter.ts')).open,
  sdkBulk: async () => (await import('./sdk-bulk.ts')).open,
  sdkCopy: async () => (await import('./sdk-copy.ts')).open,
} satisfies Record<string, () => Promise<Open>>;

export type SubjectName = keyof typeof SUBJECTS;
