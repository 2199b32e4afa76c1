import { FlowError } from '../support/error.ts';
import { fractionsFrom } from '../support/random.ts';

/**
 * What is done to a request instead of taking it: a status, or no answer at all. `drop` takes it and ends the connection
 * without an answer.
 */
export type Mishap = number | 'hang' | 'drop';

/** A mishap, and how much of all requests it happens to. */
export interface Risk {
  readonly mishap: Mishap;
  readonly share: number;
}

/** Reads `503:0.1`. */
export function parseRisk(text: string): Risk {
  const [, what = '', number = ''] = /^(\d{3}|drop|hang):(\d*\.?\d+)$/.exec(text) ?? [];
  const share = Number(number);
  const status = Number(what);
  const isKnown = what === 'drop' || what === 'hang' || (status >= 300 && status <= 599);
  if (!isKnown || number === '' || share > 1) {
    throw new FlowError('usage', `"${text}" is not STATUS:SHARE, drop:SHARE or hang:SHARE`, { hint: HINT });
  }
  return { mishap: what === 'drop' || what === 'hang' ? what : status, share };
}

/** Throws when more is to go wrong than there is. */
export function assertShares(risks: readonly Risk[]): void {
  const sum = risks.reduce((total, { share }) => total + share, 0);
  // Tenths are not exact.
  if (sum > 1 + 1e-9) throw new FlowError('usage', `the shares of --fail are ${sum} together`, { hint: HINT });
}

const HINT = 'statuses from 300 to 599, and shares of 1 together at most: --fail 503:0.1 --fail drop:0.05';

/** Chooses by chance, which depends on the seed alone, what happens to the next request. */
export function mishapsOf(risks: readonly Risk[], seed: number): () => Mishap | undefined {
  const fractions = fractionsFrom(seed);
  return () => {
    let fraction = fractions();
    for (const { mishap, share } of risks) {
      if (fraction < share) return mishap;
      fraction -= share;
    }
    return undefined;
  };
}
