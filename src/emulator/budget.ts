/** Whose request it is, as far as throughput goes. */
export interface Spender {
  readonly isLow: boolean;
  /** The throughput bucket it names, with the request units a second that this may have of the range. */
  readonly bucket?: { readonly id: number; readonly limit: number };
}

export interface Shortage {
  readonly retryAfterMs: number;
  /** Whether it is the bucket that is spent, and not the range. */
  readonly ofBucket: boolean;
}

// Requests are let in as long as anything of the second is left, since what they cost is known afterwards. What they
// overdraw is missing in the seconds that follow. Low priority may have what is left of the range, high priority only
// looks at what high priority has spent: what low priority took before that is overdrawn, and low priority waits for it.

/** The request units that a physical range has spent in the current second, and overdrawn in earlier ones. */
export class Budget {
  readonly #all = new Account();
  readonly #high = new Account();
  readonly #buckets = new Map<number, Account>();

  /** Why a request is not let in at `now`, with `limit` request units a second; nothing when it is. */
  shortage({ isLow, bucket }: Spender, limit: number, now: number): Shortage | undefined {
    const retryAfterMs = (isLow ? this.#all : this.#high).waitMs(limit, now);
    if (retryAfterMs > 0) return { retryAfterMs, ofBucket: false };
    const bucketMs = bucket ? this.#bucket(bucket.id).waitMs(bucket.limit, now) : 0;
    return bucketMs > 0 ? { retryAfterMs: bucketMs, ofBucket: true } : undefined;
  }

  spend(charge: number, { isLow, bucket }: Spender, limit: number, now: number): void {
    this.#all.spend(charge, limit, now);
    if (!isLow) this.#high.spend(charge, limit, now);
    if (bucket) this.#bucket(bucket.id).spend(charge, bucket.limit, now);
  }

  #bucket(id: number): Account {
    const account = this.#buckets.get(id) ?? new Account();
    this.#buckets.set(id, account);
    return account;
  }
}

const SECOND_MS = 1000;

class Account {
  #second = 0;
  #spent = 0;

  /** How long it takes until something is left; 0 when there is. */
  waitMs(limit: number, now: number): number {
    this.#advance(limit, now);
    const seconds = Math.floor(this.#spent / limit);
    return seconds === 0 ? 0 : Math.ceil(seconds * SECOND_MS - (now - this.#second * SECOND_MS));
  }

  spend(charge: number, limit: number, now: number): void {
    this.#advance(limit, now);
    this.#spent += charge;
  }

  /** A clock that was put back starts anew. */
  #advance(limit: number, now: number): void {
    const second = Math.floor(now / SECOND_MS);
    const passed = second - this.#second;
    this.#second = second;
    this.#spent = passed < 0 ? 0 : Math.max(0, this.#spent - passed * limit);
  }
}
