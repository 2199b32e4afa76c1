import type { Position, Source } from '../contract.ts';
import { counted } from '../sources/counted.ts';
import { firstPage } from '../sources/first-page.ts';
import type { Meter } from '../support/meter.ts';
import { Tally } from '../support/tally.ts';

export interface Sample {
  /** How many changes were read. */
  readonly read: number;
  /** How many of them would be handed on. */
  readonly handedOn: number;
  /** Of those. */
  readonly bytes: number;
  readonly requestCharge: number;
  readonly elapsedMs: number;
  /** About how many changes there are to read in all. */
  readonly documents: number;
}

export interface SampleOptions {
  readonly between: (source: Source) => Source;
  readonly meter: Meter;
  readonly signal: AbortSignal;
}

/** Reads the first page of some ranges, one after the other. Nothing is kept of them but the numbers. */
export async function sampleOf(
  source: Source,
  positions: readonly Position[],
  { between, meter, signal }: SampleOptions,
): Promise<Sample> {
  const tally = new Tally();
  const wanted = between(counted(source, tally));
  const [chargeBefore, startedAt] = [meter.requestCharge, performance.now()];
  const sampled = positions.slice(0, RANGES_MAX);
  let [handedOn, bytes] = [0, 0];
  for (const position of sampled) {
    const page = await firstPage(wanted, position, signal);
    handedOn += page?.changes.length ?? 0;
    for (const { document } of page?.changes ?? []) bytes += document.length;
    page?.release?.();
  }
  return {
    read: tally.read,
    handedOn,
    bytes,
    requestCharge: meter.requestCharge - chargeBefore,
    elapsedMs: performance.now() - startedAt,
    documents: Math.round(((tally.read + tally.lag) * positions.length) / Math.max(1, sampled.length)),
  };
}

/** A container of hundreds of ranges is not read through for a guess. */
const RANGES_MAX = 16;
