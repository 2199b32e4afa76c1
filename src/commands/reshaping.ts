import { forgetful } from '../checkpoint/forgetful.ts';
import type { Source } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { run } from '../pipeline/run.ts';
import { keyBy, type PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { ReshapedChange, reshaped } from '../sources/reshaped.ts';
import { type ShapeOptions, shapeOf } from '../sources/shape.ts';
import { identityOf, readBy, shapePaths, staysUnique } from '../sources/shape-proof.ts';
import { Taken } from '../sources/taken.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import { assertKnownFirst } from './first-documents.ts';
import { assertPartitioned } from './target-key.ts';

export interface ReshapingOptions {
  readonly idFrom: string | undefined;
  readonly partitionKeyFrom: readonly string[];
  readonly targetPartitionKey: readonly string[] | undefined;
}

/** How documents get other ids and keys on their way. */
export interface Reshaping {
  /** A job with other documents is another job. */
  readonly mode: string;
  /** The key of a target that is created. */
  keyOf(source: PartitionKeyDefinition): PartitionKeyDefinition;
  /**
   * Throws a FlowError when the rules make no sense for a target that is created, or when a key that was given is in none
   * of the first documents of `all` there is.
   */
  assertCreates(all: Source, source: ContainerFacts, signal: AbortSignal): Promise<void>;
  /** Between these containers. Throws a FlowError when the rules make no sense there. */
  between(source: ContainerFacts, target: ContainerFacts): Reshaped;
}

export interface Reshaped {
  over(source: Source): Source;
  /**
   * Makes sure that no two documents become one: by the rules alone, where they say so, else by reading `all` there is.
   * Throws a FlowError that names two which would.
   */
  assertApart(all: Source, context: Context): Promise<void>;
}

export interface ReshapedJob {
  readonly deletes: string;
  readonly follow: boolean;
  readonly transform: string | undefined;
}

/** What the flags ask for, if they ask for any of it. */
export function reshaping(options: ReshapingOptions & ReshapedJob): Reshaping | undefined {
  const { idFrom, partitionKeyFrom, targetPartitionKey } = options;
  if (idFrom === undefined && partitionKeyFrom.length === 0 && targetPartitionKey === undefined) return undefined;
  refuseOthers(options);
  return {
    mode: [
      idFrom && `ids from ${idFrom}`,
      partitionKeyFrom.length > 0 && `keys from ${partitionKeyFrom.join(' ')}`,
      targetPartitionKey && `partitioned by ${targetPartitionKey.join()}`,
    ]
      .filter(Boolean)
      .join(', '),
    keyOf: (source) => targetKey(options, source),
    async assertCreates(all, { partitionKey }, signal) {
      const key = targetKey(options, partitionKey);
      const made = between(options, partitionKey, key).over(all);
      if (targetPartitionKey) await assertKnownFirst(made, key, signal);
    },
    between: (source, target) => between(options, source.partitionKey, target.partitionKey),
  };
}

function refuseOthers({ transform, deletes, idFrom }: ReshapingOptions & ReshapedJob): void {
  const refuse = (what: string, hint: string): never => {
    throw new FlowError('usage', what, { hint });
  };
  if (transform !== undefined)
    refuse('--transform makes documents with ids and keys of its own', 'leave out the rules for ids and keys');
  if (deletes !== 'none' && deletes !== 'feed')
    refuse(`--deletes=${deletes} finds documents by keys that both containers have`, 'leave out --deletes');
  if (idFrom?.includes('{#}')) refuse('documents of a container have no number, "{#}"', 'use values: {/path}');
}

function targetKey(
  { targetPartitionKey: paths, partitionKeyFrom }: ReshapingOptions,
  source: PartitionKeyDefinition,
): PartitionKeyDefinition {
  if (paths) return keyBy(paths);
  if (partitionKeyFrom.length === 0) return source;
  throw new FlowError('usage', 'nobody says where the target has the keys that --partition-key-from makes', {
    hint: 'say it: --target-partition-key /pk',
  });
}

function between(
  options: ReshapingOptions & ReshapedJob,
  source: PartitionKeyDefinition,
  target: PartitionKeyDefinition,
): Reshaped {
  const wanted = options.targetPartitionKey ?? (options.partitionKeyFrom.length > 0 ? target : source).paths;
  assertPartitioned(target, wanted);
  const rules: ShapeOptions = { ...options, partitionKey: target };
  const shape = shapeOf(rules);
  const paths = shapePaths(rules);
  const others = readBy(paths).filter((path) => !identityOf(source).includes(path));
  if (options.deletes !== 'none' && others.length > 0) throw noDeletes(others);
  return {
    over: (all) => reshaped(all, shape, target),
    async assertApart(all, { signal, talk }) {
      if (others.length > 0)
        talk.note(`when a document's ${others.map(plain).join(' or ')} changes, its former version stays`);
      if (staysUnique(paths, source)) return;
      const taken = new Taken();
      try {
        await talk.waiting('reading the source once, to see that no two documents become one', () =>
          run(reshaped(all, shape, target), sinkInto(taken), forgetful(), { window: 2, signal }),
        );
        signal.throwIfAborted();
        taken.assertApart();
        talk.note(
          `no two of ${taken.documents.toLocaleString('en-US')} documents become one; later ones are not known`,
        );
      } finally {
        taken.close();
      }
    },
  };
}

/** As people write it. */
function plain(path: string): string {
  return path.replace(/"(\w+)"/g, '$1');
}

function sinkInto(taken: Taken) {
  return {
    async write(changes: readonly object[]): Promise<void> {
      taken.add(changes.filter((change) => change instanceof ReshapedChange));
    },
    close: async (): Promise<void> => {},
  };
}

function noDeletes(others: readonly string[]): FlowError {
  return new FlowError(
    'usage',
    `a deletion does not tell ${others.map(plain).join(' or ')}, and the new key is made of it`,
    {
      hint: 'leave out --deletes, or make ids and keys of the id and the partition key alone',
    },
  );
}
