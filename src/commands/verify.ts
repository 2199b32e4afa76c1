import { parseAddress } from '../cosmos/address.ts';
import { TERMS_NOTE, termsFlags } from './budget-flags.ts';
import { caFile } from './ca-file.ts';
import { command } from './command.ts';
import { count, duration, embeddedData, optional, patience, requestTimeout, toggle } from './flags.ts';

/** Documents in a page: small ones keep the memory of a comparison small. */
export const PAGE_ITEMS = 200;

export const verify = command({
  name: 'verify',
  summary: 'compare two containers document by document, and repair the target',
  notes: [
    'Reads both containers once, adding up hashes of their documents in 4,096 parts of the key space; reads the parts ' +
      'whose sums differ once more; and after --settle looks again at each document that differs there, more than ' +
      'once while it changes: what a copy that follows is about to write is no difference. Memory stays small however large the containers are.',
    'Prints a line for each document that differs: "-" is missing in the target, "+" is only in the target, "*" is ' +
      'another there; then its id and partition key as a JSON array, and what is known of it as a JSON object. Two ' +
      'documents are equal when all their values are, whatever the order of members and the spelling of numbers and ' +
      'strings: 1.0 is 1, but 9007199254740993 is not 9007199254740992. System properties do not count.',
    '--repair writes what is missing or different from the source into the target and DELETES from the target what the ' +
      'source does not have; each only if the target still has the version that was compared, and looks at both again.',
    'A document that is deleted on one side after it was read there is found by the next run.',
    TERMS_NOTE,
  ],
  arguments: [
    { name: 'source', summary: 'address of the container that is right', check: parseAddress },
    { name: 'target', summary: 'address of the container to compare with it', check: parseAddress },
  ],
  flags: {
    repair: toggle('--repair', 'make the target like the source, which also deletes what is only in the target'),
    report: optional('--report <file>', 'write the lines to a file too, and at its end the totals as a JSON object'),
    settle: duration('--settle <time>', 'how long a difference must last to be one', '2s'),
    verbose: toggle('--verbose', 'print "=" lines too, for equal documents in parts that differ'),
    checkpoint: optional(
      '--checkpoint <file>',
      'where to keep how far the first reading is, until the end, and in FILE.target; when not given, in .cosmosflow, for ' +
        'this source and target',
    ),
    resume: toggle('--resume', 'go on where the checkpoint says; this is the default'),
    restart: toggle('--restart', 'forget the checkpoint and start over'),
    concurrency: count('--concurrency <n>', 'documents looked at or repaired at once', 16, { max: 1000 }),
    maxItemCount: count('--max-item-count <n>', 'documents to ask for in a page', PAGE_ITEMS, { max: 100_000 }),
    ...termsFlags,
    patience,
    requestTimeout,
    caFile,
    embeddedData,
  },
  examples: [
    ['after a copy', 'cosmosflow verify shop/orders shop/orders-copy'],
    ['and make them equal', 'cosmosflow verify shop/orders shop/orders-copy --repair'],
    ['what differs, in a file', 'cosmosflow verify shop/orders shop/orders-copy > differences.txt'],
    [
      'gently, with a report',
      'cosmosflow verify shop/orders shop/orders-copy --target-throughput 500 --report verify.txt',
    ],
  ],
  exits: [
    [0, 'source and target are equal, or all differences are repaired'],
    [2, 'a flag, address or credential is wrong, or the checkpoint is of another job'],
    [3, 'source and target differ'],
    [4, 'an account refused the key'],
    [5, 'the source is gone, or not available'],
    [6, 'the target is gone, or not available'],
    [7, 'another process has the checkpoint or the embedded data'],
    [8, 'the checkpoint is damaged, or a container was created again'],
    [9, 'the checkpoint, the report or the output cannot be written'],
    [130, 'stopped with Ctrl-C; the same command goes on'],
    [141, 'the reader of the pipe went away'],
    [143, 'stopped with SIGTERM; the same command goes on'],
  ],
  async run({ arguments: [source = '', target = ''], options }, context) {
    const { verifyContainers } = await import('./verify-containers.ts');
    await verifyContainers(source, target, options, context);
  },
});
