import { command } from './command.ts';
import { count, duration, embeddedData, optional, patience, requestTimeout, select, toggle, where } from './flags.ts';

export const tail = command({
  name: 'tail',
  summary: 'print what changes in a container, or send it on',
  notes: [
    'Reads the change feed (latest version).',
    '--where and --select speak the query language of Azure Cosmos DB, and call the document c. Without --select documents ' +
      'keep every byte; properties that are selected keep theirs. Deletes pass --where and --select as they are. What once ' +
      'met --where and no longer does is not deleted where it went.',
  ],
  arguments: [{ name: 'source', summary: 'address of the container to read' }],
  flags: {
    to: optional('--to <url>', 'where to send changes'),
    out: optional('--out <path>', 'the file or directory to write to'),
    untilCaughtUp: toggle('-e, --until-caught-up', 'end when there is nothing more for now'),
    where,
    select,
    checkpoint: optional('--checkpoint <file>', 'where to keep how far it is'),
    resume: toggle('--resume', 'go on where the checkpoint says; this is the default'),
    restart: toggle('--restart', 'forget the checkpoint and start over'),
    maxItemCount: count('--max-item-count <n>', 'documents to ask for in a page', 1000, { max: 100_000 }),
    poll: duration('--poll <time>', 'how long to wait when nothing is new', '1s', { minMs: 10 }),
    patience,
    requestTimeout,
    embeddedData,
  },
  examples: [
    ['what is there', 'cosmosflow tail embedded:shop/orders --until-caught-up'],
    [
      'some of it, and of that some columns',
      'cosmosflow tail embedded:shop/orders -e --where "c.amount > 100" --select "c.id, c.amount"',
    ],
  ],
  exits: [
    [0, 'everything is printed'],
    [2, 'a flag, address or credential is wrong, or the checkpoint is of another job'],
    [4, 'the account refused the key'],
    [5, 'the source is gone, or not available'],
    [7, 'another process has the checkpoint or the embedded data'],
    [8, 'the checkpoint is damaged, or the container was created again'],
    [9, 'the checkpoint or the output cannot be written'],
    [130, 'stopped with Ctrl-C'],
    [141, 'the reader of the pipe went away'],
    [143, 'stopped with SIGTERM'],
  ],
  async run({ arguments: [source = ''], options }, context) {
    const { tailContainer } = await import('./tail-container.ts');
    await tailContainer(source, options, context);
  },
});
