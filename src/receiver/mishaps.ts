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

/** Reads `503:0.1,drop:0.05`. */
export function parseRisks(text: string): Risk[] {
  const risks = text.split(',').map((part) => parseRisk(part.trim()));
  if (risks.reduce((sum, { share }) => sum + share, 0) > 1) throw unusable(text, 'the shares are more than 1 together');
  return risks;
}

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

function parseRisk(text: string): Risk {
  const [, what = '', number = ''] = /^(\d{3}|drop|hang):(\d*\.?\d+)$/.exec(text) ?? [];
  const share = Number(number);
  const status = Number(what);
  const isKnown = what === 'drop' || what === 'hang' || (status >= 300 && status <= 599);
  if (!isKnown || number === '' || share > 1) throw unusable(text, 'it is not STATUS:SHARE, drop:SHARE or hang:SHARE');
  return { mishap: what === 'drop' || what === 'hang' ? what : status, share };
}

function unusable(text: string, why: string): FlowError {
  return new FlowError('usage', `"${text}" cannot be made to happen: ${why}`, {
    hint: 'a status from 300 to 599 and a share from 0 to 1, as in --fail 503:0.1,drop:0.05',
  });
}
