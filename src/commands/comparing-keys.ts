import { setTimeout as sleep } from 'node:timers/promises';
import type { PatienceOptions } from '../support/patience.ts';
import type { Tally } from '../support/tally.ts';
import type { Side } from '../verify/findings.ts';
import type { Context } from './command.ts';
import type { End } from './end.ts';
import { keyDiff } from './key-diff.ts';

export interface ComparingOptions {
  readonly tally: Tally;
  readonly patience: PatienceOptions;
  readonly follow: boolean;
  readonly deletesEvery: number;
}

/**
 * Runs a copy, and deletes in its target what is gone from its source: once at the end; with `follow` once it has caught
 * up, and then again and again beside it. Whichever fails stops the other.
 */
export async function comparingKeys(
  ends: Readonly<Record<Side, End>>,
  work: (context: Context) => Promise<void>,
  { tally, patience, follow, deletesEvery }: ComparingOptions,
  context: Context,
): Promise<void> {
  const over = new AbortController();
  const signal = AbortSignal.any([context.signal, over.signal]);
  const diff = keyDiff(ends, { ...patience, signal });
  const once = async (): Promise<void> => {
    const removed = await diff();
    if (!signal.aborted) context.talk.note(`compared keys: ${removed.toLocaleString('en-US')} deleted in the target`);
  };
  if (!follow) {
    await work(context);
    if (!signal.aborted) await once();
    return;
  }
  const caughtUp = untilCaughtUp(tally, signal);
  const again = async (): Promise<void> => {
    await caughtUp;
    while (!signal.aborted) {
      await once();
      await sleep(deletesEvery, undefined, { signal });
    }
  };
  const failures: unknown[] = [];
  const fail = (error: unknown): void => {
    failures.push(error);
    over.abort();
  };
  await Promise.all([
    work({ ...context, signal })
      .catch(fail)
      .finally(() => over.abort()),
    // What a stop cuts off says so.
    again().catch((error: unknown) => signal.aborted || fail(error)),
  ]);
  if (failures.length > 0) throw failures[0];
}

function untilCaughtUp(tally: Tally, signal: AbortSignal): Promise<void> {
  const said = tally.onCaughtUp;
  return new Promise((resolve) => {
    tally.onCaughtUp = () => {
      said();
      resolve();
    };
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
