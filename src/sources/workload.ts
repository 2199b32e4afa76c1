import { fractionsFrom } from '../support/random.ts';

/** How much of a workload is what. The rest of 1 are new documents. */
export interface Mix {
  /** Newer versions of documents that were made before. */
  readonly updates: number;
  /** Deletions of documents that were made before. */
  readonly deletes: number;
  /** Documents that are awkward to handle. */
  readonly poison: number;
}

/** What one record of a workload does. `of` is the record that made the document. */
export type Event =
  | { readonly kind: 'create' | 'poison'; readonly of: number }
  | { readonly kind: 'update' | 'delete'; readonly of: number };

/** What record `index` of a seed does: the same for the same arguments, whatever came before it. */
export function eventAt(seed: number, index: number, mix: Mix): Event {
  const kind = kindAt(seed, index, mix);
  if (kind === 'create' || kind === 'poison') return { kind, of: index };
  const fractions = recordFractions(seed ^ EARLIER, index);
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const of = Math.floor(fractions() * index);
    if (kindAt(seed, of, mix) === 'create' && of < index) return { kind, of };
  }
  return { kind: 'create', of: index };
}

/** Numbers of at least 0 and less than 1 that depend on the seed and the number of the record. */
export function recordFractions(seed: number, index: number): () => number {
  const high = Math.floor(index / 2 ** 32);
  return fractionsFrom((seed ^ Math.imul(index + 1, GOLDEN) ^ Math.imul(high, SILVER)) >>> 0);
}

function kindAt(seed: number, index: number, { updates, deletes, poison }: Mix): Event['kind'] {
  if (index === 0 || updates + deletes + poison === 0) return 'create';
  const fraction = recordFractions(seed, index)();
  if (fraction < updates) return 'update';
  if (fraction < updates + deletes) return 'delete';
  return fraction < updates + deletes + poison ? 'poison' : 'create';
}

/** Odd numbers without a pattern in their bits, so that neighbours have nothing in common. */
const GOLDEN = 0x9e3779b1;
const SILVER = 0x85ebca6b;
/** Another stream than the one that the kind comes from. */
const EARLIER = 0x5bd1e995;
/** With hardly any new documents the first records may find none: those make one themselves. */
const ATTEMPTS = 64;
