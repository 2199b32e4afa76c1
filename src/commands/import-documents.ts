import type { ContainerFacts } from '../cosmos/container.ts';
import { memberIn, withMember } from '../formats/member.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { elements } from '../sources/import/elements.ts';
import { formatOf } from '../sources/import/extension.ts';
import { importing } from '../sources/import/import.ts';
import { fileInput, type Input, streamInput } from '../sources/import/input.ts';
import { lines } from '../sources/import/lines.ts';
import { linesOrElements } from '../sources/import/lines-or-elements.ts';
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
  /** As each flag has them. */
  readonly types: readonly (readonly (readonly [column: string, type: CellType])[])[];
  readonly rename: readonly (readonly (readonly [column: string, name: string])[])[];
  readonly idFrom: string | undefined;
  readonly partitionKeyFrom: readonly string[];
}

/** Writes the documents of a file into a container; resolves when all are durable or it is told to stop. */
export async function importDocuments(target: string, options: ImportOptions, context: Context): Promise<void> {
  assertImports(options);
  const input = await open(options, context);
  const split = splitterOf(options, input);
  const older = countingOlder(options, context, IMPORT);
  const job = {
    source: `import of ${input.name}`,
    mode: modeOf(options),
    expected: undefined,
    partitionKeyPath: '/id',
    newness: older.newness,
    open: ({ partitionKey }: Pick<ContainerFacts, 'partitionKey'>, pageItemsMax: number) =>
      importing({ input, split, partitionKey, pageItemsMax, shape: shaping(options, partitionKey) }),
    onStopped: () =>
      context.talk.note(
        input.isLive
          ? 'what was written is imported; all else that came is lost, even if it was read'
          : 'the same command begins again; with --checkpoint FILE it goes on',
      ),
  };
  try {
    await fillContainer(target, job, options, context);
  } finally {
    older.report();
  }
}

/** The same file read in another way is another job. */
function modeOf({ format, types, rename, idFrom, partitionKeyFrom, keepTs }: ImportOptions): string {
  const table = { types: types.flat(), rename: rename.flat() };
  return `import ${JSON.stringify({ format, ...table, idFrom, partitionKeyFrom, keepTs })}`;
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

async function open({ input: name, checkpoint }: ImportOptions, { stdin }: Context): Promise<Input> {
  const input = name === '-' ? streamInput(stdin()) : await fileInput(name);
  if (checkpoint === undefined || !input.isLive) return input;
  throw new FlowError(
    'usage',
    `${name === '-' ? input.name : `"${name}"`} cannot be read again where a checkpoint says`,
    {
      hint: 'write it to a file first, or leave out --checkpoint',
    },
  );
}

function splitterOf({ format, types, rename }: ImportOptions, input: Input): Splitter {
  switch (format ?? formatOf(input.name)) {
    case 'csv':
      return table({ types: new Map(types.flat()), renamed: new Map(rename.flat()) });
    case 'json':
      return elements;
    case 'ndjson':
      return lines;
    default:
      return linesOrElements;
  }
}
