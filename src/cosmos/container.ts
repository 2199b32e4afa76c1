import type { Container, ContainerDefinition, ContainerRequest, CosmosClient } from '@azure/cosmos';
import { HEADER } from '../protocol/headers.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { STATUS } from '../protocol/status.ts';
import { FlowError } from '../support/error.ts';
import type { ContainerName } from './address.ts';
import { faultOf } from './faults.ts';

/** A container as it was found: what the tool must know of it before it reads or writes. */
export interface ContainerFacts extends ContainerName {
  readonly rid: string;
  readonly partitionKey: PartitionKeyDefinition;
  readonly definition: ContainerDefinition;
  /** What the service counts, now and then; `undefined` where it does not say. */
  readonly documentCount: number | undefined;
  /** Seconds since 1970 by the clock of the service, wherever ours is put meanwhile. */
  readonly now: () => number;
}

export function containerOf(client: CosmosClient, { database, container }: ContainerName): Container {
  return client.database(database).container(container);
}

/** Reads a container, or `undefined` when it or its database does not exist. */
export async function findContainer(client: CosmosClient, name: ContainerName): Promise<ContainerFacts | undefined> {
  try {
    const { resource, headers } = await containerOf(client, name).read({ populateQuotaInfo: true });
    return resource && factsOf(name, resource, headers);
  } catch (error) {
    if (faultOf(error)?.status === STATUS.notFound) return undefined;
    throw error;
  }
}

/** The same, but a missing container is the user's error. */
export async function readContainer(client: CosmosClient, name: ContainerName): Promise<ContainerFacts> {
  const found = await findContainer(client, name);
  if (found) return found;
  throw new FlowError('container_not_found', `there is no container "${name.database}/${name.container}"`, {
    hint: 'check its name; to fill a new one with orders: cosmosflow produce DATABASE/CONTAINER',
  });
}

/** Creates a container, and its database when that is missing too. Does nothing when somebody else was faster. */
export async function createContainer(
  client: CosmosClient,
  name: ContainerName,
  like: ContainerRequest,
): Promise<void> {
  await client.databases.createIfNotExists({ id: name.database }).catch(unlessThere);
  await client
    .database(name.database)
    .containers.createIfNotExists({ ...like, id: name.container })
    .catch(unlessThere);
}

/** The SDK looks first, and creates then. */
function unlessThere(error: unknown): void {
  if (faultOf(error)?.status !== STATUS.conflict) throw error;
}

/** What makes a container like another: everything of its definition that is not its name, its state or its address. */
export function templateOf(definition: ContainerDefinition): ContainerRequest {
  const entries = Object.entries(definition).filter(([property]) => property !== 'id' && !property.startsWith('_'));
  return structuredClone(Object.fromEntries(entries)) as ContainerRequest;
}

/** Whether two definitions give every document the same key, and so the same place. */
export function isSameKey(one: PartitionKeyDefinition, other: PartitionKeyDefinition): boolean {
  return one.paths.length === other.paths.length && one.paths.every((path, index) => path === other.paths[index]);
}

/** Whether documents of a container may expire. */
export function countsDown({ definition }: ContainerFacts): boolean {
  return definition.defaultTtl !== undefined && definition.defaultTtl !== null;
}

/** Whether values of a document may keep another one out, whose id and key are others. */
export function hasUniqueKeys({ definition }: ContainerFacts): boolean {
  return (definition.uniqueKeyPolicy?.uniqueKeys ?? []).length > 0;
}

function factsOf(
  name: ContainerName,
  definition: ContainerDefinition & { _rid?: string },
  headers: Readonly<Record<string, unknown>>,
): ContainerFacts {
  const { paths = [], kind, version } = definition.partitionKey ?? {};
  return {
    ...name,
    rid: String(definition._rid),
    partitionKey: { paths, kind: kind === 'MultiHash' ? 'MultiHash' : 'Hash', version: version === 2 ? 2 : 1 },
    definition,
    documentCount: countIn(headers[HEADER.resourceUsage]),
    now: clockOf(headers[HEADER.dateOfAnswer]),
  };
}

function countIn(usage: unknown): number | undefined {
  const count = /documentsCount=(\d+)/.exec(String(usage))?.[1];
  return count === undefined ? undefined : Number(count);
}

/** Whole seconds are all that an answer tells; one that tells nothing is taken to agree. */
function clockOf(date: unknown): () => number {
  const [ours, since] = [Date.now(), performance.now()];
  const ahead = Math.round((Date.parse(String(date)) - ours) / 1000);
  const start = Math.abs(ahead) > 1 ? ours + ahead * 1000 : ours;
  return () => Math.floor((start + performance.now() - since) / 1000);
}
