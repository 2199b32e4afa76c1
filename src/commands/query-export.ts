import { parseAddress } from '../cosmos/address.ts';
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
  list,
  maxErrors,
  optional,
  optionalDuration,
  patience,
  requestTimeout,
  select,
  toggle,
  where,
} from './flags.ts';
import { httpFlags } from './http-flags.ts';
import { keptFlags } from './kept-flags.ts';
import { needing, without } from './needs.ts';
import { parseParameter } from './query-parameter.ts';
import { transformFlags } from './transform-flags.ts';

const CONTINUOUS = without('--continuous', ({ continuous }) => continuous === true);

export const queryExport = command({
  name: 'query-export',
  summary: 'print the results of a query, or send them on',
  notes: [
    '--query says what to ask for; or --where and --select say parts of it, and call the document c. Values are best given with --param.',
    'A filter and a projection are asked of each physical range by itself, side by side, and their results handed on byte for byte; after a crash such an export goes on behind the last page of each range that was written. ORDER BY, GROUP BY, DISTINCT, TOP, OFFSET and aggregates over documents come in one stream, which starts over after a crash; where the service leaves it to clients to put them together, their numbers are those of JavaScript.',
    'Neither is a snapshot: what is written while the query runs may be found, or not. An export that has finished is not done again with the same checkpoint; --incremental does what is new.',
    '--incremental and --continuous find what was written since by the _ts of documents, by the clock of the server. Results come again when their document has changed; deletes are not seen. Results of documents that were written while a pass began may come twice: if there were more than 4,096 of them in a range, or if that pass was not an --incremental one and did not ask for whole documents.',
    '--max ends it after so many results, and the same command goes on: nothing is lost, and the page that --max has cut comes again as a whole. A query in one stream has no place to go on from, and gives its first results again.',
    TERMS_NOTE,
  ],
  arguments: [{ name: 'source', summary: 'address of the container to read', check: parseAddress }],
  flags: {
    query: optional('--query <sql>', 'what to ask for; every document if nothing is said'),
    queryFile: optional('--query-file <file>', 'the same, from a file'),
    where,
    select,
    ...transformFlags,
    param: list('--param <name=json>', 'value of a parameter of the query; may be given several times', parseParameter),
    to: optional('--to <url>', 'where to send results'),
    out: optional('--out <path>', 'the file or directory to write to'),
    ...fileFlags,
    incremental: toggle('--incremental', 'only what was written since the last time, with the same checkpoint'),
    continuous: toggle('--continuous', 'ask again and again for what was written since'),
    poll: needing(
      CONTINUOUS,
      duration('--poll <time>', 'with --continuous, how long to wait before asking again', '5s', { minMs: 10 }),
    ),
    max: count('--max <n>', 'end after so many results', undefined),
    idleTimeout: needing(
      CONTINUOUS,
      optionalDuration('--idle-timeout <time>', 'with --continuous, end when nothing new was found for so long'),
    ),
    overlap: duration(
      '--overlap <time>',
      'how far before the last pass to look again, for clocks and replicas that are behind',
      '10s',
    ),
    deadLetter,
    maxErrors,
    dryRun,
    checkpoint: optional('--checkpoint <file>', 'where to keep how far it is'),
    ...keptFlags,
    maxItemCount: count('--max-item-count <n>', 'results to ask for in a page', 1000, { max: 100_000 }),
    ...termsFlags,
    patience,
    requestTimeout,
    caFile,
    embeddedData,
    ...httpFlags,
  },
  examples: [
    ['every document, one a line', 'cosmosflow query-export embedded:shop/orders'],
    [
      'large orders',
      `cosmosflow query-export embedded:shop/orders --query 'SELECT c.id, c.amount FROM c WHERE c.amount > @min' --param min=100`,
    ],
    [
      'a report',
      `cosmosflow query-export embedded:shop/orders --query 'SELECT c.currency, COUNT(1) AS orders FROM c GROUP BY c.currency'`,
    ],
    ['what was written since the last time', 'cosmosflow query-export embedded:shop/orders --incremental --out orders'],
  ],
  exits: [
    [0, 'everything is exported'],
    [2, 'a flag, address, credential or the query is wrong, or the checkpoint is of another job'],
    [3, 'done, but refused results were set aside'],
    [4, 'the account refused the key, or the receiver the credentials'],
    [5, 'the source is gone, or not available'],
    [6, 'the destination refused results, or is not available'],
    [7, 'another process has the checkpoint or the embedded data'],
    [8, 'the checkpoint or the output is damaged, or the container was created again'],
    [9, 'the checkpoint or the output cannot be written'],
    [130, 'stopped with Ctrl-C'],
    [141, 'the reader of the pipe went away'],
    [143, 'stopped with SIGTERM'],
  ],
  prints: ({ to, out, dryRun: isPlan }) => isPlan || (to === undefined && out === undefined),
  async run({ arguments: [source = ''], options }, context) {
    const { exportQuery } = await import('./export-query.ts');
    await exportQuery(source, options, context);
  },
});
