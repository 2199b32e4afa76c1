import type { Change, Sink } from '../contract.ts';
import { containerPath } from '../cosmos/budgeted.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { type Fault, faultOf, isTransient, toFlowError } from '../cosmos/faults.ts';
import { brokenLimit } from '../cosmos/limits.ts';
import { bytesOf, Operations, writeBatch } from '../cosmos/operations.ts';
import type { Outcome } from '../cosmos/outcomes.ts';
import type { Operation, Phrasing } from '../cosmos/phrases.ts';
import { Routing } from '../cosmos/routing.ts';
import { STATUS } from '../protocol/status.ts';
import { buffers } from '../support/buffers.ts';
import { FlowError } from '../support/error.ts';
import { type BatchingOptions, batchingOf } from './batching.ts';
import type { Fare } from './gates.ts';
import { type Refusal, Refused } from './refused.ts';
import { FOR_GOOD, Undelivered } from './undelivered.ts';
import { WaitingRoom } from './waiting-room.ts';

export interface CosmosSinkOptions extends BatchingOptions {
  /** How changes are put to the service; as upserts and deletes, when nothing is said. */
  readonly phrase?: Phrasing | undefined;
}

/**
 * Upserts and deletes documents of a container, or as `phrase` has it, in batches per physical range. Of several changes
 * with one key in one write only the last is sent. Durable when the service has answered each operation.
 */
export function cosmosSink(connection: Connection, facts: ContainerFacts, options: CosmosSinkOptions): Sink {
  const { client, batches } = connection.writer();
  const container = containerOf(client, facts);
  const routing = new Routing(container);
  const operations = new Operations(facts.partitionKey, options.phrase);
  const { gates, limits, waitMaxMs } = batchingOf(options, () => connection.terms.get(containerPath(facts))?.budget);
  const what = `target "${facts.database}/${facts.container}"`;
  const post = async (rangeId: string, batch: readonly Operation[]): Promise<Failure[]> => {
    const body = buffers.take(bytesOf(batch));
    const { outcomes, containerRid } = await batches.post(container, rangeId, writeBatch(batch, body));
    // Of a request that failed, the rest may still be on its way: a server may refuse what it has not read to the end.
    buffers.giveBack(body);
    if (containerRid !== undefined && containerRid !== facts.rid) throw recreated(what);
    return failuresOf(batch, outcomes);
  };
  /** One operation can have a whole request refused: it is looked for, so that the others are not refused with it. */
  const deliver = async (rangeId: string, batch: readonly Operation[]): Promise<Failure[]> => {
    try {
      return await post(rangeId, batch);
    } catch (error) {
      if (batch.length === 1 || !isOfOperation(faultOf(error))) return failed(batch, error);
      const middle = batch.length >> 1;
      const first = await deliver(rangeId, batch.slice(0, middle));
      return [...first, ...(await deliver(rangeId, batch.slice(middle)))];
    }
  };
  const send = (rangeId: string, batch: readonly Operation[]): Promise<readonly Failure[]> =>
    gates.through(rangeId, async () => fareOf(await deliver(rangeId, batch)));
  const room = waitMaxMs === undefined ? undefined : new WaitingRoom({ waitMaxMs, send });

  return {
    async write(changes, range) {
      const route = await routing.table().catch((error: unknown) => {
        throw undelivered(changes, error, what);
      });
      const groups = operations.group(newest(changes), route, limits);
      const posted = groups.map((group) => room?.through(group, range) ?? send(group.rangeId, group.batch));
      await Promise.allSettled(posted);
      const failures = (await Promise.all(posted)).flat();
      if (failures.some(({ fault }) => fault.status === STATUS.gone)) routing.forget();
      connection.meter.throttled += failures.filter(isThrottledAlone).length;
      raise(failures, what);
    },
    ...(room && { hurry: (over, source) => room.hurry(over, source) }),
    close: async () => {},
  };
}

/** Whether a batch was too much for its range. */
function fareOf(failures: Failure[]): Fare<Failure[]> {
  const waits = failures.filter(({ fault }) => fault.status === STATUS.tooManyRequests);
  const throttledForMs = waits.length === 0 ? undefined : Math.max(...waits.map(({ fault }) => fault.retryAfterMs));
  return { result: failures, throttledForMs };
}

interface Failure {
  readonly operation: Operation;
  readonly fault: Fault;
  readonly cause: unknown;
}

/** The last change of each key, in the order of the changes. */
function newest(changes: readonly Change[]): readonly Change[] {
  const keys = new Set<string>();
  for (const { key } of changes) keys.add(key);
  return keys.size === changes.length ? changes : [...new Map(changes.map((change) => [change.key, change])).values()];
}

function failuresOf(batch: readonly Operation[], outcomes: readonly Outcome[]): Failure[] {
  if (outcomes.length !== batch.length) {
    throw new Error(`a batch of ${batch.length} operations was answered with ${outcomes.length} results`);
  }
  const failures: Failure[] = [];
  for (const [index, operation] of batch.entries()) {
    const outcome = outcomes[index] as Outcome;
    if (!succeeded(operation, outcome.statusCode)) {
      failures.push({ operation, fault: faultIn(outcome), cause: undefined });
    }
  }
  return failures;
}

function succeeded({ removes }: Operation, status: number): boolean {
  // What is to be deleted may be gone already: by an earlier try, or by its time to live.
  return (status >= 200 && status < 300) || (removes && status === STATUS.notFound);
}

function faultIn({ statusCode, subStatusCode = 0, retryAfterMilliseconds = 0 }: Outcome): Fault {
  return {
    status: statusCode,
    substatus: subStatusCode,
    retryAfterMs: retryAfterMilliseconds,
    message: `status ${statusCode}`,
  };
}

/** A request that was throttled as a whole is counted where it was sent. */
function isThrottledAlone({ fault, cause }: Failure): boolean {
  return fault.status === STATUS.tooManyRequests && cause === undefined;
}

/** Whether a request was refused for something that is in it, which may be one operation of several. */
export function isOfOperation(fault: Fault | undefined): boolean {
  return fault?.status === STATUS.badRequest || fault?.status === STATUS.tooLarge;
}

/** A request that failed as a whole left every operation of it in doubt. */
function failed(batch: readonly Operation[], cause: unknown): Failure[] {
  const fault = faultOf(cause);
  if (!fault) throw cause;
  return batch.map((operation) => ({ operation, fault, cause }));
}

function raise(failures: readonly Failure[], what: string): void {
  const [first] = failures;
  if (!first) return;
  const [final, left] = [failures.filter(isFinal), failures.filter((failure) => !isFinal(failure))];
  const fatal = final.find(({ fault, cause }) => cause !== undefined && !isOfOperation(fault));
  if (fatal)
    throw new Undelivered(
      failures.map(({ operation }) => operation.change),
      { retryAfterMs: FOR_GOOD, reason: toFlowError(fatal.cause, 'target', what) },
    );
  if (final.length > 0) {
    const refusals = final.map((failure) => refusalOf(failure, what));
    throw new Refused(
      refusals,
      left.map(({ operation }) => operation.change),
    );
  }
  throw new Undelivered(
    failures.map(({ operation }) => operation.change),
    {
      retryAfterMs: Math.max(...failures.map(({ fault }) => fault.retryAfterMs)),
      reason: first.cause ? toFlowError(first.cause, 'target', what) : exhausted(first, what),
    },
  );
}

function isFinal({ fault }: Failure): boolean {
  return !isTransient(fault) && fault.status !== STATUS.failedDependency;
}

function undelivered(changes: readonly Change[], error: unknown, what: string): unknown {
  const fault = faultOf(error);
  const reason = toFlowError(error, 'target', what);
  return fault && isTransient(fault) ? new Undelivered(changes, { retryAfterMs: fault.retryAfterMs, reason }) : reason;
}

function refusalOf({ operation: { change }, fault, cause }: Failure, what: string): Refusal {
  const { status, substatus } = fault;
  const [id] = JSON.parse(`[${change.key}]`) as [id: unknown];
  const why =
    status === STATUS.tooLarge
      ? `its ${change.document.length} bytes are too many`
      : [`status ${status}/${substatus}`, cause && fault.message, status === STATUS.badRequest && brokenLimit(change)]
          .filter(Boolean)
          .join(', ');
  const hint =
    status === STATUS.conflict
      ? 'another document of the target has its unique-key values: mend either, then run the same command again'
      : 'mend or delete it in the source; the same command goes on at its page';
  const message = `${what} refused the document with id ${JSON.stringify(id)}: ${why}`;
  return { change, reason: new FlowError('sink_refused', message, { hint, cause }), status, substatus };
}

function recreated(what: string): FlowError {
  return new FlowError('container_recreated', `${what} was deleted and created again while it was written`, {
    hint: 'what was written before is gone with it; start over, with --restart where there is a checkpoint',
  });
}

function exhausted({ fault }: Failure, what: string): FlowError {
  const hint =
    fault.status === STATUS.tooManyRequests
      ? 'give the target more throughput, or lower --concurrency; the same command goes on where it stopped'
      : 'the same command goes on where it stopped';
  return new FlowError('sink_unavailable', `${what} kept answering ${fault.status}/${fault.substatus}`, { hint });
}
