import { formatDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import { type Meter, total } from '../support/meter.ts';
import type { Tally } from '../support/tally.ts';
import type { Difference } from '../verify/differences.ts';
import type { Context } from './command.ts';

/** What `verify` has found so far. */
export class Verdict {
  /** Documents read on each side; one that changed meanwhile may count twice. */
  readonly read = { source: 0, target: 0 };
  /** Whether there is nothing left to find. */
  isWhole = false;
  readonly #found = { '-': 0, '+': 0, '*': 0, '=': 0 };
  #repaired = 0;

  count({ sign, repaired }: Difference): void {
    this.#found[sign]++;
    if (repaired) this.#repaired++;
  }

  get facts(): Facts {
    const { '-': missing, '+': extra, '*': different } = this.#found;
    const left = missing + extra + different - this.#repaired;
    const state = !this.isWhole ? 'not finished' : left > 0 ? 'different' : 'equal';
    return { state, ...this.read, missing, extra, different, repaired: this.#repaired, left };
  }

  summarise(tally: Tally, meters: readonly Meter[], { talk, signal }: Context): void {
    const { elapsedMs, retries } = tally;
    const { requestCharge, throttled } = total(meters);
    const { state, source, target, missing, extra, different, repaired } = this.facts;
    talk.summary(
      signal.aborted ? 'stopped' : state,
      [
        ['read', `${number(source)} in the source, ${number(target)} in the target`],
        ['missing', number(missing)],
        ['extra', number(extra)],
        ['different', number(different)],
        ['repaired', number(repaired)],
        ['request units', number(requestCharge)],
        ['throttled', number(throttled)],
        ['tried again', number(retries)],
        ['time', formatDuration(elapsedMs)],
      ],
      { ...this.facts, requestCharge, throttled, retries, elapsedMs: Math.round(elapsedMs) },
    );
  }

  /** Throws when something still differs; `repair` is the command that makes it equal, unless that is what was done. */
  assertEqual(repair: string | undefined): void {
    const { left } = this.facts;
    if (left === 0) return;
    const what = `${number(left)} ${left === 1 ? 'document differs' : 'documents differ'} between source and target`;
    throw new FlowError('differences', what, {
      hint: repair ? `to make the target like the source: ${repair}` : 'their lines say why they could not be repaired',
    });
  }
}

interface Facts {
  readonly state: 'equal' | 'different' | 'not finished';
  readonly source: number;
  readonly target: number;
  readonly missing: number;
  readonly extra: number;
  readonly different: number;
  readonly repaired: number;
  readonly left: number;
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
