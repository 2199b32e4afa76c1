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
  const { throughput, maxThroughput = throughput } = (await readOffered(client, name)) ?? {};
  const unitsPerSecond = maxThroughput;
  if (unitsPerSecond === undefined) return undefined;
  const { length } = await readRanges(containerOf(client, name));
  return { unitsPerSecond, rangeUnitsPerSecond: unitsPerSecond / length };
}

/** The same as one asks for it when a container is created. */
export async function readOffered(
  client: CosmosClient,
  name: ContainerName,
): Promise<{ readonly throughput?: number; readonly maxThroughput?: number } | undefined> {
  const { resource } = await containerOf(client, name)
    .readOffer()
    .catch((error: unknown) => {
      // An account that is paid by request has no such thing.
      if (faultOf(error)?.status === STATUS.badRequest) return { resource: undefined };
      throw error;
    });
  const { offerAutopilotSettings, offerThroughput } = (resource?.content ?? {}) as OfferContent;
  const maxThroughput = offerAutopilotSettings?.maxThroughput;
  if (maxThroughput !== undefined) return { maxThroughput };
  return offerThroughput === undefined ? undefined : { throughput: offerThroughput };
}

interface OfferContent {
  readonly offerThroughput?: number;
  readonly offerAutopilotSettings?: { readonly maxThroughput?: number } | null;
}
