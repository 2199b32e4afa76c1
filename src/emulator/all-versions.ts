import { HEADER } from '../protocol/headers.ts';
import { type PartitionKeyDefinition, parseKey, propertyNames } from '../protocol/partition-key.ts';
import { type ChangesOf, positionOf } from './changes.ts';
import { purgeExpired } from './expiry.ts';
import { badRequest } from './refusal.ts';
import { header } from './request.ts';
import { horizonOf } from './store/horizons.ts';
import type { Version } from './store/versions.ts';

/** Every version and deletion, as far back as the container retains them. */
export const allVersions: ChangesOf = ({ headers, store, container, range, slice, epks }) => {
  const etag = header(headers, HEADER.ifNoneMatch);
  if (etag === undefined || header(headers, HEADER.ifModifiedSince) !== undefined) {
    throw badRequest('FullFidelity Change Feed must have valid If-None-Match header.');
  }
  if (container.retention === 0) {
    throw badRequest('FullFidelity Change Feed needs a container with a changeFeedPolicy that retains all versions.');
  }
  // A deletion is in the feed once it was made: what expired a moment ago is deleted before anyone looks for it.
  purgeExpired(store, container, EXPIRED_AT_ONCE);
  const after = positionOf(etag, range);
  const first = container.versions.firstTime(slice, after) ?? Number.POSITIVE_INFINITY;
  if (after < horizonOf(container.horizons, ...epks) || first < store.clock.seconds() - container.retention) {
    throw badRequest('The position in the change feed is older than the retention of its container.');
  }
  return {
    after,
    changes: itemsOf(container.versions.after(slice, after), container.key),
    add: (page, item) => page.add(item),
  };
};

const EXPIRED_AT_ONCE = 1000;

function* itemsOf(versions: Iterable<Version>, key: PartitionKeyDefinition): Generator<[number, Buffer]> {
  const names = key.paths.map((path) => propertyNames(path).at(-1) as string);
  for (const version of versions) yield [version.lsn, itemOf(version, names)];
}

/** The document goes in as it is stored. */
function itemOf(version: Version, names: readonly string[]): Buffer {
  const metadata = `"metadata":${JSON.stringify(metadataOf(version, names))}}`;
  if (!version.body) return Buffer.from(`{${metadata}`);
  return Buffer.concat([CURRENT, version.body, Buffer.from(`,${metadata}`)]);
}

const CURRENT = Buffer.from('{"current":');

function metadataOf({ operation, lsn, ts, previous, expired, key, id }: Version, names: readonly string[]): unknown {
  const metadata = { operationType: operation, lsn, crts: ts };
  if (operation === 'create') return metadata;
  if (operation === 'replace') return { ...metadata, previousImageLSN: previous };
  const components = parseKey(key) ?? [];
  // A level that the document did not have is left out.
  const partitionKey = Object.fromEntries(names.map((name, level) => [name, components[level]]));
  return { ...metadata, previousImageLSN: previous, timeToLiveExpired: expired === 1, id, partitionKey };
}
