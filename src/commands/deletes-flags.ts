import { FlowError } from '../support/error.ts';
import type { Flag } from './command.ts';

/** How a copy learns what was deleted: from the feed that has it, or not at all. */
export type Deletes = 'feed' | 'none';

export const deletes: Flag<Deletes> = {
  spelling: '--deletes [how]',
  summary:
    'delete in the target what is deleted in the source, or expires: feed, as the feed of all versions tells, or none',
  parse: (text) => {
    const how = DELETES.find((word) => word === text.toLowerCase());
    if (how) return how;
    throw new FlowError('usage', `"${text}" is not feed or none`, {
      hint: 'write --deletes=feed, or put --deletes behind the addresses',
    });
  },
  fallback: 'none',
  bare: 'feed',
};

const DELETES: readonly Deletes[] = ['feed', 'none'];
