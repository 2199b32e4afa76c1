import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { readCharge, writeCharge } from './charge.ts';
import { closeDocument, type Document, documentOf, reopenDocument } from './document.ts';
import { parseJson } from './json-body.ts';
import { type Key, refuseKeyPaths, refuseOtherKey } from './key.ts';
import type { Patch } from './patch.ts';
import { editText } from './patch-edit.ts';
import { matches } from './precondition.ts';
import { badRequest, conflict, itemNotFound, preconditionFailed, responseTooLarge } from './refusal.ts';
import type { AppliedChange } from './store/change.ts';
import type { Container } from './store/container.ts';
import type { Row, StoredRow } from './store/documents.ts';
import type { Range } from './store/range.ts';
import { newEtag } from './store/stamp.ts';
import type { Store } from './store/store.ts';
import { ownTtl } from './time-to-live.ts';

/** What one operation on one item is about, and where it happens. */
export interface ItemRequest {
  readonly store: Store;
  readonly container: Container;
  readonly key: Key;
  readonly range: Range;
  readonly commit: Commit;
  readonly ifMatch?: string | undefined;
  readonly ifNoneMatch?: string | undefined;
  /** The most bytes that the answer has room for, of documents that did not come with the request. */
  readonly room?: number | undefined;
}

/** Writes of one commit share a number, which the first of them takes. */
interface Commit {
  lsn?: number;
}

export interface ItemOutcome {
  readonly status: number;
  readonly charge: number;
  readonly etag?: string;
  readonly body?: Buffer | undefined;
}

export function createItem(request: ItemRequest, document: Document): ItemOutcome {
  refuseOtherKey(request.container.readKey(document.value), request.key);
  if (request.container.documents.find(request.key.text, document.id)) throw conflict();
  return insert(request, document);
}

export function upsertItem(request: ItemRequest, document: Document): ItemOutcome {
  refuseOtherKey(request.container.readKey(document.value), request.key);
  const row = request.container.documents.find(request.key.text, document.id);
  if (!row) return insert(request, document);
  refuseUnmet(request, row);
  return update(request, row, document);
}

export function replaceItem(request: ItemRequest, id: string, document: Document): ItemOutcome {
  if (document.id !== id) {
    throw badRequest('Document id in request body must match the resource id in the request URI');
  }
  refuseOtherKey(request.container.readKey(document.value), request.key);
  const row = findRow(request, id);
  refuseUnmet(request, row);
  return update(request, row, document);
}

/** Edits are made in order, all or none; the document keeps every byte that they are not about. */
export function patchItem(request: ItemRequest, id: string, { condition, edits }: Patch): ItemOutcome {
  refuseKeyPaths(
    edits.flatMap(({ path, from }) => (from ? [path, from] : [path])),
    request.container.key,
  );
  const row = findRow(request, id);
  refuseUnmet(request, row);
  if (condition && !condition(parseJson(row.body))) throw preconditionFailed(SUBSTATUS.patchConditionUnmet);
  const text = editText(reopenDocument(row.body), edits);
  refuseNoRoom(request, text);
  const document = documentOf(parseJson(text), text);
  refuseOtherKey(request.container.readKey(document.value), request.key);
  return update(request, row, document);
}

export function readItem(request: ItemRequest, id: string): ItemOutcome {
  const row = findRow(request, id);
  const { etag, body } = row;
  if (matches(request.ifNoneMatch, etag)) return { status: STATUS.notModified, charge: 1, etag };
  if (request.ifMatch !== undefined && !matches(request.ifMatch, etag)) throw preconditionFailed();
  refuseNoRoom(request, body);
  return { status: STATUS.ok, charge: readCharge(body.length), etag, body };
}

export function removeItem(request: ItemRequest, id: string): ItemOutcome {
  const row = findRow(request, id);
  refuseUnmet(request, row);
  const lsn = nextLsn(request);
  remove(request, row, lsn, false);
  record(request, { operation: 'delete', id, lsn, etag: row.etag });
  return { status: STATUS.noContent, charge: writeCharge(row.body.length, true) };
}

function findRow({ container, key }: ItemRequest, id: string): Row {
  const row = container.documents.find(key.text, id);
  if (!row) throw itemNotFound();
  return row;
}

function refuseUnmet({ ifMatch, ifNoneMatch }: ItemRequest, { etag }: Row): void {
  if (ifMatch !== undefined && !matches(ifMatch, etag)) throw preconditionFailed();
  if (matches(ifNoneMatch, etag)) throw preconditionFailed();
}

function refuseNoRoom({ room }: ItemRequest, { length }: Buffer): void {
  if (room !== undefined && length > room) throw responseTooLarge();
}

function insert(request: ItemRequest, document: Document): ItemOutcome {
  const { container, key, range } = request;
  // Whatever can be refused is refused before anything is written: a batch keeps what its operations wrote.
  const ttl = ownTtl(document, container);
  claimUniqueKeys(request, container.nextDocument, document);
  const lsn = nextLsn(request);
  removeExpired(request, document.id, lsn);
  const number = container.nextDocument++;
  const { etag, ts, body } = stamp(request, number, document);
  container.documents.insert({
    number,
    key: key.text,
    id: document.id,
    range: range.id,
    epk: key.epk,
    lsn,
    ts,
    etag,
    ttl,
    body,
  });
  record(request, { operation: 'create', id: document.id, lsn, etag });
  return { status: STATUS.created, charge: writeCharge(body.length, false), etag, body };
}

function update(request: ItemRequest, row: Row, document: Document): ItemOutcome {
  const { container, range } = request;
  const { number } = row;
  const ttl = ownTtl(document, container);
  claimUniqueKeys(request, number, document);
  const lsn = nextLsn(request);
  const { etag, ts, body } = stamp(request, number, document);
  container.documents.update({ number, range: range.id, lsn, ts, etag, ttl, body }, row);
  record(request, { operation: 'replace', id: document.id, lsn, etag });
  return { status: STATUS.ok, charge: writeCharge(body.length, true), etag, body };
}

/** Throws 409 when another document of the logical partition has one of the unique keys, unless it has expired. */
function claimUniqueKeys(request: ItemRequest, number: number, { value }: Document): void {
  const { key, container } = request;
  const { documents, uniqueKeys } = container;
  const others = uniqueKeys.ownersOf(key.text, value).filter((owner) => owner !== number);
  const ids = others.map((owner) => documents.idOf(owner) ?? '');
  if (ids.some((id) => !documents.findExpired(key.text, id))) throw conflict();
  for (const id of ids) removeExpired(request, id, nextLsn(request));
  uniqueKeys.claim(number, key.text, value);
}

/** What has expired and is not removed yet makes way within the commit that takes its place. */
function removeExpired(request: ItemRequest, id: string, lsn: number): void {
  const row = request.container.documents.findExpired(request.key.text, id);
  if (!row) return;
  remove(request, row, lsn, true);
  record(request, { operation: 'ttl', id, lsn, etag: row.etag });
}

function remove({ store, container, range }: ItemRequest, row: StoredRow, lsn: number, expired: boolean): void {
  container.documents.remove(row, { range: range.id, lsn, ts: store.clock.seconds(), expired });
}

function stamp(
  { store, container }: ItemRequest,
  number: number,
  document: Document,
): { etag: string; ts: number; body: Buffer } {
  const [rid, etag, ts] = [container.ridOf(number), newEtag(), store.clock.seconds()];
  return { etag, ts, body: closeDocument(document, { rid, self: `${container.self}docs/${rid}/`, etag, ts }) };
}

function record(
  { store, container, key, range }: ItemRequest,
  change: Pick<AppliedChange, 'operation' | 'id' | 'lsn' | 'etag'>,
): void {
  const { database, name, rid } = container;
  store.record({ database, container: name, rid, range: String(range.id), key: key.text, ...change });
}

function nextLsn({ store, container, range, commit }: ItemRequest): number {
  store.touch(container, range);
  commit.lsn ??= ++range.lsn;
  return commit.lsn;
}
