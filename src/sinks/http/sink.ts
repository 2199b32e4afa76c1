import pLimit from 'p-limit';
import type { Change, Sink } from '../../contract.ts';
import { FlowError } from '../../support/error.ts';
import { FOR_GOOD, Undelivered } from '../undelivered.ts';
import { Batches, type BatchLimits } from './batches.ts';
import { type BodyOptions, bodyOf } from './body.ts';
import type { Circuit } from './circuit.ts';
import { batchId, changeId, type Origin } from './message-id.ts';
import { mayFitInParts, type Outcome } from './outcome.ts';
import type { Message, Receiver } from './receiver.ts';
import { DELIVERED, inOrder, type Result, raise } from './result.ts';

export interface HttpSinkOptions {
  /** Whose answers they are, for people. */
  readonly name: string;
  readonly origin: Origin;
  readonly body: BodyOptions;
  readonly batch: BatchLimits;
  /** Requests under way at once, over all writes. */
  readonly concurrency: number;
}

/**
 * Posts changes in batches. Durable when the receiver has answered that it is. Changes of one key are posted one after
 * the other; of a batch that is refused for what is in it, only the changes that are to blame are refused.
 */
export function httpSink(receiver: Receiver, circuit: Circuit, options: HttpSinkOptions): Sink {
  const limit = pLimit(options.concurrency);
  const batches = new Batches(options.batch);
  /** Why the receiver takes nothing any more. */
  let final: FlowError | undefined;

  const post = (batch: readonly Change[]): Promise<Outcome> =>
    limit(async () => {
      if (final) return { kind: 'stop', reason: final };
      const outcome = await circuit.through(() => receiver.post(messageOf(batch, options)));
      if (outcome.kind === 'stop') final ??= outcome.reason;
      return outcome;
    });
  const send = async (batch: readonly Change[]): Promise<Result> => {
    const outcome = await post(batch);
    switch (outcome.kind) {
      case 'delivered':
        return DELIVERED;
      case 'again':
        return { ...DELIVERED, left: batch, retryAfterMs: outcome.retryAfterMs, reason: outcome.reason };
      case 'stop':
        return { ...DELIVERED, left: batch };
      case 'refused':
        if (batch.length > 1 && mayFitInParts(outcome.status)) return inOrder(batches.halve(batch), send);
        return { ...DELIVERED, refusals: batch.map((change) => refusal(change, outcome, options.name)) };
    }
  };

  return {
    async write(changes) {
      const result = await inOrder(batches.of(changes), send);
      if (final) throw new Undelivered(undelivered(result), { retryAfterMs: FOR_GOOD, reason: final });
      raise(result);
    },
    close: () => receiver.close(),
  };
}

function undelivered({ refusals, left }: Result): readonly Change[] {
  return [...refusals.map(({ change }) => change), ...left];
}

function messageOf(batch: readonly Change[], { origin, body }: HttpSinkOptions): Message {
  const ids = batch.map((change) => changeId(origin, change));
  const [only, another] = batch;
  const operation = another || only?.isResult ? undefined : (only?.operation ?? only?.kind);
  return { id: batchId(ids), operation, ...bodyOf(batch, ids, body) };
}

function refusal(
  change: Change,
  { status, why }: Extract<Outcome, { kind: 'refused' }>,
  name: string,
): Result['refusals'][number] {
  const message = `"${name}" answered ${status} to ${subjectOf(change)}${why}`;
  const hint =
    status === 409
      ? 'if that says that it has the document already, add --treat-409-as-duplicate'
      : 'mend the receiver or the document; the same command goes on at its page';
  return { change, status, reason: new FlowError('sink_refused', message, { hint }) };
}

function subjectOf({ key, isResult }: Change): string {
  if (isResult) return 'a result';
  const [id] = JSON.parse(`[${key}]`) as readonly unknown[];
  return `the document with id ${JSON.stringify(id)}`;
}
