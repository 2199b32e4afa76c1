import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { resourceName } from '../identifier.ts';
import { parseJsonObject } from '../json-body.ts';
import { conflict, notFound } from '../refusal.ts';
import { json, list, type Reply } from '../reply.ts';
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

export function listDatabases(_: Request, store: Store): Reply {
  return list('Databases', '', store.databases().map(view));
}

export function queryDatabases({ body }: Request, store: Store): Reply {
  return list('Databases', '', queryResources(body, store.databases().map(view)));
}

export function readDatabase(request: Request, store: Store): Reply {
  return replyWith(STATUS.ok, find(request, store));
}

export function deleteDatabase(request: Request, store: Store): Reply {
  const database = find(request, store);
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

function view({ name, rid, etag, ts }: DatabaseState): unknown {
  return { id: name, _rid: rid, _self: `dbs/${rid}/`, _etag: etag, _colls: 'colls/', _users: 'users/', _ts: ts };
}
