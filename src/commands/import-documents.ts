import type { ContainerFacts } from '../cosmos/container.ts';
import { memberIn, withMember } from '../formats/member.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
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
import { ownName } from './lifetime.ts';
import { countingOlder, IMPORT, type OlderOptions } from './older.ts';
import { assertImports } from './write-flags.ts';

export interface ImportOptions extends FillOptions, OlderOptions {
  readonly input: string;
  readonly format: string | undefined;
  readonly types: readonly (readonly [column: string, type: CellType])[];
  readonly rename: readonly (readonly [column: string, name: string])[];
  readonly idFrom: string | undefined;
  readonly partitionKeyFrom: readonly string[];
}

/** Writes the documents of a file into a container; resolves when all are durable or it is told to stop. */
export async function importDocuments(target: string, options: ImportOptions, context: Context): Promise<void> {
  assertImports(options);
  const input = await open(options, context);
  const split = await splitterOf(options, input);
  const older = countingOlder(options, context, IMPORT);
  const job = {
    source: `import of ${input.name}`,
    mode: modeOf(options),
    sourceRid: input.digest ?? '',
    expected: undefined,
    partitionKeyPath: '/id',
    newness: older.newness,
    open: ({ partitionKey }: Pick<ContainerFacts, 'partitionKey'>, pageItemsMax: number) =>
      importing({ input, split, partitionKey, pageItemsMax, shape: shaping(options, partitionKey) }),
    onStopped: () => context.talk.note('the same command begins again; with --checkpoint FILE it goes on'),
  };
  try {
    await fillContainer(target, job, options, context);
  } finally {
    older.report();
  }
}

/** The same file read in another way is another job. */
function modeOf({ format, types, rename, idFrom, partitionKeyFrom, keepTs }: ImportOptions): string {
  return `import ${JSON.stringify({ format, types, rename, idFrom, partitionKeyFrom, keepTs })}`;
}

/** What is made of the documents of a file. */
function shaping(options: ImportOptions, partitionKey: PartitionKeyDefinition): ReturnType<typeof shapeOf> {
  const shape = shapeOf({ ...options, partitionKey });
  if (options.keepTs === undefined) return shape;
  const name = ownName(options.keepTs, { partitionKey });
  return (document, record) => {
    const shaped = shape(document, record);
    const time = memberIn(shaped, '_ts');
    return time === undefined ? shaped : withMember(shaped, name, time);
  };
}

async function open({ input, checkpoint }: ImportOptions, { stdin }: Context): Promise<Input> {
  if (input !== '-') return fileInput(input);
  if (checkpoint === undefined) return streamInput(stdin());
  throw new FlowError('usage', 'standard input cannot be read again where a checkpoint says', {
    hint: 'write it to a file first, or leave out --checkpoint',
  });
}

async function splitterOf({ format, types, rename }: ImportOptions, input: Input): Promise<Splitter> {
  const kind = format ?? formatOf(input.name) ?? 'ndjson';
  if (kind === 'csv') return table({ types: new Map(types), renamed: new Map(rename) });
  return kind === 'json' ? elements : lines;
}
