import { FlowError } from '../support/error.ts';
import type { FaultRule } from './fault-rule.ts';
import type { Exchange, Fault } from './faults.ts';
import type { JournalEntry } from './journal.ts';
import { LEAST_THROUGHPUT, RANGE_THROUGHPUT } from './throughput.ts';

export interface EmulatorOptions {
  /** 0, the default, is any free one. */
  readonly port?: number;
  /** A file, or `:memory:`, the default. */
  readonly data?: string;
  /** Physical ranges of a container created without throughput. */
  readonly ranges?: number;
  /** A range whose documents have more bytes splits; 50 GB by default, as in the service. */
  readonly rangeBytes?: number;
  /** Request units a second of a container created without throughput. When it is given, throughput is enforced. */
  readonly throughput?: number;
  /** Whether requests are refused with 429 once a physical range has spent its part of the throughput. */
  readonly enforceThroughput?: boolean;
  /** The master key, in base64; that of every emulator by default. */
  readonly key?: string;
  /** Serve https alone, with a certificate of its own that lies beside the data. */
  readonly tls?: boolean;
  /** Added to every request. */
  readonly latencyMs?: number;
  /** What goes wrong from the start. */
  readonly faults?: readonly FaultRule[];
  /** Called for every authorized request; what it returns happens to the request, and no rule is asked. */
  readonly intercept?: (exchange: Exchange) => Fault | undefined;
  /** What chance depends on; another each time by default. */
  readonly seed?: number;
  /** Serve the admin API as well, for whoever has the token; `true` makes one. */
  readonly admin?: boolean | { readonly token: string };
  /** Milliseconds since 1970, for tests that do not wait; the machine's clock by default. */
  readonly clock?: () => number;
  /** How many of the last changes the journal keeps; 10,000 by default. */
  readonly journalEntries?: number;
  /** Called for each change of a document once it is on disk, in order. What it throws fails the request. */
  readonly onApplied?: (entry: JournalEntry) => void;
}

/** Throws a FlowError `usage` for an option that is out of bounds. */
export function checkOptions({
  ranges = RANGES,
  rangeBytes,
  throughput,
  seed = 0,
  journalEntries = 0,
  latencyMs = 0,
}: EmulatorOptions): void {
  checkRanges(ranges);
  checkRangeBytes(rangeBytes);
  checkThroughput(throughput, ranges);
  for (const [name, value, max] of [
    ['seed', seed, 2 ** 32 - 1],
    ['journalEntries', journalEntries, 10_000_000],
    ['latencyMs', latencyMs, 2 ** 31 - 1],
  ] as const) {
    if (value >= 0 && value <= max) continue;
    throw new FlowError('usage', `${name} cannot be ${value}`, { hint: `choose a number from 0 to ${max}` });
  }
}

/** Unless the options say otherwise. */
export const RANGES = 4;

/** As many as the highest throughput of a container needs. */
const RANGES_MAX = 100;

function checkRanges(ranges: number): void {
  if (Number.isInteger(ranges) && ranges >= 1 && ranges <= RANGES_MAX) return;
  throw new FlowError('usage', `a container cannot have ${ranges} ranges`, {
    hint: `choose a whole number from 1 to ${RANGES_MAX} with --ranges`,
  });
}

function checkRangeBytes(rangeBytes: number | undefined): void {
  if (rangeBytes === undefined || (Number.isInteger(rangeBytes) && rangeBytes > 0)) return;
  throw new FlowError('usage', `a range cannot have ${rangeBytes} bytes at most`, {
    hint: 'choose a whole number from 1 on',
  });
}

/** A container of one range has 400 to 10,000; one of more ranges has at most 10,000 for each. */
function checkThroughput(throughput: number | undefined, ranges: number): void {
  if (throughput === undefined) return;
  const max = ranges * RANGE_THROUGHPUT;
  if (Number.isInteger(throughput) && throughput >= LEAST_THROUGHPUT && throughput <= max && throughput % 100 === 0) {
    return;
  }
  throw new FlowError('usage', `a container of ${ranges} ranges cannot have ${throughput} request units a second`, {
    hint: `choose a multiple of 100 from ${LEAST_THROUGHPUT} to ${max} with --throughput, or more --ranges`,
  });
}
