import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { resourceName } from '../identifier.ts';
import { parseJsonObject } from '../json-body.ts';
import { type Listed, listResources, listResults } from '../listing.ts';
import { isKnown, refuseOtherVersion } from '../precondition.ts';
import { conflict, notFound } from '../refusal.ts';
import { json, notModified, type Reply } from '../reply.ts';
import type { Request } from '../request.ts';
import type { DatabaseState } from '../store/catalog.ts';
import type { Store } from '../store/store.ts';
import { requestedThroughput } from '../throughput.ts';
import { queryResources } from './metadata-query.ts';

export function createDatabase({ body, headers }: Request, store: Store): Reply {
  const name = resourceName(parseJsonObject(body).id);
  const throughput = requestedThroughput(headers);
  if (store.findDatabase(name)) throw conflict();
  const database = store.write(() => {
    const created = store.createDatabase(name);
    if (throughput) store.offers.create(`dbs/${created.rid}/`, created.rid, throughput);
    return created;
  });
  return replyWith(STATUS.created, database);
}

export function listDatabases(request: Request, store: Store): Reply {
  return listResources(request, 'Databases', '', store.databases().map(view));
}

export function queryDatabases(request: Request, store: Store): Reply {
  return listResults(request, 'Databases', '', queryResources(request.body, store.databases().map(view)));
}

export function readDatabase(request: Request, store: Store): Reply {
  const database = find(request, store);
  return isKnown(request.headers, database.etag) ? notModified(database.etag) : replyWith(STATUS.ok, database);
}

export function deleteDatabase(request: Request, store: Store): Reply {
  const database = find(request, store);
  refuseOtherVersion(request.headers, database.etag);
  store.write(() => store.removeDatabase(database));
  return { status: STATUS.noContent, headers: {} };
}

function find({ address }: Request, store: Store): DatabaseState {
  const database = store.findDatabase(address.database);
  if (!database) throw notFound();
  return database;
}

function replyWith(status: number, database: DatabaseState): Reply {
  return json(status, view(database), { [HEADER.etag]: database.etag });
}

function view({ name, rid, etag, ts }: DatabaseState): Listed {
  return { id: name, _rid: rid, _self: `dbs/${rid}/`, _etag: etag, _colls: 'colls/', _users: 'users/', _ts: ts };
}
