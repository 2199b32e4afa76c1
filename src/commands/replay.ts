import type { Age } from '../sinks/age.ts';
import type { StrategyName } from '../sinks/strategies.ts';
import { FlowError } from '../support/error.ts';
import { batchFlags } from './batch-flags.ts';
import { termsFlags } from './budget-flags.ts';
import { caFile } from './ca-file.ts';
import { command, type Flag } from './command.ts';
import { count, deadLetter, embeddedData, maxErrors, optional, patience, requestTimeout } from './flags.ts';
import { httpFlags } from './http-flags.ts';
import { allNeeding, besides, needing, without } from './needs.ts';
import { assertUpserts, ifNewer, write } from './write-flags.ts';

const INTO = besides('--to', ({ to }) => to === undefined);

export const replay = command({
  name: 'replay',
  summary: 'apply documents that were set aside again, or send them again',
  notes: [
    'Applies the letters that --dead-letter FILE of other commands wrote, once what they were refused for is mended. The file ' +
      'stays as it is: to apply it again changes nothing. What is refused again stays in it, or goes to --dead-letter as well.',
    'A letter never overwrites something newer. It is applied where the target has no such document, or one that was written ' +
      'before the source committed that of the letter: at the time that _srcTs (or --keep-ts) of the document tells, else at its ' +
      '_ts. So what was copied only later, although it is older, keeps the letter out, and so does what is as old to the second; ' +
      'a letter without a time is applied only where there is nothing. Of several letters of one document the newest counts, by the same comparison. --write ' +
      'upsert applies all of them over whatever is there.',
    'A document that was deleted in the target has left no trace there: a letter of an older version brings it back.',
    'With --to a receiver gets them instead: all of them, in their order, as they were, also where it has had a newer version ' +
      'meanwhile. A letter has the same Idempotency-Key however often it is sent, which is not that of the run that set it aside.',
    'What was set aside from an import because it is no document cannot be applied: mend the file, and import it again.',
  ],
  arguments: [
    { name: 'file', summary: 'what --dead-letter named' },
    { name: 'target', summary: 'address of the container to write, where --to is not given', isOptional: true },
  ],
  flags: {
    letter: count('--letter <n>', 'apply only this one, by its number in the list', undefined),
    to: optional('--to <url>', 'the receiver to send them to'),
    ifNewer: needing(INTO, { ...ifNewer, summary: `${ifNewer.summary}; by _ts when not given` }),
    keepTs: needing(
      INTO,
      needing(
        without('--if-newer _ts', comparesTimes),
        optional('--keep-ts <name>', 'property in which the target has the _ts of the source, if not _srcTs'),
      ),
    ),
    write: needing(INTO, {
      ...write,
      summary: `${write.summary}; --if-newer when not given`,
      fallback: undefined,
    } as Flag<StrategyName | undefined>),
    deadLetter,
    maxErrors,
    ...allNeeding(INTO, termsFlags),
    ...allNeeding(INTO, batchFlags),
    patience,
    requestTimeout: needing(INTO, requestTimeout),
    caFile,
    embeddedData: needing(INTO, embeddedData),
    ...httpFlags,
    concurrency: { ...batchFlags.concurrency, summary: 'batches, or requests, under way at once' },
  },
  examples: [
    ['into the container that refused them', 'cosmosflow replay dead.ndjson embedded:shop/orders-copy'],
    ['one of them', 'cosmosflow replay dead.ndjson embedded:shop/orders-copy --letter 1'],
    ['to the receiver that refused them', 'cosmosflow replay dead.ndjson --to http://127.0.0.1:8088/'],
    ['over whatever is there', 'cosmosflow replay dead.ndjson embedded:shop/orders-copy --write upsert'],
  ],
  exits: [
    [0, 'all letters are applied, or were before'],
    [2, 'a flag, address or credential is wrong, there is no such container, or no such letter'],
    [3, 'done, but some were refused again, or the target has something newer'],
    [4, 'the account refused the key, or the receiver the credentials'],
    [6, 'the target or receiver is not available, or refused too many'],
    [7, 'another process has the embedded data'],
    [9, 'a file cannot be read, or written'],
    [130, 'stopped with Ctrl-C'],
    [143, 'stopped with SIGTERM'],
  ],
  async run({ arguments: [file = '', target], options }, context) {
    const { to } = options;
    if ((target === undefined) === (to === undefined)) throw notOneTarget();
    if (to !== undefined) {
      const { replayTo } = await import('./replay-to.ts');
      return replayTo(file, to, options, context);
    }
    assertUpserts(options);
    const { replayLetters } = await import('./replay-letters.ts');
    await replayLetters(file, target as string, options, context);
  },
});

function notOneTarget(): FlowError {
  return new FlowError('usage', 'letters go into a container or to a receiver', {
    hint: 'name the container behind the file, or give --to URL',
  });
}

function comparesTimes({ write: strategy, ifNewer: age }: Readonly<Record<string, unknown>>): boolean {
  return age === undefined ? strategy === undefined : (age as Age).name === '_ts';
}
