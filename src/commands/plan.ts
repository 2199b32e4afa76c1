import { glanceAt } from '../checkpoint/glance.ts';
import type { Job } from '../checkpoint/job.ts';
import type { CheckpointOptions } from '../checkpoint/sqlite.ts';
import type { Position, Source } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { formatDuration } from '../support/duration.ts';
import { escapeControls } from '../support/escape.ts';
import type { Meter } from '../support/meter.ts';
import type { Context } from './command.ts';
import { positionWords } from './position-words.ts';
import { print } from './print.ts';
import { type Sample, sampleOf } from './sample.ts';

export interface PlanOptions extends CheckpointOptions {
  readonly dryRun?: boolean;
  readonly logFormat?: 'text' | 'json';
}

/** A run that is not to take place. */
export interface Planned {
  readonly job: Job;
  /** The checkpoint, where there would be one. */
  readonly file: string | undefined;
  /** Of the container that is read. */
  readonly facts: ContainerFacts;
  readonly source: Source;
  /** What would be handed on of it. */
  readonly between: (source: Source) => Source;
  readonly meter: Meter;
  /** Where ranges begin that have no position yet. */
  readonly begins: string;
  /** Whether there may be fewer results than documents. */
  readonly isSelective?: boolean;
  /** What would become of the destination. */
  readonly target: string;
  /** In what settings a container that is written to differs from the source. */
  readonly differences?: readonly string[];
  /** Set where documents are written to a container: what it can be given in a second, where that is known. */
  readonly writing?: { readonly unitsPerSecond: number | undefined };
}

/** Prints what a run would do, after reading a page or so of each range; nothing is made, written or moved. */
export async function printPlan(planned: Planned, options: PlanOptions, context: Context): Promise<void> {
  const { file, job, facts, source, between, meter, begins, target, isSelective = false } = planned;
  const { differences = [], writing } = planned;
  const stored = file === undefined ? [] : glanceAt(file, job, options);
  const positions = stored.length > 0 ? stored : await source.starts();
  const sample = await sampleOf(source, positions, { between, meter, signal: context.signal });
  const isWhole = stored.length === 0 && begins === 'beginning';
  const documents = (isWhole ? facts.documentCount : undefined) ?? sample.documents;
  const plan = {
    source: job.source,
    mode: job.mode,
    target,
    checkpoint: file === undefined ? 'none' : `${file}${stored.length > 0 ? ', goes on' : ', new'}`,
    ranges: positions.map(({ range, resumeAt }) => ({
      range,
      from: stored.length > 0 && resumeAt !== undefined ? resumeAt : begins,
    })),
    documents,
    isBound: isWhole && isSelective,
    differences,
    ...estimateOf(sample, documents, positions),
    ...(writing && writingOf(sample, documents, writing.unitsPerSecond)),
  };
  const lines = options.logFormat === 'json' ? `${JSON.stringify({ plan })}\n` : linesOf(plan);
  await print(context.stdout, lines);
}

interface Estimate {
  /** Of those that are read. */
  readonly handedOn: number;
  readonly requestUnits: number;
  readonly elapsedMs: number;
  readonly sampled: number;
}

interface WritingEstimate {
  readonly writeUnits: number;
  /** At the throughput that the target has. */
  readonly writeMs?: number;
}

interface Plan extends Estimate, Partial<WritingEstimate> {
  readonly source: string;
  readonly mode: string;
  readonly target: string;
  readonly differences: readonly string[];
  readonly checkpoint: string;
  readonly ranges: readonly { readonly range: Position['range']; readonly from: string }[];
  readonly documents: number;
  /** Whether there may be fewer. */
  readonly isBound: boolean;
}

/** Ranges are read side by side; a sample of nothing costs nothing. */
function estimateOf(sample: Sample, documents: number, positions: readonly Position[]): Estimate {
  const per = (total: number): number => (sample.read === 0 ? 0 : (total / sample.read) * documents);
  return {
    handedOn: Math.round(per(sample.handedOn)),
    requestUnits: Math.ceil(per(sample.requestCharge)),
    elapsedMs: Math.ceil(per(sample.elapsedMs) / Math.max(1, Math.min(positions.length, PARALLEL_MAX))),
    sampled: sample.read,
  };
}

/** As documents are charged that are not there yet, with few indexed paths. */
function writingOf(sample: Sample, documents: number, unitsPerSecond: number | undefined): WritingEstimate {
  const kilobytes = Math.max(1, sample.bytes / Math.max(1, sample.handedOn) / 1024);
  const written = sample.read === 0 ? 0 : (sample.handedOn / sample.read) * documents;
  const writeUnits = Math.ceil(written * (DOCUMENT_UNITS + kilobytes * KILOBYTE_UNITS));
  if (unitsPerSecond === undefined) return { writeUnits };
  return { writeUnits, writeMs: Math.ceil((writeUnits / unitsPerSecond) * 1000) };
}

const DOCUMENT_UNITS = 5;
const KILOBYTE_UNITS = 1;

const PARALLEL_MAX = 16;

function linesOf({
  source,
  mode,
  target,
  differences,
  checkpoint,
  ranges,
  documents,
  isBound,
  ...estimate
}: Plan): string {
  const { handedOn, requestUnits, elapsedMs, sampled, writeUnits, writeMs } = estimate;
  const cost = `${number(requestUnits)} RU and ${formatDuration(elapsedMs)} to read, by a sample of ${number(sampled)}${writeUnits === undefined ? '; writing is not in it' : ''}`;
  const pace = writeMs === undefined ? '' : `, ${formatDuration(writeMs)} at the throughput of the target`;
  const rows = [
    ['dry run', 'nothing is made, written or moved'],
    ['source', `${source}, ${mode}`],
    ['target', target],
    ...(differences.length > 0 ? [['', `differs from the source in: ${differences.join(', ')}`]] : []),
    ['checkpoint', checkpoint],
    ['documents', `${isBound ? 'at most' : 'about'} ${number(documents)}, ${number(handedOn)} of them handed on`],
    [
      'estimate',
      sampled === 0 ? 'none: there is nothing to read at the moment' : `${isBound ? 'at most' : 'about'} ${cost}`,
    ],
    ...(writeUnits !== undefined && sampled > 0
      ? [['', `about ${number(writeUnits)} RU to write${pace}; more where many paths are indexed`]]
      : []),
    ['ranges', number(ranges.length)],
    ...ranges.map(({ range, from }) => ['', `${range.min || '-'}–${range.max}  from ${positionWords(from)}`]),
  ];
  const text = rows.map(([label = '', value = '']) => `${label.padEnd(12)}${escapeControls(value)}\n`);
  return text.join('');
}

const number = (value: number): string => Math.round(value).toLocaleString('en-US');
