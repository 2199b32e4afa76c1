import { memberIn, withMember, withoutMember } from '../formats/member.ts';
import type { Edit } from './edited.ts';

export interface TimeToLiveOptions {
  /** Of the container that documents come from, in seconds; -1 is never. */
  readonly defaultTtl: number;
  /** Seconds since 1970 by the clock that the source goes by. */
  readonly now: () => number;
}

/**
 * Gives documents what is left of their time to live, so that they expire at their new place when they would have at
 * the old; those that have expired are left out. Nothing else of them changes, and nothing of those that never expire.
 */
export function remainingTtl({ defaultTtl, now }: TimeToLiveOptions): Edit {
  return (document, change) => {
    const own: unknown = JSON.parse(memberIn(document, 'ttl') ?? 'null');
    const ttl = typeof own === 'number' ? own : defaultTtl;
    // What is no time to live was written before there was one, and does nothing.
    const time = Number.isInteger(ttl) && ttl > 0 ? change.time : undefined;
    if (time === undefined) return document;
    // Of what is written in the same second nothing is gone, even where a clock is behind.
    const left = ttl - Math.max(0, now() - time);
    return left > 0 ? withMember(document, 'ttl', String(left)) : undefined;
  };
}

/** Takes their own time to live from documents. */
export const withoutTtl: Edit = (document) => withoutMember(document, 'ttl');

/** Keeps when a document was last written, in seconds since 1970, in a property of its own. */
export function keptTime(name: string): Edit {
  return (document, { time }) => (time === undefined ? document : withMember(document, name, String(time)));
}
