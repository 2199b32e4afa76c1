import { HEADER } from '../../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../../protocol/status.ts';
import { assert } from '../../support/assert.ts';
import { elementSpans } from '../../support/json-bytes.ts';
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
import { badRequest } from '../refusal.ts';
import type { Reply } from '../reply.ts';
import { flag, header, type Request } from '../request.ts';
import { formatResults } from '../results.ts';
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
  const operations = parseOperations(request.body);
  const minimal = header(request.headers, HEADER.prefer)?.toLowerCase() === 'return=minimal';
  const run = {
    store,
    container,
    range: target.range,
    allowance: request.allowance ?? UNLIMITED,
    fit: minimal ? (result: OperationResult) => result : fitter(operations),
  };
  const results = flag(request.headers, HEADER.batchAtomic)
    ? runAtomic(operations, run, target.key ?? missingKey())
    : runEach(operations, run, target.key, flag(request.headers, HEADER.batchContinueOnError));
  const charge = results.reduce((sum, result) => sum + result.charge, 0);
  return {
    status: results.every(({ status }) => status < STATUS.notModified) ? STATUS.ok : STATUS.multiStatus,
    headers: containerHeaders(container, [currentRange(request, store, target.range)], charge),
    body: formatResults(results, minimal),
  };
}

interface Run {
  readonly store: Store;
  readonly container: Container;
  readonly range: Range;
  readonly allowance: Allowance;
  /** Makes a failure of a result for which the answer has no room. */
  readonly fit: (result: OperationResult, operation: BatchOperation) => OperationResult;
}

const OPERATIONS_MAX = 100;
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
  const values = parseJson(body);
  if (!Array.isArray(values)) throw badRequest('The body of a batch request must be a JSON array of operations.');
  if (values.length === 0) throw badRequest('The batch request has no operations.');
  if (values.length > OPERATIONS_MAX) {
    throw badRequest(`Batch request has more operations than what is supported: the most is ${OPERATIONS_MAX}.`);
  }
  const spans = elementSpans(body, 0);
  return values.map((value, index) => parseOperation(value, body, spans[index * 2] as number));
}

/** Room for what is written is kept from the start: a write that is done cannot be refused any more, a read can. */
function fitter(operations: readonly BatchOperation[]): Run['fit'] {
  const isRead = ({ type }: BatchOperation): boolean => type === 'Read';
  let left = operations.reduce((room, one) => room - RESULT_BYTES - (isRead(one) ? 0 : one.text.length), ANSWER_MAX);
  return (result, operation) => {
    const { length } = result.body ?? '';
    if (!isRead(operation)) return result;
    if (length > left) return TOO_LARGE;
    left -= length;
    return result;
  };
}

const TOO_LARGE: OperationResult = {
  status: STATUS.tooLarge,
  substatus: SUBSTATUS.responseTooLarge,
  charge: 0,
  message: 'The response of the batch is too large for this result.',
};

/** One commit. The first failure undoes what was done, and the other operations only say that one failed. */
function runAtomic(operations: BatchOperation[], run: Run, key: Key): OperationResult[] {
  const results: OperationResult[] = [];
  const commit = {};
  try {
    run.store.write(() => {
      for (const operation of operations) {
        const result = run.fit(runOperation(operation, { ...run, key, commit }), operation);
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
  return run.store.write(() =>
    operations.map((operation) => {
      if (failed && !goOn) return DEPENDENT;
      const shortage = run.allowance.shortage();
      throttling ??= shortage && refusedOperation(shortage);
      if (throttling) {
        failed = true;
        return throttling;
      }
      const key = (): Key => shared ?? ownKey(operation, run);
      const result = run.fit(runOperation(operation, { ...run, key, commit: {} }), operation);
      run.allowance.spend(result.charge);
      failed ||= result.status >= STATUS.badRequest;
      return result;
    }),
  );
}

function ownKey({ partitionKey }: BatchOperation, { container, range }: Run): Key {
  const key = parseWholeKey(partitionKey, container.key);
  if (contains(range, key.epk)) return key;
  throw badRequest(
    `The partition key of the operation does not belong to range "${range.id}".`,
    SUBSTATUS.partitionKeyMismatch,
  );
}
