import type { Change } from '../contract.ts';
import type { DocumentKey } from '../cosmos/document-key.ts';
import { propertyNames } from '../protocol/partition-key.ts';
import { assert } from '../support/assert.ts';
import { locateMembers, SPAN } from '../support/json-bytes.ts';
import { objectText } from '../support/object-text.ts';

/**
 * A version or a deletion, as the feed of all versions has it: `{"current": …, "metadata": …}`. The document of a
 * version is that of the feed, byte for byte; that of a deletion is made of the id and the key that the metadata names.
 */
export class VersionChange implements Change {
  readonly kind: Change['kind'];
  readonly operation: Change['operation'];
  readonly document: Buffer;
  readonly lsn: number | undefined;
  readonly time: number | undefined;
  readonly #reader: DocumentKey;

  constructor(item: Buffer, reader: DocumentKey, paths: readonly string[]) {
    const [current, metadata] = membersOf(item, ITEM);
    assert(metadata !== undefined, 'a version has metadata');
    const [operation, lsn, time, expired, id, partitionKey] = membersOf(metadata, METADATA);
    const isDelete = parsedOf(operation) === 'delete';
    this.kind = isDelete ? 'delete' : 'upsert';
    this.operation = isDelete && parsedOf(expired) === true ? 'expire' : (parsedOf(operation) as Change['operation']);
    this.lsn = parsedOf(lsn) as number | undefined;
    this.time = parsedOf(time) as number | undefined;
    this.#reader = reader;
    this.document = isDelete ? keyDocument(id, partitionKey, paths) : present(current, 'document');
  }

  get key(): string {
    this.#reader.scan(this.document, 0);
    return this.#reader.key;
  }

  /** A deletion leaves no etag. */
  get version(): string | undefined {
    if (this.kind === 'delete') return `${this.operation} at ${this.lsn}`;
    this.#reader.scan(this.document, 0);
    const etag = this.#reader.systemProperty('_etag');
    return etag === undefined ? undefined : JSON.parse(etag);
  }
}

const ITEM = namesOf('current', 'metadata');
const METADATA = namesOf('operationType', 'lsn', 'crts', 'timeToLiveExpired', 'id', 'partitionKey');

function namesOf(...names: readonly string[]): readonly Buffer[] {
  return names.map((name) => Buffer.from(name));
}

/** The texts of the members with these names. */
function membersOf(object: Buffer, names: readonly Uint8Array[]): (Buffer | undefined)[] {
  const spans = new Int32Array(names.length * SPAN);
  locateMembers(object, 0, names, spans);
  return names.map((_, index) => {
    const [, start = 0, end = 0] = spans.subarray(index * SPAN, (index + 1) * SPAN);
    return end === 0 ? undefined : object.subarray(start, end);
  });
}

function parsedOf(text: Buffer | undefined): unknown {
  return text === undefined ? undefined : JSON.parse(text.toString('utf8'));
}

function present(text: Buffer | undefined, what: string): Buffer {
  assert(text !== undefined, `a version has a ${what}`);
  return text;
}

/** The service names the parts of the key by the last names of their paths, and leaves out what was not there. */
function keyDocument(id: Buffer | undefined, partitionKey: Buffer | undefined, paths: readonly string[]): Buffer {
  const names = paths.map(propertyNames);
  const parts = partitionKey ? membersOf(partitionKey, namesOf(...names.map((path) => path.at(-1) ?? ''))) : [];
  const places = names.flatMap((path, level): [readonly string[], string][] => {
    const text = parts[level]?.toString('utf8');
    return text === undefined ? [] : [[path, text]];
  });
  return Buffer.from(objectText([[['id'], present(id, 'id').toString('utf8')], ...places]));
}
