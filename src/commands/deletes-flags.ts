import { FlowError } from '../support/error.ts';
import type { Flag } from './command.ts';
import { duration } from './flags.ts';
import { needing, without } from './needs.ts';

/** How a copy learns what was deleted: from the feed that has it, by comparing keys, or not at all. */
export type Deletes = 'feed' | 'diff' | 'none';

const deletes: Flag<Deletes> = {
  spelling: '--deletes [how]',
  summary:
    'delete in the target what is deleted in the source, or expires: feed, as the feed of all versions tells; diff, by comparing keys; none',
  parse: (text) => {
    const how = DELETES.find((word) => word === text.toLowerCase());
    if (how) return how;
    throw new FlowError('usage', `"${text}" is not feed or diff or none`, {
      hint: 'write --deletes=feed, or put --deletes behind the addresses',
    });
  },
  fallback: 'none',
  bare: 'feed',
};

export const deletesFlags = {
  deletes,
  deletesEvery: needing(
    without('--follow --deletes=diff', (options) => options.follow === true && options.deletes === 'diff'),
    duration('--deletes-every <time>', 'with --follow and --deletes=diff, how long to wait between comparisons', '1h', {
      minMs: 10,
    }),
  ),
};

const DELETES: readonly Deletes[] = ['feed', 'diff', 'none'];
