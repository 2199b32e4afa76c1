import pLimit from 'p-limit';
import type { Change } from '../contract.ts';
import type { BatchAnswer } from '../cosmos/batches.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { faultOf, isTransient, toFlowError } from '../cosmos/faults.ts';
import { type Batch, bytesOf, Operations, writeBatch } from '../cosmos/operations.ts';
import { resultsIn } from '../cosmos/outcomes.ts';
import { type Operation, reading } from '../cosmos/phrases.ts';
import type { StoredDocument } from '../cosmos/points.ts';
import { Routing } from '../cosmos/routing.ts';
import { STATUS } from '../protocol/status.ts';
import { FlowError } from '../support/error.ts';
import { locateMembers, SPAN } from '../support/json-bytes.ts';
import { isOfOperation } from './cosmos.ts';
import { Undelivered } from './undelivered.ts';

/** What a container has where changes go, by their keys; nothing for keys that it does not have. */
export type Stored = (changes: readonly Change[]) => Promise<ReadonlyMap<string, StoredDocument>>;

export interface StoredOptions {
  /** Batches under way at once, over all calls. */
  readonly concurrency: number;
}

/** Reads documents in batches per physical range. What cannot be read now comes out as `Undelivered`, with all changes. */
export function storedIn(connection: Connection, facts: ContainerFacts, { concurrency }: StoredOptions): Stored {
  const { client, batches } = connection.writer();
  const container = containerOf(client, facts);
  const routing = new Routing(container);
  const limit = pLimit(concurrency);
  const what = `target "${facts.database}/${facts.container}"`;

  /** Adds what it finds; resolves with what there was no room for. */
  const read = async ({ rangeId, batch }: Batch, found: Map<string, StoredDocument>): Promise<readonly Operation[]> => {
    try {
      const body = writeBatch(batch, Buffer.allocUnsafe(bytesOf(batch)));
      return take(batch, await batches.post(container, rangeId, body, { reads: true }), found);
    } catch (error) {
      if (!isOfOperation(faultOf(error))) throw error;
      // What cannot even be asked for is not there: its write will be refused, and say why.
      if (batch.length === 1) return [];
      const middle = batch.length >> 1;
      const left = await read({ rangeId, batch: batch.slice(0, middle) }, found);
      return [...left, ...(await read({ rangeId, batch: batch.slice(middle) }, found))];
    }
  };
  const readAll = async (changes: readonly Change[], found: Map<string, StoredDocument>): Promise<void> => {
    const operations = new Operations(facts.partitionKey, reading);
    for (let left = changes; left.length > 0; ) {
      const groups = operations.group(left, await routing.table());
      const reads = groups.map((group) => limit(() => read(group, found)));
      await Promise.allSettled(reads);
      left = (await Promise.all(reads)).flat().map(({ change }) => change);
    }
  };
  return async (changes) => {
    const found = new Map<string, StoredDocument>();
    try {
      await readAll(changes, found);
    } catch (error) {
      const fault = faultOf(error);
      if (fault?.status === STATUS.gone) routing.forget();
      const reason = toFlowError(error, 'target', what);
      if (!fault || !isTransient(fault)) throw reason;
      throw new Undelivered(changes, { retryAfterMs: fault.retryAfterMs, reason });
    }
    return found;
  };
}

function take(
  batch: readonly Operation[],
  { outcomes, body }: BatchAnswer,
  found: Map<string, StoredDocument>,
): readonly Operation[] {
  const results = resultsIn(body);
  const left: Operation[] = [];
  batch.forEach((operation, index) => {
    const { statusCode = 0, subStatusCode = 0, retryAfterMilliseconds = 0 } = outcomes[index] ?? {};
    if (statusCode === STATUS.ok) found.set(operation.change.key, documentIn(results[index] as Buffer));
    else if (statusCode === STATUS.tooLarge) left.push(operation);
    else if (statusCode !== STATUS.badRequest && (statusCode !== STATUS.notFound || subStatusCode !== 0)) {
      const headers = { 'x-ms-retry-after-ms': String(retryAfterMilliseconds) };
      throw Object.assign(new Error(`a read was answered ${statusCode}`), {
        code: statusCode,
        substatus: subStatusCode,
        headers,
      });
    }
  });
  if (left.length < batch.length) return left;
  throw new FlowError('sink_unavailable', 'the target answers none of the documents that are asked for');
}

const NAMES = ['resourceBody', 'eTag'].map((name) => Buffer.from(name));
const spans = new Int32Array(NAMES.length * SPAN);

function documentIn(result: Buffer): StoredDocument {
  locateMembers(result, 0, NAMES, spans);
  const [, start, end, , etagStart, etagEnd] = spans;
  return { text: result.subarray(start, end), etag: JSON.parse(result.toString('utf8', etagStart, etagEnd)) as string };
}
