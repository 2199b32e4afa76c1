import { setTimeout as sleep } from 'node:timers/promises';
import type { Source } from '../contract.ts';
import type { Meter } from '../support/meter.ts';

/** The same source, which reads no next page while an account has spent more than so many request units a second. */
export function paced(source: Source, meter: Meter, unitsPerSecond: number): Source {
  const startedAt = performance.now();
  const before = meter.requestCharge;
  const aheadMs = (): number =>
    ((meter.requestCharge - before) / unitsPerSecond) * 1000 - (performance.now() - startedAt);
  return {
    starts: () => source.starts(),
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        yield page;
        for (let waitMs = aheadMs(); waitMs > 0 && !signal.aborted; waitMs = aheadMs()) {
          await sleep(waitMs, undefined, { signal }).catch(() => {});
        }
      }
    },
  };
}
