import { HEADER } from '../../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../../protocol/status.ts';
import { assert } from '../../support/assert.ts';
import { jsonScanner } from '../../support/json-scanner.ts';
import { type Allowance, UNLIMITED } from '../allowance.ts';
import { parseJson } from '../json-body.ts';
import { type Key, parseWholeKey } from '../key.ts';
import {
  type BatchOperation,
  type OperationResult,
  parseOperation,
  refusedOperation,
  runOperation,
} from '../operation.ts';
import { badRequest, tooLarge } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { flag, header, isMinimal, type Request } from '../request.ts';
import { formatResults } from '../results.ts';
import { parseSession } from '../session.ts';
import { findRange } from '../slice.ts';
import type { Container } from '../store/container.ts';
import { contains, type Range } from '../store/range.ts';
import type { Store } from '../store/store.ts';
import { containerHeaders } from './item-reply.ts';
import { ownerContainer } from './lookup.ts';

/** Many operations at once: all or none when atomic, each for itself otherwise. */
export function runBatch(request: Request, store: Store): Reply {
  const container = ownerContainer(request, store);
  const target = targetOf(request, container);
  parseSession(request.headers);
  const operations = parseOperations(request.body);
  const minimal = isMinimal(request.headers);
  const run = {
    store,
    container,
    range: target.range,
    allowance: request.allowance ?? UNLIMITED,
    minimal,
    room: roomFor(operations, minimal),
  };
  const results = flag(request.headers, HEADER.batchAtomic)
    ? runAtomic(operations, run, target.key ?? missingKey())
    : runEach(operations, run, target.key, flag(request.headers, HEADER.batchContinueOnError));
  const charge = results.reduce((sum, result) => sum + result.charge, 0);
  return {
    status: results.every(({ status }) => status < STATUS.notModified) ? STATUS.ok : STATUS.multiStatus,
    headers: containerHeaders(container, [currentRange(request, store, target.range)], charge),
    body: formatResults(results),
  };
}

interface Run {
  readonly store: Store;
  readonly container: Container;
  readonly range: Range;
  readonly allowance: Allowance;
  /** Whether the client does not want to see what it wrote. */
  readonly minimal: boolean;
  readonly room: Room;
}

/** Bytes of documents that the answer may still hold. */
interface Room {
  left: number;
}

const OPERATIONS_MAX = 100;
/** 2.1 MB, which official clients fill at most: an item of 2 MB fits with what is around it. */
const BODY_MAX = 2_202_010;
const ANSWER_MAX = 4 * 1024 * 1024;
/** What a result has besides the document that came in, at most. */
const RESULT_BYTES = 1024;

function targetOf({ headers }: Request, container: Container): { range: Range; key?: Key } {
  const rangeId = header(headers, HEADER.rangeId);
  const keyText = header(headers, HEADER.partitionKey);
  if (keyText !== undefined || rangeId === undefined) {
    const key = parseWholeKey(keyText, container.key);
    return { range: container.rangeOf(key.epk), key };
  }
  return { range: findRange(container, rangeId) };
}

/** A batch that was undone has taken back its commit, which the range it was found with does not know. */
function currentRange(request: Request, store: Store, { id }: Range): Range {
  const range = ownerContainer(request, store).ranges.find((candidate) => candidate.id === id);
  assert(range !== undefined, 'a batch leaves the ranges as they are');
  return range;
}

function missingKey(): never {
  throw badRequest('A transactional batch needs a partition key.');
}

function parseOperations(body: Buffer): BatchOperation[] {
  if (body.length > BODY_MAX) throw tooLarge();
  const values = parseJson(body);
  if (!Array.isArray(values)) throw badRequest('The body of a batch request must be a JSON array of operations.');
  if (values.length === 0) throw badRequest('The batch request has no operations.');
  if (values.length > OPERATIONS_MAX) {
    throw badRequest('Batch request has more operations than what is supported.');
  }
  const spans = jsonScanner.elementSpans(body, 0);
  return values.map((value, index) => parseOperation(value, body, spans[index * 2] as number));
}

/**
 * Room for what came with the request is kept from the start. Documents that did not, which are read or patched, share
 * what is left: once a write is done it cannot be refused any more.
 */
function roomFor(operations: readonly BatchOperation[], minimal: boolean): Room {
  const kept = operations.map(({ type, text }) => RESULT_BYTES + (minimal || FOREIGN.includes(type) ? 0 : text.length));
  return { left: ANSWER_MAX - kept.reduce((sum, bytes) => sum + bytes, 0) };
}

const FOREIGN: readonly unknown[] = ['Read', 'Patch'];

function runOne(operation: BatchOperation, run: Run, key: Key | (() => Key), commit: object): OperationResult {
  const { store, container, range, minimal, room } = run;
  const isWrite = operation.type !== 'Read';
  const left = minimal && isWrite ? undefined : room.left;
  const result = runOperation(operation, { store, container, range, key, commit, room: left });
  if (minimal && isWrite) return { ...result, body: undefined };
  if (FOREIGN.includes(operation.type)) room.left -= result.body?.length ?? 0;
  return result;
}

/** One commit. The first failure undoes what was done, and the other operations only say that one failed. */
function runAtomic(operations: BatchOperation[], run: Run, key: Key): OperationResult[] {
  const results: OperationResult[] = [];
  const commit = {};
  try {
    run.store.writeSoon(() => {
      for (const operation of operations) {
        const result = runOne(operation, run, key, commit);
        results.push(result);
        if (result.status >= STATUS.badRequest) throw new Undo();
      }
    });
    return results;
  } catch (error) {
    if (!(error instanceof Undo)) throw error;
    const failed = results.length - 1;
    return operations.map((_, index) => (index === failed ? (results[index] as OperationResult) : DEPENDENT));
  }
}

class Undo extends Error {}

const DEPENDENT: OperationResult = { status: STATUS.failedDependency, charge: 0 };

/** A commit for each operation, all on disk at once. Once one is throttled, the rest of the batch is too. */
function runEach(operations: BatchOperation[], run: Run, shared: Key | undefined, goOn: boolean): OperationResult[] {
  let failed = false;
  let throttling: OperationResult | undefined;
  const runNext = (operation: BatchOperation): OperationResult => {
    if (failed && !goOn) return DEPENDENT;
    const shortage = run.allowance.shortage();
    throttling ??= shortage && refusedOperation(shortage);
    if (throttling) {
      failed = true;
      return throttling;
    }
    const key = (): Key => shared ?? ownKey(operation, run);
    const result = runOne(operation, run, key, {});
    run.allowance.spend(result.charge);
    failed ||= result.status >= STATUS.badRequest;
    return result;
  };
  // What an operation is refused for is its result: nothing is thrown but what is our fault.
  return run.store.writeSoon(() => operations.map(runNext), { revocable: false });
}

function ownKey({ partitionKey }: BatchOperation, { container, range }: Run): Key {
  const key = parseWholeKey(partitionKey, container.key);
  if (contains(range, key.epk)) return key;
  throw badRequest(
    `The partition key of the operation does not belong to range "${range.id}".`,
    SUBSTATUS.partitionKeyMismatch,
  );
}
