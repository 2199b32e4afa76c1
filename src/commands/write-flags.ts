import { STRATEGY_NAMES, type StrategyName } from '../sinks/strategies.ts';
import { FlowError } from '../support/error.ts';
import type { Flag } from './command.ts';

export const write: Flag<StrategyName> = {
  spelling: '--write <strategy>',
  summary: `what becomes of documents: ${STRATEGY_NAMES.join(', ')}`,
  parse: parseStrategy,
  fallback: 'upsert',
};

/** Refuses what makes no sense where documents come from another container. */
export function assertCopies({ write: strategy }: { readonly write: StrategyName }): void {
  if (!strategy.endsWith('-if-match')) return;
  throw new FlowError(
    'usage',
    `--write ${strategy} compares with the _etag of the source, which the target never has`,
    {
      hint: 'it is for documents that were exported from the target and changed: cosmosflow produce --input FILE',
    },
  );
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
]);
