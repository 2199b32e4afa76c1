import { STATUS } from '../../protocol/status.ts';
import type { Feature } from '../address.ts';
import { notFound, Refusal } from '../refusal.ts';
import { list, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import type { Store } from '../store/store.ts';
import { ownerContainer, ownerDatabase } from './lookup.ts';

// Stored procedures, triggers, functions, conflicts, users, permissions and encryption keys: nobody can create one here,
// so there are none, which is what clients that list or look for them are told.

/** A list without anything in it. */
export function listFeature(request: Request, store: Store): Reply {
  const { kind, id } = featureOf(request);
  if (id !== '') throw notFound();
  return list(KINDS[kind], ownerRid(request, store), []);
}

export function createFeature(request: Request, store: Store): Reply {
  const { kind, id } = featureOf(request);
  ownerRid(request, store);
  if (id !== '') throw notFound();
  throw new Refusal(STATUS.notImplemented, `${KINDS[kind]} are not supported by the embedded server.`);
}

export function missFeature(request: Request, store: Store): Reply {
  ownerRid(request, store);
  throw notFound();
}

const KINDS: Readonly<Record<Feature['kind'], string>> = {
  sprocs: 'StoredProcedures',
  triggers: 'Triggers',
  udfs: 'UserDefinedFunctions',
  conflicts: 'Conflicts',
  users: 'Users',
  permissions: 'Permissions',
  clientencryptionkeys: 'ClientEncryptionKeys',
};

function featureOf({ address }: Request): Feature & { readonly id: string } {
  if (!address.feature) throw notFound();
  return { ...address.feature, id: address.id };
}

/** The resource id of what it belongs to. Permissions belong to a user, of whom there is none. */
function ownerRid(request: Request, store: Store): string {
  const { kind } = featureOf(request);
  if (kind === 'permissions') throw notFound();
  return (request.address.container === '' ? ownerDatabase(request, store) : ownerContainer(request, store)).rid;
}
