import type { JobNames } from '../checkpoint/job.ts';
import type { Sink } from '../contract.ts';
import { openDeadLetters } from '../dead-letter/file.ts';
import type { Refusal } from '../sinks/refused.ts';
import { type SetAside, settingAside } from '../sinks/setting-aside.ts';
import { strict } from '../sinks/strict.ts';
import { FlowError, type FlowErrorCode } from '../support/error.ts';
import { redact } from '../support/redaction.ts';
import type { Closable } from '../support/scope.ts';
import type { Tally } from '../support/tally.ts';
import type { Talk } from './command.ts';

export interface RefusalOptions {
  readonly deadLetter: string | undefined;
  readonly maxErrors: number | undefined;
  /** Whether nothing is to be made. */
  readonly dryRun?: boolean;
}

/** What becomes of changes that the destination refuses. */
export interface Refusals extends Closable {
  /** `run` tells apart what has no versions. */
  around(sink: Sink, run?: string): Sink;
  /** To be called at the end of the run: throws when changes were set aside, and says where they are. */
  report(): void;
}

/** What the flags say: to stop at the first, or to set aside up to so many. `mended` says how what is mended gets there. */
export async function openRefusals(
  options: RefusalOptions,
  job: JobNames,
  tally: Tally,
  talk: Talk,
  mended: (file: string) => string = COMES_AGAIN,
): Promise<Refusals> {
  const { deadLetter: file, maxErrors = Number.POSITIVE_INFINITY } = options;
  if (file === undefined || options.dryRun) {
    const advice = 'to go on without it, set it aside: --dead-letter FILE';
    return { around: (sink) => strict(sink, advice), report: () => {}, close: () => {} };
  }
  const letters = await openDeadLetters(file);
  let count = 0;
  const setAsideOf =
    (run: string | undefined): SetAside =>
    async ({ refusals }, range, attempt) => {
      const [first] = refusals as readonly [Refusal];
      const isFirst = count === 0;
      count += refusals.length;
      if (count > maxErrors) throw tooMany(maxErrors, first);
      const time = new Date();
      await letters.add(
        refusals.map(({ change, reason, status, substatus }) => {
          return { change, range, job, run, attempt, ...wordsOf(reason), status, substatus, time };
        }),
      );
      // Who follows a feed does not see the end of the run, where the rest is counted.
      if (isFirst) talk.note(`the first that is set aside, in "${file}": ${wordsOf(first.reason).reason}`);
    };
  return {
    around: (sink, run) => settingAside(sink, setAsideOf(run), tally),
    report() {
      if (count > 0) throw setAsideIn(file, count, mended(file));
    },
    close: () => letters.close(),
  };
}

/** Of a feed. */
const COMES_AGAIN = (): string => 'what is mended in the source comes again by itself';

function wordsOf(reason: unknown): { code: FlowErrorCode; reason: string } {
  if (reason instanceof FlowError) return { code: reason.code, reason: redact(reason.message) };
  return { code: 'sink_refused', reason: redact(reason instanceof Error ? reason.message : String(reason)) };
}

function tooMany(max: number, { reason }: Refusal): FlowError {
  const { code, reason: last } = wordsOf(reason);
  return new FlowError(code, `more than ${max} documents were refused; the last: ${last}`, {
    hint: 'mend what is wrong, or raise --max-errors; the same command goes on at its page',
    cause: reason,
  });
}

function setAsideIn(file: string, count: number, mended: string): FlowError {
  const what = count === 1 ? '1 document was' : `${count.toLocaleString('en-US')} documents were`;
  return new FlowError('set_aside', `${what} refused and set aside in "${file}"`, {
    hint: `look at them: cosmosflow dead-letter list ${file}; ${mended}`,
  });
}
