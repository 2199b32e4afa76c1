import { type Age, ageOf } from '../sinks/age.ts';
import { STRATEGY_NAMES, type StrategyName } from '../sinks/strategies.ts';
import { FlowError } from '../support/error.ts';
import type { Flag } from './command.ts';
import { parsed } from './flags.ts';

export const write: Flag<StrategyName> = {
  spelling: '--write <strategy>',
  summary: `what becomes of documents: ${STRATEGY_NAMES.join(', ')}`,
  parse: parseStrategy,
  fallback: 'upsert',
};

export const ifNewer = parsed(
  '--if-newer <what>',
  'never write over what is newer, by _ts, _lsn, or the value at a path such as /version',
  parseAge,
);

export interface WriteOptions {
  readonly write: StrategyName;
  readonly ifNewer: Age | undefined;
}

/** Refuses what makes no sense where documents come from another container. */
export function assertCopies({ write: strategy, ifNewer: age, deletes }: CopyWriteOptions): void {
  assertUpserts({ write: strategy, ifNewer: age });
  if (age && !age.keptAs && deletes !== 'none')
    throw new FlowError('usage', `--if-newer ${age.name} cannot compare deletes, which have no value there`, {
      hint: 'use --if-newer _ts, or leave out --deletes',
    });
  if (age && deletes === 'diff')
    throw new FlowError('usage', '--deletes=diff deletes whatever the source lacks, and excludes --if-newer', {
      hint: 'use --deletes=feed, which tells when it was deleted',
    });
  if (!strategy.endsWith('-if-match')) return;
  throw new FlowError(
    'usage',
    `--write ${strategy} compares with the _etag of the source, which the target never has`,
    {
      hint: 'it is for documents that were exported from the target and changed: cosmosflow produce --input FILE',
    },
  );
}

/** Refuses to compare with what is there, and then not to write over it. */
export function assertUpserts({
  write: strategy = 'upsert',
  ifNewer: age,
}: { readonly [Name in keyof WriteOptions]: WriteOptions[Name] | undefined }): void {
  if (!age || strategy === 'upsert') return;
  throw new FlowError('usage', `--if-newer and --write ${strategy} exclude each other`, { hint: 'give one of them' });
}

/** Refuses what makes no sense where documents come from a file. */
export function assertImports(options: WriteOptions): void {
  assertUpserts(options);
  if (options.ifNewer?.name !== '_lsn') return;
  throw new FlowError(
    'usage',
    '--if-newer _lsn compares numbers of commits, which the documents of a file do not tell',
    {
      hint: 'compare by _ts, or by a path, as in --if-newer /version',
    },
  );
}

interface CopyWriteOptions extends WriteOptions {
  readonly deletes: string;
}

function parseAge(text: string): Age {
  if (text === '_ts' || text === '_lsn' || /^(\/[^/]+)+$/.test(text)) return ageOf(text);
  throw new FlowError('usage', `"${text}" is nothing to compare by`, {
    hint: 'give _ts, _lsn, or a path that begins with a slash, as in --if-newer /version',
  });
}

function parseStrategy(text: string): StrategyName {
  const name = text.toLowerCase();
  const found = STRATEGY_NAMES.find((candidate) => candidate === name) ?? OF_SPARK.get(name);
  if (found) return found;
  throw new FlowError('usage', `"${text}" is not a way to write`, { hint: `give one of ${STRATEGY_NAMES.join(', ')}` });
}

/** What the Spark connector calls them. */
const OF_SPARK: ReadonlyMap<string, StrategyName> = new Map([
  ['itemoverwrite', 'upsert'],
  ['itemappend', 'insert-ignore'],
  ['itemoverwriteifnotmodified', 'upsert-if-match'],
  ['itemdelete', 'delete'],
  ['itemdeleteifnotmodified', 'delete-if-match'],
  ['itempatch', 'patch'],
  ['itempatchifexists', 'patch-if-exists'],
  ['itembulkupdate', 'merge'],
]);
