import { SUBSTATUS } from '../../protocol/status.ts';
import { notFound } from '../refusal.ts';
import type { Request } from '../request.ts';
import type { DatabaseState } from '../store/catalog.ts';
import type { Container } from '../store/container.ts';
import type { Store } from '../store/store.ts';

/** The database that the path names, as owner of what the request is about. */
export function ownerDatabase({ address }: Request, store: Store): DatabaseState {
  const database = store.findDatabase(address.database);
  if (!database) throw notFound(SUBSTATUS.ownerNotFound);
  return database;
}

/** The container that the path names, as owner of what the request is about. */
export function ownerContainer({ address }: Request, store: Store): Container {
  const container = store.findContainer(address.database, address.container);
  if (!container) throw notFound(SUBSTATUS.ownerNotFound);
  return container;
}
