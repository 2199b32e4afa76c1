import type { Change, Sink } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, hasUniqueKeys } from '../cosmos/container.ts';
import type { Tally } from '../support/tally.ts';
import type { BatchingOptions } from './batching.ts';
import { conditionally, judgeAgain } from './conditional.ts';
import { cosmosSink } from './cosmos.ts';
import { counted } from './counted.ts';
import { ifNewer, type Newness } from './if-newer.ts';
import { lookedInto, unlessGone, type Verdict } from './looked-into.ts';
import { merging } from './merging.ts';
import { type Refusal, Refused } from './refused.ts';
import { storedIn } from './stored.ts';
import { type Strategy, type StrategyName, strategyOf } from './strategies.ts';
import { successive } from './successive.ts';
import { Undelivered } from './undelivered.ts';

export interface StrategicOptions extends BatchingOptions {
  readonly write: StrategyName;
  /** Not to write over anything newer; for upserts. */
  readonly newness?: Newness | undefined;
  /** Told how many changes of a write leave the container as it is, just before that write is over. */
  readonly onUnchanged?: (changes: number) => void;
}

/** The same, counted. */
export function countedStrategic(
  connection: Connection,
  facts: ContainerFacts,
  tally: Tally,
  options: Omit<StrategicOptions, 'onUnchanged'>,
): Sink {
  return counted(strategicSink(connection, facts, { ...options, onUnchanged: (n) => tally.passed(n) }), tally);
}

/** A sink into a container that writes by a strategy. */
export function strategicSink(connection: Connection, facts: ContainerFacts, options: StrategicOptions): Sink {
  const stored = storedIn(connection, facts, options);
  const { onUnchanged = () => {} } = options;
  const judged = (sink: Sink, verdict: Verdict): Sink =>
    lookedInto(sink, stored, hasUniqueKeys(facts) ? verdict : unlessGone(verdict), onUnchanged);
  if (options.newness) {
    const sink = cosmosSink(connection, facts, { ...options, phrase: conditionally });
    return ifNewer(judged(sink, judgeAgain), { ...options.newness, stored, onUnchanged });
  }
  if (options.write === 'merge') {
    const sink = cosmosSink(connection, facts, { ...options, phrase: conditionally });
    return successive(merging(judged(sink, judgeAgain), { stored, partitionKey: facts.partitionKey }));
  }
  const strategy = strategyOf(options.write, facts.partitionKey);
  const { phrase, verdict, isStepwise } = strategy;
  let sink = cosmosSink(connection, facts, { ...options, phrase });
  if (verdict) sink = judged(sink, verdict);
  if (strategy.objection) sink = objecting(sink, strategy, onUnchanged);
  return isStepwise ? successive(sink) : sink;
}

/** The same sink, without the changes that its strategy will not send. */
function objecting(sink: Sink, strategy: Strategy, onUnchanged: (changes: number) => void): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const refusals: Refusal[] = [];
      const sound: Change[] = [];
      let skipped = 0;
      for (const change of changes) {
        const reason = strategy.objection?.(change);
        if (reason === undefined) sound.push(change);
        else if (reason === 'skip') skipped++;
        else refusals.push({ change, reason });
      }
      if (refusals.length === 0 && skipped === 0) return sink.write(sound, range);
      const written = refusals.length > 0 ? Promise.reject(new Refused(refusals, sound)) : sink.write(sound, range);
      const notes = await written.catch((error: unknown) => {
        if (error instanceof Refused || error instanceof Undelivered) onUnchanged(skipped);
        throw error;
      });
      onUnchanged(skipped);
      return notes;
    },
  };
}
