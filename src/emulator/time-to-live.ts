import type { Document } from './document.ts';
import { badRequest } from './refusal.ts';
import type { Container } from './store/container.ts';

export const TTL_MAX = 2_147_483_647;

/**
 * The time to live that a document has of its own, in seconds; -1 is never, `null` none. Throws 400 when it is no such
 * number, but not where nothing expires: there it is a property like any other.
 */
export function ownTtl({ value }: Document, { definition }: Container): number | null {
  const { ttl } = value;
  if (ttl === undefined) return null;
  if (isTtl(ttl)) return ttl;
  if (definition.defaultTtl === undefined) return null;
  throw badRequest(
    `The input ttl '${JSON.stringify(ttl)}' is invalid. Ensure to provide a nonzero positive integer less than or equal to '${TTL_MAX}', or '-1' which means never expire.`,
  );
}

export function isTtl(value: unknown): value is number {
  return value === -1 || (Number.isInteger(value) && (value as number) > 0 && (value as number) <= TTL_MAX);
}
