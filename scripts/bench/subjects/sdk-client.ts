import { Agent } from 'node:https';
import { type Container, CosmosClient, type JSONObject, type OperationInput } from '@azure/cosmos';
import { EMULATOR_KEY } from '../../../src/protocol/emulator-key.ts';
import type { Order } from '../documents.ts';
import type { Target } from './subject.ts';

export interface SdkTarget {
  readonly client: CosmosClient;
  readonly container: Container;
}

/** The SDK as a script uses it. Over https its agent is like its default, but for the certificate that it trusts. */
export function openSdk({ endpoint, ca, database, container }: Target): SdkTarget {
  const agent = ca && new Agent({ keepAlive: true, minVersion: 'TLSv1.2', ca });
  const client = new CosmosClient({ endpoint, key: EMULATOR_KEY, ...(agent && { agent }) });
  return { client, container: client.database(database).container(container) };
}

/** For the bulk executor: a document as it came from the feed. */
export function upsertOf(document: unknown): OperationInput {
  const { customerId } = document as Order;
  return { operationType: 'Upsert', partitionKey: customerId, resourceBody: document as JSONObject };
}
