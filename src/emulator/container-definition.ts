import { isDeepStrictEqual } from 'node:util';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { resourceName } from './identifier.ts';
import { isObject } from './json-body.ts';
import { isPropertyPath } from './property-path.ts';
import { badRequest } from './refusal.ts';
import type { ChangeFeedPolicy, ContainerDefinition } from './store/container.ts';
import { isTtl, TTL_MAX } from './time-to-live.ts';
import { parseUniqueKeyPolicy, refuseOtherUniqueKeys } from './unique-key-policy.ts';

/** The definition that a client sent, checked, with the defaults of the service. */
export function parseDefinition(body: Record<string, unknown>): ContainerDefinition {
  const uniqueKeyPolicy = parseUniqueKeyPolicy(body.uniqueKeyPolicy);
  const policies = Object.entries(body).filter(([name, value]) => value !== null && !OWN.includes(name));
  return {
    indexingPolicy: INDEXING,
    conflictResolutionPolicy: CONFLICTS,
    geospatialConfig: { type: 'Geography' },
    ...Object.fromEntries(policies),
    ...defaultTtl(body.defaultTtl),
    ...changeFeedPolicy(body.changeFeedPolicy),
    ...(uniqueKeyPolicy && { uniqueKeyPolicy }),
    id: resourceName(body.id),
    partitionKey: parsePartitionKey(body.partitionKey),
  };
}

/** The same for a container that exists: its id, partition key and unique keys cannot change. */
export function replaceDefinition(
  body: Record<string, unknown>,
  { id, partitionKey, uniqueKeyPolicy }: ContainerDefinition,
): ContainerDefinition {
  const definition = parseDefinition({ ...body, partitionKey: body.partitionKey ?? partitionKey });
  if (definition.id !== id) throw badRequest('The id of a container cannot be changed.');
  refuseOtherUniqueKeys(definition.uniqueKeyPolicy, uniqueKeyPolicy);
  if (isDeepStrictEqual(definition.partitionKey, partitionKey)) return definition;
  throw badRequest('Document collection partition key cannot be changed.');
}

const OWN = ['_rid', '_self', '_etag', '_ts', '_docs', '_sprocs', '_triggers', '_udfs', '_conflicts', 'defaultTtl'];
const INDEXING = {
  indexingMode: 'consistent',
  automatic: true,
  includedPaths: [{ path: '/*' }],
  excludedPaths: [{ path: '/"_etag"/?' }],
};
const CONFLICTS = { mode: 'LastWriterWins', conflictResolutionPath: '/_ts', conflictResolutionProcedure: '' };
/** In minutes: 30 days, as long as continuous backups go back. */
const RETENTION_MAX = 43_200;
const LEVELS_MAX = 3;

function defaultTtl(value: unknown): { defaultTtl?: number } {
  if (value === undefined || value === null) return {};
  if (isTtl(value)) return { defaultTtl: value };
  throw badRequest(`The defaultTtl must be -1 or a whole number from 1 to ${TTL_MAX}.`);
}

/** A policy without a retention retains nothing. */
function changeFeedPolicy(value: unknown): { changeFeedPolicy?: ChangeFeedPolicy } {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) throw badRequest('The changeFeedPolicy must be an object.');
  const { retentionDuration = 0 } = value;
  if (typeof retentionDuration === 'number' && Number.isInteger(retentionDuration)) {
    if (retentionDuration >= 0 && retentionDuration <= RETENTION_MAX)
      return { changeFeedPolicy: { ...value, retentionDuration } };
  }
  throw badRequest(`The retentionDuration must be a whole number of minutes from 0 to ${RETENTION_MAX}.`);
}

function parsePartitionKey(value: unknown): PartitionKeyDefinition {
  if (!isObject(value)) throw badRequest('The container has no partitionKey.');
  const given = Object.fromEntries(Object.entries(value).filter(([, part]) => part !== null));
  const { paths, kind = 'Hash', version } = given;
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every(isPropertyPath)) {
    throw badRequest('The partition key paths must be a list of paths such as "/tenant" or "/address/zip".');
  }
  if (kind === 'Hash' && paths.length === 1 && (version === undefined || version === 1 || version === 2)) {
    return { ...given, paths, kind, ...(version !== undefined && { version }) };
  }
  if (kind === 'MultiHash' && paths.length <= LEVELS_MAX && version === 2) return { ...given, paths, kind, version };
  throw badRequest(
    'The partition key must be of kind "Hash" with one path and version 1 or 2, or "MultiHash" with up to three paths and version 2.',
  );
}
