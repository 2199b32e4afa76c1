import { badRequest, notFound } from './refusal.ts';

/** What a path names. Ids are decoded and may be names or resource ids; those that the path lacks are empty. */
export interface Address {
  readonly resource: Resource;
  readonly database: string;
  readonly container: string;
  readonly id: string;
}

export type Resource = (typeof SHAPES)[number][0];

/** Reads the path of a request. Everything after `/docs/` is the item's id, a question mark too. */
export function parseAddress(url: string): Address {
  const path = url.includes('/docs/') ? url : url.replace(/\?.*$/s, '');
  for (const [resource, shape] of SHAPES) {
    const match = shape.exec(path);
    if (!match) continue;
    const { database = '', container = '', id = '' } = match.groups ?? {};
    return { resource, database: decode(database), container: decode(container), id: decode(id) };
  }
  const missing = MISSING.find((shape) => shape.test(path));
  throw missing ? badRequest(`"${path}" is not supported yet by the embedded server.`) : notFound();
}

const DATABASE = '\\/dbs\\/(?<database>[^/]+)';
const CONTAINER = `${DATABASE}\\/colls\\/(?<container>[^/]+)`;

const SHAPES = [
  ['account', /^\/$/],
  ['dbs', /^\/dbs\/?$/],
  ['db', new RegExp(`^${DATABASE}/?$`)],
  ['colls', new RegExp(`^${DATABASE}/colls/?$`)],
  ['coll', new RegExp(`^${CONTAINER}/?$`)],
  ['pkranges', new RegExp(`^${CONTAINER}/pkranges/?$`)],
  ['docs', new RegExp(`^${CONTAINER}/docs/?$`)],
  ['doc', new RegExp(`^${CONTAINER}/docs/(?<id>.+?)/?$`, 's')],
  ['partition', new RegExp(`^${CONTAINER}/operations/partitionkeydelete/?$`)],
  ['offers', /^\/offers\/?$/],
  ['offer', /^\/offers\/(?<id>[^/]+)\/?$/],
] as const;

/** What Azure Cosmos DB has and this server lacks. */
const MISSING = [
  new RegExp(`^${CONTAINER}/(?:sprocs|triggers|udfs|conflicts)(?:/|$)`),
  new RegExp(`^${DATABASE}/users(?:/|$)`),
  /^\/(?:dbs\/[^/]+\/)?(?:permissions|clientencryptionkeys)(?:\/|$)/,
];

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`The path part "${part}" is not percent-encoded UTF-8.`);
  }
}
