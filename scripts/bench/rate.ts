import type { Measurement } from './client.ts';
import { median } from './comparison.ts';

/** How fast the server does a thing, round by round. */
export interface Rate {
  readonly what: string;
  readonly unit: string;
  readonly values: readonly number[];
  /** How much of its core the client used: near 1 it is the client that was measured. */
  readonly clientShare: number;
  /** The least median that is good enough, where one is demanded. */
  readonly demand?: number | undefined;
}

export function rateOf(what: string, unit: string, measurement: Measurement, demand?: number): Rate {
  const { documents, rates, cpuUs } = measurement;
  const elapsedUs = rates.reduce((sum, rate) => sum + (documents / rates.length / rate) * 1e6, 0);
  return { what, unit, values: rates, clientShare: cpuUs / elapsedUs, demand };
}

/** Whether a demand holds, in a sentence; nothing for a rate without one. */
export function rateSentence({ what, unit, values, demand }: Rate): string[] {
  if (demand === undefined) return [];
  const rate = median(values);
  const verdict = rate >= demand ? 'holds' : 'DOES NOT HOLD';
  return [
    `${what}: at least ${demand.toLocaleString('en-US')} ${unit}: ${verdict} (${Math.round(rate).toLocaleString('en-US')})`,
  ];
}
