import type { Change, Sink } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import type { BatchingOptions } from './batching.ts';
import { conditionally, judgeAgain } from './conditional.ts';
import { cosmosSink } from './cosmos.ts';
import { ifNewer, type Newness } from './if-newer.ts';
import { lookedInto } from './looked-into.ts';
import { merging } from './merging.ts';
import { type Refusal, Refused } from './refused.ts';
import { storedIn } from './stored.ts';
import { type Strategy, type StrategyName, strategyOf } from './strategies.ts';
import { successive } from './successive.ts';

export interface StrategicOptions extends BatchingOptions {
  readonly write: StrategyName;
  /** Not to write over anything newer; for upserts. */
  readonly newness?: Newness | undefined;
}

/** A sink into a container that writes by a strategy. */
export function strategicSink(connection: Connection, facts: ContainerFacts, options: StrategicOptions): Sink {
  const stored = storedIn(connection, facts, options);
  if (options.newness) {
    const sink = cosmosSink(connection, facts, { ...options, phrase: conditionally });
    return ifNewer(lookedInto(sink, stored, judgeAgain), { ...options.newness, stored });
  }
  if (options.write === 'merge') {
    const sink = cosmosSink(connection, facts, { ...options, phrase: conditionally });
    return successive(merging(lookedInto(sink, stored, judgeAgain), { stored, partitionKey: facts.partitionKey }));
  }
  const strategy = strategyOf(options.write, facts.partitionKey);
  const { phrase, verdict, isStepwise } = strategy;
  let sink = cosmosSink(connection, facts, { ...options, phrase });
  if (verdict) sink = lookedInto(sink, stored, verdict);
  if (strategy.objection) sink = objecting(sink, strategy);
  return isStepwise ? successive(sink) : sink;
}

/** The same sink, without the changes that its strategy will not send. */
function objecting(sink: Sink, strategy: Strategy): Sink {
  return {
    ...sink,
    async write(changes, range) {
      const refusals: Refusal[] = [];
      const sound: Change[] = [];
      for (const change of changes) {
        const reason = strategy.objection?.(change);
        if (reason === undefined) sound.push(change);
        else if (reason !== 'skip') refusals.push({ change, reason });
      }
      if (refusals.length > 0) throw new Refused(refusals, sound);
      return sound.length === 0 ? undefined : sink.write(sound, range);
    },
  };
}
