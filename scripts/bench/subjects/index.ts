import type { Open } from './subject.ts';

/** What can be measured. Each is loaded in its own process, so that it pays for no other's code. */
export const SUBJECTS = {
  ourFeed: async () => (await import('./our-feed.ts')).open,
  sdkFeedByPage: async () => (await import('./sdk-feed.ts')).openByPage,
  sdkFeedByDocument: async () => (await import('./sdk-feed.ts')).openByDocument,
  ourSink: async () => (await import('./our-sink.ts')).open,
  sdkBulk: async () => (await import('./sdk-bulk.ts')).open,
  sdkCopy: async () => (await import('./sdk-copy.ts')).open,
} satisfies Record<string, () => Promise<Open>>;

export type SubjectName = keyof typeof SUBJECTS;
