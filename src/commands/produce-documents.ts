import { readFileSync } from 'node:fs';
import type { Source } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { keyOfDocument } from '../protocol/partition-key.ts';
import { generator } from '../sources/generator.ts';
import { type RecordOptions, recordMaker } from '../sources/records.ts';
import { parseTemplate } from '../sources/template.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import { type FillOptions, fillContainer } from './fill-container.ts';

export interface ProduceOptions extends FillOptions {
  readonly count: number | undefined;
  readonly duration: number | undefined;
  readonly rate: number | undefined;
  readonly seed: number;
  readonly offset: number;
  readonly payloadSize: number;
  readonly keys: number;
  readonly keySkew: number | undefined;
  readonly updateRatio: number;
  readonly deleteRatio: number;
  readonly poisonRatio: number;
  readonly ttl: number | undefined;
  readonly template: string | undefined;
}

/** Writes records of a seed into a container; resolves when all are durable or it is told to stop. */
export async function produceDocuments(target: string, options: ProduceOptions, context: Context): Promise<void> {
  const make = recordMaker(recordOptionsOf(options));
  const { count, duration, offset, rate, seed } = options;
  const end = offset + (count ?? (duration === undefined ? COUNT : Number.POSITIVE_INFINITY));
  const job = {
    source: `records of seed ${seed}${options.template === undefined ? '' : ` by ${options.template}`}`,
    mode: modeOf(options),
    expected: Number.isFinite(end) ? end - offset : undefined,
    partitionKeyPath: '/customerId',
    open(facts: Pick<ContainerFacts, 'partitionKey'>, pageItemsMax: number): Source {
      if (options.template === undefined) assertFits(facts, make(0).text);
      const recordBytes = Math.max(options.payloadSize, TYPICAL_BYTES);
      const { partitionKey } = facts;
      return generator({ end, offset, rate, durationMs: duration, recordBytes, pageItemsMax, partitionKey, make });
    },
    onStopped: (resumeAt: string) => context.talk.note(`the rest begins at --offset ${resumeAt}`),
  };
  await fillContainer(target, job, options, context);
}

/** Records that are made in another way are another job. */
function modeOf(options: ProduceOptions): string {
  const { payloadSize, keys, keySkew, updateRatio, deleteRatio, poisonRatio, ttl, offset } = options;
  return `records ${JSON.stringify({ payloadSize, keys, keySkew, updateRatio, deleteRatio, poisonRatio, ttl, offset })}`;
}

/** How many, when nobody says. */
const COUNT = 1000;
const TYPICAL_BYTES = 500;

function recordOptionsOf(options: ProduceOptions): RecordOptions {
  const mix = { updates: options.updateRatio, deletes: options.deleteRatio, poison: options.poisonRatio };
  if (mix.updates + mix.deletes + mix.poison > 1) {
    throw new FlowError('usage', '--update-ratio, --delete-ratio and --poison-ratio are more than 1 together', {
      hint: 'what they leave of 1 are new documents',
    });
  }
  const { seed, payloadSize: payloadBytes, keys, keySkew, ttl } = options;
  const template = options.template === undefined ? undefined : parseTemplate(read(options.template), options.template);
  return { seed, mix, payloadBytes, keys, keySkew, ttl, template };
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new FlowError('usage', `cannot read the template "${file}": ${(error as Error).message}`, {
      hint: 'name a JSON file such as {"id":"{{uuid}}","customerId":"customer-{{key}}","amount":"{{decimal 1 500 2}}"}',
      cause: error,
    });
  }
}

/** Orders without a value at the partition key would all land in one place, where nobody looks for them. */
function assertFits({ partitionKey }: Pick<ContainerFacts, 'partitionKey'>, order: string): void {
  const document = JSON.parse(order) as object;
  const key = keyOfDocument(document, partitionKey);
  if (key.every((component) => component !== undefined)) return;
  throw new FlowError(
    'partition_key_mismatch',
    `orders have no "${partitionKey.paths.join(', ')}", the partition key of the target`,
    {
      hint: `name a target that does not exist yet: it is created with the partition key /customerId when not told otherwise; orders have ${Object.keys(document).join(', ')}`,
    },
  );
}
