import { forgetful } from '../checkpoint/forgetful.ts';
import { listLetters } from '../dead-letter/listing.ts';
import { counted } from '../sinks/counted.ts';
import { flawless } from '../sinks/flawless.ts';
import { retrying } from '../sinks/retrying.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';
import { toUrl } from './destination.ts';
import { letters } from './letters.ts';
import { assertElsewhere, Left, refusalsOf } from './letters-left.ts';
import type { RefusalOptions } from './refusals.ts';
import type { ToHttpOptions } from './to-http.ts';
import { DRAIN_MS, transfer } from './transfer.ts';

export interface ReplayToOptions extends ToHttpOptions, RefusalOptions {
  readonly letter: number | undefined;
  readonly patience: number;
}

/** Sends the letters of a file to a receiver, as they were; resolves when it has all, and throws when it has not. */
export async function replayTo(file: string, to: string, options: ReplayToOptions, context: Context): Promise<void> {
  assertElsewhere(file, options);
  const { signal, talk } = context;
  const destination = toUrl(to, options, context);
  const source = await sourceOf(file, options);
  const [, database = '', container = ''] = /([^:/]+)\/([^/]+)$/.exec(source) ?? [];
  const left = new Left(file, context);
  const tally = new Tally();
  await scoped(async (own) => {
    const names = { source, target: destination.name, mode: 'replay' };
    const refusals = own(await refusalsOf(options, names, tally, left));
    const sink = own(
      await destination.open({
        source,
        // The letters do not tell its id.
        facts: { database, container, rid: '' },
        run: 'replay',
        notes: new Map(),
        tally,
        requestCharge: () => 0,
        about: () => names,
      }),
    );
    const patient = retrying(counted(sink, tally), {
      budgetMs: options.patience,
      onWait: () => void tally.retries++,
      signal: later(signal, DRAIN_MS),
    });
    const onDamage = (line: number, isTorn: boolean): void => left.damaged(line, isTorn);
    await transfer(
      {
        source: letters(file, { partitionKey: undefined, letter: options.letter, onDamage }),
        sink: refusals.around(flawless(patient)),
        checkpoint: forgetful(),
        tally,
        meters: [],
      },
      context,
    );
    if (signal.aborted) talk.note('the same command begins again; what was sent is sent again under the same id');
    refusals.report();
  });
}

/** Where the letters come from, which must be one place: events tell it, and ids are made of it. */
async function sourceOf(file: string, { letter }: ReplayToOptions): Promise<string> {
  const sources = new Set<string>();
  for await (const { number, facts } of listLetters(file, () => {})) {
    if (letter !== undefined && letter !== number) continue;
    sources.add(String((facts.job as { readonly source?: unknown } | undefined)?.source));
  }
  if (sources.size <= 1) return [...sources][0] ?? file;
  throw new FlowError('usage', `"${file}" has letters of several sources: ${[...sources].join(', ')}`, {
    hint: 'send them one by one with --letter N, or part the file: each line is a letter',
  });
}
