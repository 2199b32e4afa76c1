import type { Exchange } from './faults.ts';
import { Refusal } from './refusal.ts';
import type { Request } from './request.ts';
import { targetOf } from './slice.ts';
import type { Store } from './store/store.ts';

/** Ranges are looked up only when someone asks for them. */
export function exchangeOf(
  { method, path, operation }: Pick<Exchange, 'method' | 'path' | 'operation'>,
  request: Request,
  store: Store,
): Exchange {
  const { address, headers, body } = request;
  const { database, container, id } = address;
  return {
    method,
    path,
    operation,
    headers,
    body,
    database,
    container,
    id,
    get ranges() {
      return rangesOf(request, store);
    },
  };
}

const ABOUT_DOCUMENTS = ['docs', 'doc', 'partition'];

/** A request that cannot be right reaches into none. */
function rangesOf(request: Request, store: Store): string[] {
  const { resource, database, container: name } = request.address;
  const container = store.findContainer(database, name);
  if (!container || !ABOUT_DOCUMENTS.includes(resource)) return [];
  try {
    return targetOf(request, container).ranges.map(({ id }) => String(id));
  } catch (error) {
    if (error instanceof Refusal) return [];
    throw error;
  }
}
