import { parseAddress } from '../cosmos/address.ts';
import type { FeedMode } from '../sources/change-feed.ts';
import { parseFeedRange, parsePartitionKey } from '../sources/feed-scope.ts';
import { parseFeedStart } from '../sources/feed-start.ts';
import { FlowError } from '../support/error.ts';
import { TERMS_NOTE, termsFlags } from './budget-flags.ts';
import { caFile } from './ca-file.ts';
import { command } from './command.ts';
import { fileFlags } from './file-flags.ts';
import {
  count,
  deadLetter,
  dryRun,
  duration,
  embeddedData,
  envelope,
  maxErrors,
  optional,
  optionalDuration,
  parsed,
  patience,
  requestTimeout,
  select,
  systemProperties,
  toggle,
  where,
} from './flags.ts';
import { httpFlags } from './http-flags.ts';
import { keptFlags } from './kept-flags.ts';
import { besides, needing } from './needs.ts';
import { transformFlags } from './transform-flags.ts';

const FOLLOWING = besides('--until-caught-up', ({ untilCaughtUp }) => untilCaughtUp !== true);

export const tail = command({
  name: 'tail',
  summary: 'print what changes in a container, or send it on',
  notes: [
    'Prints documents as they are written, one a line (NDJSON), byte for byte but for the system properties, until ' +
      'Ctrl-C. It begins now; with --until-caught-up it begins with everything that is there. "ready" on stderr says ' +
      'that whatever is written from then on will come.',
    'The feed of the latest versions has every document once, in its newest version, and no deletes. The feed of all ' +
      'versions and deletes has each version from now on, as far back as the container retains them (its ' +
      'changeFeedPolicy, or continuous backups); a deletion is printed as its id and partition key with ' +
      '"_deleted":true, and --envelope tells whether it was a delete or has expired.',
    'With --checkpoint the same command goes on where it stopped, whatever --start-from says. Nothing is lost then; ' +
      'what was printed after the last commit comes again, and so does the whole page that --max has cut. ' +
      'Printed means that the system took it: whether the next program in the pipe did is for that program to know.',
    'Order holds among the changes of one document and, while nothing comes again, of one partition key; not between ' +
      'ranges. Splits and merges of ranges are followed.',
    'With --to each change is sent to a receiver, over HTTP or TCP, until that has said that it is durable there; the position is ' +
      'kept in a file of its own in .cosmosflow, and the same command goes on where it stopped. A change has the same Idempotency-Key and ' +
      'webhook-id however often it is sent, and the changes of one document are sent one after the other. README has the ' +
      'headers, the signature, and what each answer means.',
    '--where and --select speak the query language of Azure Cosmos DB, and call the document c. Without --select documents ' +
      'keep every byte; properties that are selected keep theirs. Deletes pass --where and --select as they are. What once ' +
      'met --where and no longer does is not deleted where it went.',
    TERMS_NOTE,
  ],
  arguments: [{ name: 'source', summary: 'address of the container to read', check: parseAddress }],
  flags: {
    startFrom: parsed(
      '--start-from <when>',
      'where to begin: beginning, now, or a time like 2026-08-01T09:30:00Z (UTC unless it says otherwise)',
      parseFeedStart,
    ),
    mode: {
      spelling: '--mode <mode>',
      summary: 'which feed: latest-version (or incremental), all-versions-and-deletes (or full-fidelity)',
      parse: parseMode,
      fallback: 'latest version' as FeedMode,
      fallbackText: 'latest-version',
    },
    partitionKey: parsed(
      '--partition-key <key>',
      'read this key alone: a text, JSON, or an array of the first levels of a hierarchical key',
      parsePartitionKey,
    ),
    feedRange: parsed(
      '--feed-range <min-max>',
      'read this part of the key space alone, as in 0-1FFF; see "range" of --envelope',
      parseFeedRange,
    ),
    to: optional('--to <url>', 'where to send changes'),
    out: optional('--out <path>', 'the file or directory to write to'),
    ...fileFlags,
    envelope,
    systemProperties,
    untilCaughtUp: toggle('-e, --until-caught-up', 'end when there is nothing more for now'),
    where,
    select,
    deadLetter,
    maxErrors,
    dryRun,
    ...transformFlags,
    max: count('--max <n>', 'end after so many changes', undefined),
    idleTimeout: needing(
      FOLLOWING,
      optionalDuration('--idle-timeout <time>', 'end when nothing has changed for so long'),
    ),
    checkpoint: optional('--checkpoint <file>', 'where to keep how far it is'),
    ...keptFlags,
    maxItemCount: count('--max-item-count <n>', 'documents to ask for in a page', 1000, { max: 100_000 }),
    poll: needing(
      FOLLOWING,
      duration('--poll <time>', 'how long to wait, at most, when nothing is new', '1s', { minMs: 10 }),
    ),
    ...termsFlags,
    patience,
    requestTimeout,
    caFile,
    embeddedData,
    ...httpFlags,
  },
  examples: [
    ['what is there, counted', 'cosmosflow tail embedded:shop/orders --start-from beginning -e | wc -l'],
    ['what changes, until Ctrl-C', 'cosmosflow tail shop/orders'],
    ['what changed since then', 'cosmosflow tail shop/orders --start-from 2026-08-01T09:30:00Z -e'],
    ['deletes too', 'cosmosflow tail shop/orders --mode all-versions-and-deletes --envelope'],
    ['whatever is new, each time it is run', 'cosmosflow tail shop/orders -e --checkpoint orders.db >> orders.ndjson'],
    ['files of what is there, and at each run of what is new', 'cosmosflow tail shop/orders -e --out orders'],
    ['one customer', 'cosmosflow tail shop/orders --partition-key customer-00042 --start-from beginning --max 10'],
    ['to a receiver, such as cosmosflow consume', 'cosmosflow tail embedded:shop/orders --to http://127.0.0.1:8088/'],
    [
      'some of it, and of that some columns',
      'cosmosflow tail embedded:shop/orders -e --where "c.amount > 100" --select "c.id, c.amount"',
    ],
  ],
  exits: [
    [0, 'it has come as far as was asked for'],
    [2, 'a flag, address or credential is wrong, or the checkpoint is of another job'],
    [3, 'done, but refused documents were set aside'],
    [4, 'the account refused the key, or the receiver the credentials'],
    [5, 'the source is gone, or not available'],
    [6, 'the receiver refused a change, or is not available'],
    [7, 'another process has the checkpoint or the embedded data'],
    [8, 'the checkpoint is damaged or too old, the output is damaged, or the container was created again'],
    [9, 'the checkpoint or the output cannot be written'],
    [130, 'stopped with Ctrl-C; what was read is printed'],
    [141, 'the reader of the pipe went away'],
    [143, 'stopped with SIGTERM; what was read is printed'],
  ],
  ending: 'once caught up',
  prints: ({ to, out, dryRun: isPlan }) => isPlan || (to === undefined && out === undefined),
  async run({ arguments: [source = ''], options }, context) {
    const { tailContainer } = await import('./tail-container.ts');
    await tailContainer(source, options, context);
  },
});

function parseMode(text: string): FeedMode {
  const mode = MODES[text.trim().toLowerCase()];
  if (mode) return mode;
  throw new FlowError('usage', `"${text}" is not a change feed`, {
    hint: 'write latest-version or all-versions-and-deletes',
  });
}

const MODES: Readonly<Record<string, FeedMode>> = {
  'latest-version': 'latest version',
  incremental: 'latest version',
  'all-versions-and-deletes': 'all versions and deletes',
  'full-fidelity': 'all versions and deletes',
};
