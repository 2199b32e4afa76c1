import type { CosmosClient } from '@azure/cosmos';
import { STATUS } from '../protocol/status.ts';
import type { ContainerName } from './address.ts';
import { containerOf } from './container.ts';
import { faultOf } from './faults.ts';
import { readRanges } from './routing.ts';

export interface Provisioned {
  /** Request units a second; of autoscale, the most. */
  readonly unitsPerSecond: number;
  /** What each physical range may have of them. */
  readonly rangeUnitsPerSecond: number;
}

/** The throughput that a container has for itself; `undefined` where it shares its database's, or pays by request. */
export async function readProvisioned(client: CosmosClient, name: ContainerName): Promise<Provisioned | undefined> {
  const container = containerOf(client, name);
  const { resource } = await container.readOffer().catch((error: unknown) => {
    // An account that is paid by request has no such thing.
    if (faultOf(error)?.status === STATUS.badRequest) return { resource: undefined };
    throw error;
  });
  const content = resource?.content as OfferContent | undefined;
  const unitsPerSecond = content?.offerAutopilotSettings?.maxThroughput ?? content?.offerThroughput;
  if (unitsPerSecond === undefined) return undefined;
  const { length } = await readRanges(container);
  return { unitsPerSecond, rangeUnitsPerSecond: unitsPerSecond / length };
}

interface OfferContent {
  readonly offerThroughput?: number;
  readonly offerAutopilotSettings?: { readonly maxThroughput?: number } | null;
}
