import { isDeepStrictEqual } from 'node:util';
import { STATUS } from '../protocol/status.ts';
import { isObject } from './json-body.ts';
import { isPropertyPath } from './property-path.ts';
import { badRequest, Refusal } from './refusal.ts';

/** What a container's documents may not have in common within a logical partition. */
export interface UniqueKeyPolicy {
  readonly uniqueKeys: readonly UniqueKey[];
}

interface UniqueKey {
  readonly paths: readonly string[];
}

/** The policy that a client sent for a container, checked; absent when there is none. */
export function parseUniqueKeyPolicy(value: unknown): UniqueKeyPolicy | undefined {
  if (value === undefined || value === null) return undefined;
  const { uniqueKeys = [] } = isObject(value) ? value : { uniqueKeys: null };
  if (!Array.isArray(uniqueKeys) || !uniqueKeys.every(isUniqueKey)) {
    throw badRequest('The uniqueKeyPolicy must have uniqueKeys with paths such as "/email" or "/address/zip".');
  }
  const paths = uniqueKeys.flatMap((key) => key.paths);
  if (uniqueKeys.length > KEYS_MAX || paths.length > PATHS_MAX) {
    throw badRequest(`The uniqueKeyPolicy may have up to ${KEYS_MAX} unique keys and ${PATHS_MAX} paths.`);
  }
  if (uniqueKeys.some((key) => new Set(key.paths).size < key.paths.length)) {
    throw badRequest('A unique key has the same path twice.');
  }
  return { uniqueKeys: uniqueKeys.map((key) => ({ paths: key.paths })) };
}

/** Throws unless both ask for the same: unique keys last as long as their container. */
export function refuseOtherUniqueKeys(
  policy: UniqueKeyPolicy | undefined,
  existing: UniqueKeyPolicy | undefined,
): void {
  if (isDeepStrictEqual(policy?.uniqueKeys ?? [], existing?.uniqueKeys ?? [])) return;
  const advice = 'To change the unique index, remove the collection and re-create a new one.';
  throw new Refusal(STATUS.forbidden, `The unique index cannot be modified. ${advice}`);
}

const KEYS_MAX = 10;
const PATHS_MAX = 16;

function isUniqueKey(value: unknown): value is UniqueKey {
  return isObject(value) && Array.isArray(value.paths) && value.paths.length > 0 && value.paths.every(isPropertyPath);
}
