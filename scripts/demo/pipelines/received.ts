import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

export interface Received {
  /** Different ids of events. */
  readonly events: ReadonlySet<string>;
  /** Lines of them, those that came again too. */
  readonly eventLines: number;
  /** Newest version of each price that has come. */
  readonly prices: ReadonlyMap<string, number>;
  readonly priceLines: number;
  /** Times that an older version of a price came after a newer one. */
  readonly disorder: number;
}

/** Reads what `consume` has written. */
export async function readReceived(file: string): Promise<Received> {
  const events = new Set<string>();
  const prices = new Map<string, number>();
  let [eventLines, priceLines, disorder] = [0, 0, 0];
  for await (const line of createInterface(createReadStream(file))) {
    const { id, version, region } = JSON.parse(line) as { id: string; version?: number; region?: string };
    if (region === undefined) throw new Error(`"${id}" was not transformed`);
    if (version === undefined) {
      events.add(id);
      eventLines++;
      continue;
    }
    priceLines++;
    if (version < (prices.get(id) ?? 0)) disorder++;
    else prices.set(id, version);
  }
  return { events, eventLines, prices, priceLines, disorder };
}
