import { FlowError } from '../support/error.ts';
import type { LifetimeOptions } from './lifetime.ts';
import type { ReshapingOptions } from './reshaping.ts';
import type { WriteOptions } from './write-flags.ts';

export interface ComparableOptions
  extends LifetimeOptions,
    Pick<ReshapingOptions, 'idFrom' | 'partitionKeyFrom' | 'targetPartitionKey'>,
    WriteOptions {
  readonly follow: boolean;
  readonly where: string | undefined;
  readonly select: string | undefined;
  readonly transform: string | undefined;
}

/** Refuses to compare a copy with its source where it is still on its way, or is to be another. */
export function assertComparable(options: ComparableOptions): void {
  if (options.follow)
    throw new FlowError('usage', '--verify and --follow exclude each other', {
      hint: 'run cosmosflow verify while the copy goes on',
    });
  const other = otherBy(options);
  if (other === undefined) return;
  const isAged = other.startsWith('--if-newer');
  throw new FlowError('usage', `--verify finds what differs from the source, and with ${other} that is meant to`, {
    hint: isAged ? 'compare by a path, as in --if-newer /version, or leave out --verify' : 'leave out --verify',
  });
}

/** The flag by which a target is to have other documents than its source, if one is given. */
export function otherBy(options: ComparableOptions): string | undefined {
  const { write, ifNewer, ttlMode, partitionKeyFrom } = options;
  const given: readonly (readonly [flag: string, isGiven: boolean])[] = [
    ['--where', options.where !== undefined],
    ['--select', options.select !== undefined],
    ['--transform', options.transform !== undefined],
    ['--id-from', options.idFrom !== undefined],
    ['--partition-key-from', partitionKeyFrom.length > 0],
    ['--target-partition-key', options.targetPartitionKey !== undefined],
    ['--keep-ts', options.keepTs !== undefined],
    ['--ttl-mode drop', ttlMode === 'drop'],
    [`--if-newer ${ifNewer?.name}`, ifNewer?.keptAs !== undefined],
    [`--write ${write}`, !EQUALISING.has(write)],
  ];
  return given.find(([, isGiven]) => isGiven)?.[0];
}

/** What they do not refuse is in the target as it is in the source. */
const EQUALISING: ReadonlySet<WriteOptions['write']> = new Set(['upsert', 'insert', 'replace']);

/** The command that compares two containers. */
export function verifying(source: string, target: string): string {
  return `cosmosflow verify ${source} ${target}`;
}
