import { parseAddress } from '../cosmos/address.ts';
import { FlowError, type FlowErrorCode } from '../support/error.ts';
import { BATCH_NOTE, batchFlags } from './batch-flags.ts';
import { parseThroughput, TERMS_NOTE, termsFlags } from './budget-flags.ts';
import { caFile } from './ca-file.ts';
import { command } from './command.ts';
import { assertComparable } from './comparable.ts';
import { createTargetFlags } from './create-target-flags.ts';
import { deletesFlags } from './deletes-flags.ts';
import {
  count,
  deadLetter,
  dryRun,
  duration,
  embeddedData,
  maxErrors,
  optional,
  parsed,
  patience,
  requestTimeout,
  select,
  toggle,
  where,
} from './flags.ts';
import { lifetimeFlags } from './lifetime-flags.ts';
import { needing, without } from './needs.ts';
import { reshapingFlags } from './reshaping-flags.ts';
import { transformFlags } from './transform-flags.ts';
import type { verifyAfterCopy } from './verify-containers.ts';
import { assertCopies, ifNewer, write } from './write-flags.ts';

export const copy = command({
  name: 'copy',
  summary: 'copy a container into another, and go on with what changes',
  notes: [
    'Reads the change feed (latest version), so it needs no pause of writers: every document once, then every change. ' +
      'Deletes and documents that have expired are not in that feed. A missing target is created like the source: ' +
      'partition key, indexing, time to live, unique keys, every other policy; in what one differs that is there is said.',
    'With --deletes, what is deleted in the source or expires there is deleted in the target too. That needs the feed of all ' +
      'versions and deletes: a changeFeedPolicy of the container that retains versions for longer than the copy takes, or ' +
      'continuous backups of the account. Where that feed ends is noted for all ranges first; then everything is copied as it ' +
      'is, and what was changed or deleted from that moment on follows from there. An older version never takes the place of ' +
      'a newer one, and nothing that was deleted comes back. Deletes pass --where and --select.',
    'With --deletes=diff no such feed is needed: keys of both containers are compared, at the end or, with --follow, every ' +
      '--deletes-every, and what is in the target alone is DELETED there, whoever has written it. Both are looked at again ' +
      'right before. That reads both containers each time.',
    'Documents arrive byte for byte, but for the system properties that the target sets. What is committed in the ' +
      'checkpoint is durable in the target. After a crash the same command goes on behind the last commit, and may ' +
      'write again what came after it.',
    '--where and --select speak the query language of Azure Cosmos DB, and call the document c. What is selected must have ' +
      'the id and the partition key of the document. What once met --where and no longer does stays in the target.',
    'Where documents expire, each keeps what is left of its time to live: it expires in the target when it does in the ' +
      'source, and what has expired is not copied. --ttl-mode keep copies times to live as they are, so that they begin anew; ' +
      '--ttl-mode drop leaves them out.',
    '--target-partition-key, --partition-key-from and --id-from give documents another key. Before anything is written it is ' +
      'made sure that no two of them become one: by the rules alone, or else by reading the source once more. No target is ' +
      'created with a key that none of the first documents has.',
    'A document that the target refuses stops the copy. With --dead-letter it is set aside in a file, byte for byte and with ' +
      'the reason, before the checkpoint passes it; later versions of it are still copied. With --verify the comparison is ' +
      'made all the same, and printed; what was set aside is said last.',
    '--write says what becomes of documents: upsert writes them whatever is there. insert refuses those that are there ' +
      'already and differ, insert-ignore leaves them; replace and patch (its properties are set, at most 10) refuse those ' +
      'that are not there, and patch-if-exists passes over them; merge sets any number of properties and inserts what is not ' +
      'there, for a read more of each: it writes only while what it has read is still so, and loses nothing that others write; ' +
      'delete deletes them. Deletes are carried out by upsert, replace, patch, merge and delete, refused by ' +
      'insert, and passed over by insert-ignore. Whether a write took place whose answer was lost is looked up, not guessed.',
    '--if-newer reads what the target has before it writes, and writes only while that is still so: it costs a read for each ' +
      'document, and is for two writers, and for copies that are made again. By a path, it compares the values that both documents ' +
      'have there: numbers, texts, or times. _ts compares when the source wrote both versions: the target keeps that as _srcTs, or as --keep-ts says, and a ' +
      'document without it counts as of its own _ts, when it was written there. That is right for what somebody else wrote, and ' +
      'WRONG for what a copy without --if-newer wrote: all that the source wrote before that copy is left out, which is said and ' +
      'counted, and is no failure. Copy such a target once more with --restart --keep-ts _srcTs and without --if-newer. _lsn is kept as _srcLsn, and counts commits ' +
      'of one physical range of one account: it does not survive merges. What has no value in the target is older.',
    'An address is db/container (account from COSMOS_URI and COSMOS_KEY, or COSMOS_CONNECTION_STRING; for a target in ' +
      'another account COSMOS_TARGET_URI and COSMOS_TARGET_KEY), cosmos://HOST[:PORT]/db/container, or ' +
      'embedded:db/container for the embedded server.',
    TERMS_NOTE,
    BATCH_NOTE,
  ],
  arguments: [
    { name: 'source', summary: 'address of the container to read', check: parseAddress },
    { name: 'target', summary: 'address of the container to write', check: parseAddress },
  ],
  flags: {
    follow: toggle('--follow', 'go on after catching up, until Ctrl-C'),
    ...deletesFlags,
    where,
    select,
    ...transformFlags,
    write,
    ifNewer,
    ...lifetimeFlags,
    ...reshapingFlags,
    ...createTargetFlags,
    deadLetter,
    maxErrors,
    dryRun,
    verify: toggle('--verify', 'compare source and target at the end, as "cosmosflow verify" does'),
    checkpoint: optional(
      '--checkpoint <file>',
      'where to keep how far the copy is; when not given, a file in .cosmosflow for this source and target',
    ),
    resume: toggle('--resume', 'go on where the checkpoint says; this is the default'),
    restart: toggle('--restart', 'forget the checkpoint and start over'),
    ...termsFlags,
    readThroughput: parsed(
      '--read-throughput <n|p%>',
      'the same for the source alone, when it is another',
      parseThroughput,
    ),
    ...batchFlags,
    maxItemCount: count('--max-item-count <n>', 'documents to ask for in a page', 1000, { max: 100_000 }),
    poll: needing(
      without('--follow', ({ follow }) => follow === true),
      duration('--poll <time>', 'with --follow, how long to wait when nothing is new', '1s', { minMs: 10 }),
    ),
    patience,
    requestTimeout,
    caFile,
    embeddedData,
  },
  examples: [
    ['on the embedded server, without an account', 'cosmosflow copy embedded:shop/orders embedded:shop/orders-copy'],
    ['within an account', 'COSMOS_URI=… COSMOS_KEY=… cosmosflow copy shop/orders shop/orders-copy'],
    [
      'from an account into an emulator, and on',
      'cosmosflow copy --follow shop/orders cosmos://localhost:8081/shop/orders',
    ],
    [
      'a replica that stays equal, deletes and expiries included',
      'cosmosflow copy shop/orders shop/orders-replica --follow --deletes',
    ],
    [
      'the same, where the account has no feed of all versions',
      'cosmosflow copy shop/orders shop/orders-mirror --follow --deletes=diff --deletes-every 6h',
    ],
    ['a part of it', 'cosmosflow copy shop/orders shop/large-orders --where "c.amount > 100"'],
    [
      'what it would do, and what it may cost',
      'cosmosflow copy embedded:shop/orders embedded:shop/orders-new --dry-run',
    ],
    [
      'partitioned otherwise',
      'cosmosflow copy shop/orders shop/by-currency --target-partition-key /currency --id-from "{/customerId}-{/id}"',
    ],
  ],
  exits: [
    [0, 'everything is copied'],
    [2, 'a flag, address or credential is wrong, or the checkpoint is of another job'],
    [3, 'done, but refused documents were set aside; or, with --verify, source and target differ'],
    [4, 'an account refused the key'],
    [5, 'the source is gone, or not available'],
    [6, 'the target refused a document, or too many, or is not available'],
    [7, 'another process has the checkpoint or the embedded data'],
    [8, 'the checkpoint is damaged, or a container was created again'],
    [9, 'the checkpoint cannot be written'],
    [130, 'stopped with Ctrl-C; what was read is committed'],
    [143, 'stopped with SIGTERM; what was read is committed'],
  ],
  ending: 'once caught up',
  prints: ({ dryRun: isPlan }) => isPlan,
  async run({ arguments: [source = '', target = ''], options }, context) {
    assertCopies(options);
    if (options.verify) assertComparable(options);
    const { copyContainer } = await import('./copy-container.ts');
    const setAside = await endOf('set_aside', copyContainer(source, target, options, context));
    const isCompared = options.verify && !options.dryRun && !context.signal.aborted;
    const differences = isCompared && (await endOf('differences', compareAfter(source, target, options, context)));
    if (setAside || differences) throw setAside || differences;
  },
});

/** The error of that code that `work` ended with, if it did; throws any other. */
async function endOf(code: FlowErrorCode, work: Promise<void>): Promise<FlowError | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    if (error instanceof FlowError && error.code === code) return error;
    throw error;
  }
}

async function compareAfter(...given: Parameters<typeof verifyAfterCopy>): Promise<void> {
  const { verifyAfterCopy } = await import('./verify-containers.ts');
  await verifyAfterCopy(...given);
}
