import { HEADER } from '../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { Budget, type Spender } from './budget.ts';
import { badRequest, Refusal } from './refusal.ts';
import { header, type Request } from './request.ts';
import { targetOf } from './slice.ts';
import type { Container } from './store/container.ts';
import type { OfferContent } from './store/offers.ts';
import type { Range } from './store/range.ts';
import type { Store } from './store/store.ts';
import { bucketShare, rangesFor, throughputOf } from './throughput.ts';

/** What one request may spend in the ranges that it reaches into. */
export interface Allowance {
  /** Why nothing more is served, if so. */
  shortage(): Refusal | undefined;
  /** Takes what an operation cost out of the budgets. */
  spend(charge: number): void;
}

export const UNLIMITED: Allowance = { shortage: () => undefined, spend: () => {} };

/** The budgets of all physical ranges. */
export class Budgets {
  readonly #budgets = new Map<string, Budget>();

  /** Throws 400 when the request names a throughput bucket that cannot be. */
  allowanceOf(request: Request, store: Store): Allowance {
    const bucket = bucketOf(request);
    const container = store.findContainer(request.address.database, request.address.container);
    const offer = container && offerOf(container, store);
    // A request for what is not there is refused by whoever handles it.
    if (!container || !offer) return UNLIMITED;
    const { ranges } = targetOf(request, container);
    const { limit, keyOf } = sharesOf(container, offer);
    const share = bucket === undefined ? undefined : bucketShare(offer.content, bucket);
    const spender: Spender = {
      isLow: header(request.headers, HEADER.priority)?.toLowerCase() === 'low',
      ...(bucket !== undefined && share !== undefined && { bucket: { id: bucket, limit: limit * share } }),
    };
    const budgets = [...new Set(ranges.map(keyOf))].map((key) => this.#budget(key));
    return {
      shortage: () => {
        const found = budgets.map((budget) => budget.shortage(spender, limit, store.clock.now()));
        const longest = found.filter((one) => one !== undefined).sort((a, b) => b.retryAfterMs - a.retryAfterMs)[0];
        return longest && tooManyRequests(longest.retryAfterMs, longest.ofBucket);
      },
      spend: (charge) => {
        for (const budget of budgets) budget.spend(charge / budgets.length, spender, limit, store.clock.now());
      },
    };
  }

  /** Everybody starts again with nothing spent. */
  clear(): void {
    this.#budgets.clear();
  }

  #budget(key: string): Budget {
    const budget = this.#budgets.get(key) ?? new Budget();
    // In the order of their last use, the longest unused first.
    this.#budgets.delete(key);
    this.#budgets.set(key, budget);
    if (this.#budgets.size > BUDGETS_MAX) this.#budgets.delete(this.#budgets.keys().next().value as string);
    return budget;
  }
}

export function tooManyRequests(retryAfterMs: number, ofBucket = false): Refusal {
  const message =
    'Request rate is large. More Request Units may be needed, so no changes were made. Please retry this request later. Learn more: http://aka.ms/cosmosdb-error-429';
  const substatus = ofBucket ? SUBSTATUS.bucketSpent : SUBSTATUS.throughputSpent;
  return new Refusal(STATUS.tooManyRequests, message, { substatus, retryAfterMs });
}

/** More than there are in use, but for those of ranges that were split and containers that are gone. */
const BUDGETS_MAX = 100_000;
const BUCKETS = ['1', '2', '3', '4', '5'];

interface Shares {
  /** Request units a second for each budget. */
  readonly limit: number;
  /** The budget that a range draws on. */
  readonly keyOf: (range: Range) => string;
}

interface EffectiveOffer {
  readonly content: OfferContent;
  /** The resource id of what it is for. */
  readonly target: string;
  readonly isShared: boolean;
}

/** Of the container itself, or of its database when the containers share that. */
function offerOf(container: Container, store: Store): EffectiveOffer | undefined {
  const own = store.offers.findFor(container.rid);
  if (own) return { ...own, isShared: false };
  const shared = store.offers.findFor(store.findDatabase(container.database)?.rid ?? '');
  return shared && { ...shared, isShared: true };
}

/**
 * Throughput is divided equally among physical ranges. The containers of a database that share its throughput lie on
 * its ranges side by side, each with the start of its keys on the first and the end on the last.
 */
function sharesOf({ ranges }: Container, { content, target, isShared }: EffectiveOffer): Shares {
  const count = isShared ? rangesFor(content) : ranges.length;
  const shared = (range: Range): string => `${target}/${Math.floor((ranges.indexOf(range) * count) / ranges.length)}`;
  return { limit: throughputOf(content) / count, keyOf: isShared ? shared : ({ id }) => `${target}/${id}` };
}

function bucketOf({ headers }: Request): number | undefined {
  const text = header(headers, HEADER.throughputBucket);
  if (text === undefined || BUCKETS.includes(text)) return text === undefined ? undefined : Number(text);
  throw badRequest(`"${text}" is not a throughput bucket: ${HEADER.throughputBucket} is a whole number from 1 to 5.`);
}
