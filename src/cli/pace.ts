import type { ProgressView } from '../commands/command.ts';
import { formatDuration } from '../support/duration.ts';
import { total } from '../support/meter.ts';

export interface PaceSample {
  readonly documents: number;
  readonly documentsPerSecond: number;
  readonly requestUnitsPerSecond: number;
  readonly throttled: number;
  /** Documents that were refused, and are kept elsewhere. */
  readonly setAside: number;
  /** About how many documents are still to come. */
  readonly lag: number;
  /** How much is done, 0 to 1; undefined when nobody knows. */
  readonly fraction: number | undefined;
  readonly etaMs: number | undefined;
}

/** How fast a run is, over the last few seconds, each time it is asked. */
export class Pace {
  readonly #view: ProgressView;
  readonly #marks: Mark[] = [];

  constructor(view: ProgressView) {
    this.#view = view;
    this.#mark();
  }

  sample(): PaceSample {
    const { tally, meters } = this.#view;
    const oldest = this.#mark();
    const { written: documents, settled, expected, added, setAside } = tally;
    const { throttled, requestCharge } = total(meters);
    const seconds = Math.max(0.001, (tally.elapsedMs - oldest.elapsedMs) / 1000);
    const documentsPerSecond = (documents - oldest.written) / seconds;
    const settledPerSecond = (settled - oldest.settled) / seconds;
    const lag = expected === undefined ? tally.lag + tally.left : Math.max(0, expected + added - settled);
    const all = settled + lag;
    return {
      documents,
      documentsPerSecond: Math.round(documentsPerSecond),
      requestUnitsPerSecond: Math.round((requestCharge - oldest.requestCharge) / seconds),
      throttled,
      setAside,
      lag,
      fraction: all > 0 ? settled / all : undefined,
      etaMs: settledPerSecond > 0 ? Math.round((lag / settledPerSecond) * 1000) : undefined,
    };
  }

  /** Remembers this moment and returns the oldest that still counts. */
  #mark(): Mark {
    const { tally, meters } = this.#view;
    const { requestCharge } = total(meters);
    this.#marks.push({ elapsedMs: tally.elapsedMs, written: tally.written, settled: tally.settled, requestCharge });
    while (this.#marks.length > 2 && (this.#marks[1] as Mark).elapsedMs < tally.elapsedMs - WINDOW_MS)
      this.#marks.shift();
    return this.#marks[0] as Mark;
  }
}

/** One sample as a line of words. */
export function describePace({
  documents,
  documentsPerSecond,
  requestUnitsPerSecond,
  setAside,
  lag,
  fraction,
  etaMs,
}: PaceSample): string {
  const done = fraction === undefined ? '' : `, ${Math.floor(fraction * 100)} %`;
  const eta = etaMs === undefined || lag === 0 ? '' : `, ${formatDuration(etaMs)} to go`;
  return `${grouped(documents)} documents, ${grouped(documentsPerSecond)}/s, ${grouped(requestUnitsPerSecond)} RU/s${asideOf(setAside)}, lag ${grouped(lag)}${done}${eta}`;
}

/** Nothing where there is nothing to be worried about. */
export function asideOf(setAside: number): string {
  return setAside > 0 ? `, ${grouped(setAside)} set aside` : '';
}

export const grouped = (value: number): string => value.toLocaleString('en-US');

interface Mark {
  readonly elapsedMs: number;
  readonly written: number;
  readonly settled: number;
  readonly requestCharge: number;
}

const WINDOW_MS = 3000;
