import type { ContainerFacts } from '../cosmos/container.ts';
import { elements } from '../sources/import/elements.ts';
import { formatOf } from '../sources/import/extension.ts';
import { importing } from '../sources/import/import.ts';
import { fileInput, type Input, streamInput } from '../sources/import/input.ts';
import { lines } from '../sources/import/lines.ts';
import type { Splitter } from '../sources/import/records.ts';
import { type CellType, table } from '../sources/import/table.ts';
import { shapeOf } from '../sources/shape.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import { type FillOptions, fillContainer } from './fill-container.ts';

export interface ImportOptions extends FillOptions {
  readonly input: string;
  readonly format: string | undefined;
  readonly types: readonly (readonly [column: string, type: CellType])[];
  readonly rename: readonly (readonly [column: string, name: string])[];
  readonly idFrom: string | undefined;
  readonly partitionKeyFrom: readonly string[];
}

/** Writes the documents of a file into a container; resolves when all are durable or it is told to stop. */
export async function importDocuments(target: string, options: ImportOptions, context: Context): Promise<void> {
  const input = await open(options, context);
  const split = await splitterOf(options, input);
  const job = {
    source: `import of ${input.name}`,
    mode: modeOf(options),
    sourceRid: input.digest ?? '',
    expected: undefined,
    partitionKeyPath: '/id',
    open: ({ partitionKey }: Pick<ContainerFacts, 'partitionKey'>, pageItemsMax: number) =>
      importing({ input, split, partitionKey, pageItemsMax, shape: shapeOf({ ...options, partitionKey }) }),
    onStopped: () => context.talk.note('the same command begins again; with --checkpoint FILE it goes on'),
  };
  await fillContainer(target, job, options, context);
}

/** The same file read in another way is another job. */
function modeOf({ format, types, rename, idFrom, partitionKeyFrom }: ImportOptions): string {
  return `import ${JSON.stringify({ format, types, rename, idFrom, partitionKeyFrom })}`;
}

async function open({ input, checkpoint }: ImportOptions, { stdin }: Context): Promise<Input> {
  if (input !== '-') return fileInput(input);
  if (checkpoint === undefined) return streamInput(stdin);
  throw new FlowError('usage', 'standard input cannot be read again where a checkpoint says', {
    hint: 'write it to a file first, or leave out --checkpoint',
  });
}

async function splitterOf({ format, types, rename }: ImportOptions, input: Input): Promise<Splitter> {
  const kind = format ?? formatOf(input.name) ?? 'ndjson';
  if (kind === 'csv') return table({ types: new Map(types), renamed: new Map(rename) });
  return kind === 'json' ? elements : lines;
}
