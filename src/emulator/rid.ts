import { randomBytes } from 'node:crypto';

/** A resource id of a database: four random bytes, so that what is created again has another one. */
export function newDatabaseRid(): string {
  return format(randomBytes(DATABASE_BYTES));
}

/** A resource id of a container: that of its database, then four bytes of which the first has its top bit set. */
export function newContainerRid(databaseRid: string): string {
  const bytes = Buffer.concat([parse(databaseRid), randomBytes(4)]);
  bytes[DATABASE_BYTES] = (bytes[DATABASE_BYTES] as number) | 0x80;
  return format(bytes);
}

/** A resource id of an offer: three random bytes, by which clients tell it from others. Few enough to come up twice. */
export function newOfferRid(): string {
  return format(randomBytes(3));
}

/** Makes the resource ids of a container's documents from their numbers. */
export function documentRids(containerRid: string): (number: number) => string {
  const bytes = Buffer.concat([parse(containerRid), Buffer.alloc(NUMBER_BYTES)]);
  return (number) => {
    bytes.writeUInt32LE(number >>> 0, CONTAINER_BYTES);
    bytes.writeUInt32LE(Math.floor(number / 2 ** 32), CONTAINER_BYTES + 4);
    return format(bytes);
  };
}

/** The number of the document with this resource id, if it can be one of the container's. */
export function documentNumber(rid: string, containerRid: string): number | undefined {
  const bytes = parse(rid);
  if (bytes.length !== CONTAINER_BYTES + NUMBER_BYTES) return undefined;
  if (!bytes.subarray(0, CONTAINER_BYTES).equals(parse(containerRid))) return undefined;
  return bytes.readUInt32LE(CONTAINER_BYTES) + bytes.readUInt32LE(CONTAINER_BYTES + 4) * 2 ** 32;
}

/** A resource id of a partition key range; the top four bits of the last byte tell it from a document's. */
export function rangeRid(containerRid: string, rangeId: number): string {
  const bytes = Buffer.concat([parse(containerRid), Buffer.alloc(NUMBER_BYTES)]);
  bytes.writeUInt32LE(rangeId + 1, CONTAINER_BYTES);
  bytes[bytes.length - 1] = 0x50;
  return format(bytes);
}

const DATABASE_BYTES = 4;
const CONTAINER_BYTES = 8;
const NUMBER_BYTES = 8;

function format(bytes: Buffer): string {
  return bytes.toString('base64').replaceAll('/', '-');
}

function parse(rid: string): Buffer {
  return Buffer.from(rid.replaceAll('-', '/'), 'base64');
}
