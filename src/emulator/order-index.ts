import { propertyNames } from '../protocol/partition-key.ts';
import { type OrderedPath, orderedPaths } from '../sql/order-keys.ts';
import type { Query } from '../sql/query.ts';
import { isObject } from './json-body.ts';
import { badRequest } from './refusal.ts';
import type { Container } from './store/container.ts';

/**
 * Refuses an order for which the container has no index, as the service does. It needs the property among those that are
 * indexed, or, for several, a composite index of just these, all in its directions or all in the opposite ones.
 */
export function refuseUnindexedOrder(query: Query, { definition }: Container): void {
  const order = orderedPaths(query);
  const policy = isObject(definition.indexingPolicy) ? definition.indexingPolicy : {};
  if (order.length === 1 && !isIndexed(order[0]?.names ?? [], policy)) {
    throw badRequest('The index path corresponding to the specified order-by item is excluded.');
  }
  if (order.length > 1 && !listOf(policy.compositeIndexes).some((index) => serves(index, order))) {
    throw badRequest('The order by query does not have a corresponding composite index that it can be served from.');
  }
}

type Policy = Readonly<Record<string, unknown>>;

/** The path that says most about a property decides; one of which nothing is said is indexed. */
function isIndexed(names: readonly string[], policy: Policy): boolean {
  if (String(policy.indexingMode).toLowerCase() === 'none') return false;
  if (names.length === 1 && ALWAYS.includes(names[0] as string)) return true;
  const excluded = precision(policy.excludedPaths, names);
  return excluded < 0 || precision(policy.includedPaths, names) > excluded;
}

/** Whatever the policy says. */
const ALWAYS = ['id', '_ts'];

/** How much the best of the paths that hold for a property says of it; -1 when none does. */
function precision(paths: unknown, names: readonly string[]): number {
  const precisions = listOf(paths).map((entry) => {
    const pattern = isObject(entry) ? namesOf(entry.path) : undefined;
    if (!pattern) return -1;
    const [above, last] = [pattern.slice(0, -1), pattern.at(-1)];
    if (!above.every((name, at) => name === names[at])) return -1;
    if (last === '?') return above.length === names.length ? 2 * above.length + 1 : -1;
    return last === '*' && above.length <= names.length ? 2 * above.length : -1;
  });
  return Math.max(-1, ...precisions);
}

function serves(index: unknown, order: readonly OrderedPath[]): boolean {
  const paths = listOf(index).map((entry) => (isObject(entry) ? entry : {}));
  if (paths.length !== order.length) return false;
  const isSame = order.every(({ names }, at) => {
    const own = namesOf(paths[at]?.path);
    return own?.length === names.length && own.every((name, level) => name === names[level]);
  });
  const turned = order.filter(({ descending }, at) => descending !== isDescending(paths[at]?.order));
  return isSame && (turned.length === 0 || turned.length === order.length);
}

function isDescending(order: unknown): boolean {
  return String(order).toLowerCase() === 'descending';
}

function namesOf(path: unknown): readonly string[] | undefined {
  try {
    return typeof path === 'string' ? propertyNames(path) : undefined;
  } catch {
    return undefined;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
