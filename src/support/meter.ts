/** What the requests to one account have cost so far. */
export class Meter {
  requests = 0;
  /** Request units, as the service reports them. */
  requestCharge = 0;
  /** Requests, or operations in a batch, that were told to come back later. */
  throttled = 0;

  count(status: number, charge: number): void {
    this.requests++;
    if (Number.isFinite(charge)) this.requestCharge += charge;
    if (status === TOO_MANY_REQUESTS) this.throttled++;
  }
}

const TOO_MANY_REQUESTS = 429;

/** The sum over accounts. A meter that is listed twice counts once. */
export function total(meters: readonly Meter[]): Meter {
  const sum = new Meter();
  for (const meter of new Set(meters)) {
    sum.requests += meter.requests;
    sum.requestCharge += meter.requestCharge;
    sum.throttled += meter.throttled;
  }
  return sum;
}
