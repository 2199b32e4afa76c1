import { HEADER } from '../../protocol/headers.ts';
import { STATUS } from '../../protocol/status.ts';
import { parseDefinition, replaceDefinition } from '../container-definition.ts';
import { equalBoundaries } from '../hash-space.ts';
import { parseJsonObject } from '../json-body.ts';
import { type Listed, listResources, listResults } from '../listing.ts';
import { isKnown, refuseOtherVersion } from '../precondition.ts';
import { conflict, notFound } from '../refusal.ts';
import { json, notModified, type Reply } from '../reply.ts';
import { flag, type Request } from '../request.ts';
import type { DatabaseState } from '../store/catalog.ts';
import type { Container } from '../store/container.ts';
import type { OfferContent } from '../store/offers.ts';
import type { Store } from '../store/store.ts';
import { LEAST_THROUGHPUT, manualThroughput, RANGE_THROUGHPUT, rangesFor, requestedThroughput } from '../throughput.ts';
import { ownerHeaders } from './item-reply.ts';
import { ownerDatabase } from './lookup.ts';
import { queryResources } from './metadata-query.ts';

interface ContainerDefaults {
  readonly ranges: number;
  readonly throughput: number | undefined;
}

/** Creates a container with the ranges that its throughput needs, or the default when it asks for none. */
export function createContainer(defaults: ContainerDefaults) {
  return (request: Request, store: Store): Reply => {
    const database = ownerDatabase(request, store);
    const definition = parseDefinition(parseJsonObject(request.body));
    const throughput = requestedThroughput(request.headers);
    if (database.containers.has(definition.id)) throw conflict();
    const boundaries = equalBoundaries(throughput ? rangesFor(throughput) : defaults.ranges, definition.partitionKey);
    const container = store.write(() => {
      const created = store.createContainer(database, definition, boundaries);
      const content = throughput ?? defaultThroughput(database, defaults, store);
      if (content) store.offers.create(created.self, created.rid, content);
      return created;
    });
    return replyWith(STATUS.created, container);
  };
}

export function listContainers(request: Request, store: Store): Reply {
  const { rid, containers } = ownerDatabase(request, store);
  return listResources(request, 'DocumentCollections', rid, [...containers.values()].map(view));
}

export function queryContainers(request: Request, store: Store): Reply {
  const { rid, containers } = ownerDatabase(request, store);
  const found = queryResources(request.body, [...containers.values()].map(view));
  return listResults(request, 'DocumentCollections', rid, found);
}

export function readContainer(request: Request, store: Store): Reply {
  const container = find(request, store);
  if (isKnown(request.headers, container.etag)) return notModified(container.etag);
  const usage = flag(request.headers, HEADER.populateQuotaInfo) ? usageOf(container) : {};
  return replyWith(STATUS.ok, container, usage);
}

export function replaceContainer(request: Request, store: Store): Reply {
  const container = find(request, store);
  refuseOtherVersion(request.headers, container.etag);
  const definition = replaceDefinition(parseJsonObject(request.body), container.definition);
  store.write(() => store.replaceContainer(container, definition));
  return replyWith(STATUS.ok, find(request, store));
}

export function deleteContainer(request: Request, store: Store): Reply {
  const container = find(request, store);
  refuseOtherVersion(request.headers, container.etag);
  store.write(() => store.removeContainer(container));
  return { status: STATUS.noContent, headers: {} };
}

/** A container in a database with throughput shares it and has none of its own. */
function defaultThroughput(
  database: DatabaseState,
  { ranges, throughput }: ContainerDefaults,
  store: Store,
): OfferContent | undefined {
  if (store.offers.findFor(database.rid)) return undefined;
  return manualThroughput(throughput ?? (ranges === 1 ? LEAST_THROUGHPUT : ranges * RANGE_THROUGHPUT));
}

function find(request: Request, store: Store): Container {
  ownerDatabase(request, store);
  const container = store.findContainer(request.address.database, request.address.container);
  if (!container) throw notFound();
  return container;
}

function usageOf({ documents }: Container): Record<string, string> {
  const count = documents.count({});
  return {
    [HEADER.resourceUsage]: `documentSize=0;documentsSize=0;documentsCount=${count};collectionSize=0;`,
    [HEADER.resourceQuota]: 'documentSize=10240;documentsSize=10485760;documentsCount=-1;collectionSize=10485760;',
  };
}

function replyWith(status: number, container: Container, headers: Record<string, string> = {}): Reply {
  const [, databaseRid = ''] = container.self.split('/');
  const owner = ownerHeaders(databaseRid, `dbs/${container.database}`);
  return json(status, view(container), { [HEADER.etag]: container.etag, ...owner, ...headers });
}

function view({ definition, rid, self, etag, ts }: Container): Listed {
  return {
    ...definition,
    _rid: rid,
    _self: self,
    _etag: etag,
    _ts: ts,
    _docs: 'docs/',
    _sprocs: 'sprocs/',
    _triggers: 'triggers/',
    _udfs: 'udfs/',
    _conflicts: 'conflicts/',
  };
}
