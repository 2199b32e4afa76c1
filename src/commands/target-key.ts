import { type ContainerFacts, isSameKey } from '../cosmos/container.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';

/** Refuses a target that is there and has another partition key than is wanted. */
export function assertPartitioned(target: PartitionKeyDefinition, wanted: readonly string[]): void {
  if (isSameKey({ paths: wanted }, target)) return;
  const { paths } = target;
  throw new FlowError(
    'partition_key_mismatch',
    `the target is partitioned by "${paths.join(', ')}", not by "${wanted.join(', ')}"`,
    { hint: `say so with --target-partition-key ${paths.join()}, or name another target` },
  );
}

export function keyMismatch(source: ContainerFacts, target: ContainerFacts): FlowError {
  const [wanted, found] = [source.partitionKey.paths.join(', '), target.partitionKey.paths.join(', ')];
  return new FlowError('partition_key_mismatch', `the target is partitioned by "${found}", the source by "${wanted}"`, {
    hint: 'name a target that does not exist yet, or see --target-partition-key and --partition-key-from',
  });
}
