import { badRequest } from './refusal.ts';

/** What a path names. Ids are decoded and may be names or resource ids; those that the path lacks are empty. */
export interface Address {
  readonly resource: Resource;
  readonly database: string;
  readonly container: string;
  readonly id: string;
  /** Set when it is something that this server has none of. */
  readonly feature?: Feature;
}

export type Resource = (typeof SHAPES)[number][0];

export interface Feature {
  readonly kind: 'sprocs' | 'triggers' | 'udfs' | 'conflicts' | 'users' | 'permissions' | 'clientencryptionkeys';
  /** The link of what it belongs to. */
  readonly owner: string;
}

/** Reads the path of a request. Everything after `/docs/` is the item's id, a question mark too. */
export function parseAddress(url: string): Address {
  const path = url.includes('/docs/') ? url : url.replace(/\?.*$/s, '');
  for (const [resource, shape] of SHAPES) {
    const match = shape.exec(path);
    if (!match) continue;
    const { database = '', container = '', id = '', kind, owner = '' } = match.groups ?? {};
    const address = { resource, database: decode(database), container: decode(container), id: decode(id) };
    return kind === undefined
      ? address
      : { ...address, feature: { kind: kind as Feature['kind'], owner: decode(owner) } };
  }
  throw badRequest('Request url is invalid.');
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
  ['feature', featureShape(CONTAINER, 'sprocs|triggers|udfs|conflicts')],
  ['feature', featureShape(DATABASE, 'users|clientencryptionkeys')],
  ['feature', featureShape(`${DATABASE}\\/users\\/[^/]+`, 'permissions')],
  ['offers', /^\/offers\/?$/],
  ['offer', /^\/offers\/(?<id>[^/]+)\/?$/],
] as const;

function featureShape(owner: string, kinds: string): RegExp {
  return new RegExp(`^\\/(?<owner>${owner.slice(2)})\\/(?<kind>${kinds})(?:\\/(?<id>[^/]+))?\\/?$`);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw badRequest(`The path part "${part}" is not percent-encoded UTF-8.`);
  }
}
