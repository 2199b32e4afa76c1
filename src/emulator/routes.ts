import type { IncomingHttpHeaders } from 'node:http';
import { HEADER } from '../protocol/headers.ts';
import type { Resource } from './address.ts';
import type { Budgets } from './allowance.ts';
import { readAccount } from './handlers/account.ts';
import { runBatch } from './handlers/batch.ts';
import {
  createContainer,
  deleteContainer,
  listContainers,
  queryContainers,
  readContainer,
  replaceContainer,
} from './handlers/containers.ts';
import { createDatabase, deleteDatabase, listDatabases, queryDatabases, readDatabase } from './handlers/databases.ts';
import {
  createDocument,
  deleteDocument,
  patchDocument,
  readDocument,
  replaceDocument,
  upsertDocument,
} from './handlers/documents.ts';
import { createFeature, listFeature, missFeature } from './handlers/feature.ts';
import { readChanges, readFeed } from './handlers/feed.ts';
import { listOffers, queryOffers, readOffer, replaceOffer } from './handlers/offers.ts';
import { deletePartition } from './handlers/partition-key-delete.ts';
import { runQuery } from './handlers/query.ts';
import { planQuery } from './handlers/query-plan.ts';
import { readRanges } from './handlers/ranges.ts';
import type { Reply } from './reply.ts';
import { flag, type Request } from './request.ts';
import type { Store } from './store/store.ts';
import { throttled } from './throttled.ts';

type Handler = (request: Request, store: Store) => Reply;

export interface Route {
  readonly method: string;
  readonly resource: Resource;
  readonly operation: string;
  readonly handle: Handler;
  /** A header without which the route does not apply. */
  readonly when?: (headers: IncomingHttpHeaders) => boolean;
}

interface RoutesOptions {
  /** How clients reach the server. */
  readonly scheme: 'http' | 'https';
  /** Physical ranges of a container that is created without throughput. */
  readonly ranges: number;
  /** Its throughput, if not what goes with the ranges. */
  readonly throughput?: number | undefined;
  /** Given when throughput is enforced. */
  readonly budgets?: Budgets | undefined;
}

/** What the server does, in the order in which it tries: the first route that fits is taken. */
export function routes({ scheme, ranges, throughput, budgets }: RoutesOptions): readonly Route[] {
  const rows: readonly Row[] = [
    ['GET', 'account', 'account', readAccount(scheme)],
    ['POST', 'dbs', 'queryDatabases', queryDatabases, isQuery],
    ['POST', 'dbs', 'createDatabase', createDatabase],
    ['GET', 'dbs', 'listDatabases', listDatabases],
    ['GET', 'db', 'readDatabase', readDatabase],
    ['DELETE', 'db', 'deleteDatabase', deleteDatabase],
    ['POST', 'colls', 'queryContainers', queryContainers, isQuery],
    ['POST', 'colls', 'createContainer', createContainer({ ranges, throughput })],
    ['GET', 'colls', 'listContainers', listContainers],
    ['GET', 'coll', 'readContainer', readContainer],
    ['PUT', 'coll', 'replaceContainer', replaceContainer],
    ['DELETE', 'coll', 'deleteContainer', deleteContainer],
    ['GET', 'pkranges', 'pkranges', readRanges],
    // Python marks a request for a plan as a query as well.
    ['POST', 'docs', 'queryPlan', planQuery, (headers) => flag(headers, HEADER.isQueryPlan)],
    ['POST', 'docs', 'batch', runBatch, (headers) => flag(headers, HEADER.isBatch)],
    ['POST', 'docs', 'query', runQuery, isQuery],
    ['POST', 'docs', 'upsert', upsertDocument, (headers) => flag(headers, HEADER.isUpsert)],
    ['POST', 'docs', 'create', createDocument],
    ['GET', 'docs', 'changeFeed', readChanges, (headers) => headers[HEADER.changeFeed] !== undefined],
    ['GET', 'docs', 'readFeed', readFeed],
    ['GET', 'doc', 'read', readDocument],
    ['PUT', 'doc', 'replace', replaceDocument],
    ['DELETE', 'doc', 'delete', deleteDocument],
    ['PATCH', 'doc', 'patch', patchDocument],
    ['POST', 'partition', 'deletePartition', deletePartition],
    ['GET', 'feature', 'listFeature', listFeature],
    ['POST', 'feature', 'queryFeature', listFeature, isQuery],
    ['POST', 'feature', 'createFeature', createFeature],
    ['PUT', 'feature', 'replaceFeature', missFeature],
    ['PATCH', 'feature', 'replaceFeature', missFeature],
    ['DELETE', 'feature', 'deleteFeature', missFeature],
    ['POST', 'offers', 'queryOffers', queryOffers, isQuery],
    ['GET', 'offers', 'listOffers', listOffers],
    ['GET', 'offer', 'readOffer', readOffer],
    ['PUT', 'offer', 'replaceOffer', replaceOffer],
  ];
  return rows.map(routeOf).map((route) => (budgets && isCharged(route) ? charged(route, budgets) : route));
}

/** Only what reaches into the documents of a container has a share in its throughput. */
function isCharged({ resource, operation }: Route): boolean {
  return (resource === 'docs' || resource === 'doc') && operation !== 'queryPlan';
}

function charged(route: Route, budgets: Budgets): Route {
  return { ...route, handle: throttled(route.handle, budgets) };
}

type Row = readonly [string, Resource, string, Handler, Route['when']?];

function isQuery(headers: IncomingHttpHeaders): boolean {
  return flag(headers, HEADER.isQuery);
}

function routeOf([method, resource, operation, handle, when]: Row): Route {
  return { method, resource, operation, handle, ...(when && { when }) };
}
