import type { Command } from '../commands/command.ts';

/** What follows the flags in a command's help: examples and exit codes. */
export function helpAfter({ examples, exits }: Command): string {
  const example = examples.map(([comment, line]) => `  # ${comment}\n  ${line}`).join('\n');
  const exit = exits.map(([status, when]) => `  ${String(status).padStart(3)}  ${when}`).join('\n');
  return `${VARIABLES}\n\nExamples:\n${example}\n\nExit codes:\n${exit}`;
}

const VARIABLES =
  '\nA flag can be set in the environment: --max-item-count as COSMOSFLOW_MAX_ITEM_COUNT. There it may\n' +
  'have no effect; on the command line such a flag is refused.';
