import { randomUUID } from 'node:crypto';
import { forgetful } from '../checkpoint/forgetful.ts';
import type { Job } from '../checkpoint/job.ts';
import { type CheckpointOptions, goesOn, openCheckpoint } from '../checkpoint/sqlite.ts';
import type { Checkpoint, Source } from '../contract.ts';
import { parseAddress } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { counted } from '../sinks/counted.ts';
import { flawless } from '../sinks/flawless.ts';
import { retrying } from '../sinks/retrying.ts';
import { limited } from '../sources/limited.ts';
import { FlowError } from '../support/error.ts';
import { keepYoungGeneration } from '../support/heap.ts';
import { later } from '../support/later.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { scoped } from '../support/scope.ts';
import { Tally } from '../support/tally.ts';
import { Accounts, type AccountsOptions } from './accounts.ts';
import { type BetweenOptions, between as betweenOf } from './between.ts';
import type { TermsOptions } from './budget-flags.ts';
import type { Context } from './command.ts';
import type { Destination } from './destination.ts';
import { openEnd, patientlyRead } from './end.ts';
import { jobCheckpoint, OF_JOB } from './job-checkpoint.ts';
import { patiently } from './patiently.ts';
import { type PlanOptions, printPlan } from './plan.ts';
import { keepQuery } from './receiver-query.ts';
import { openRefusals, type RefusalOptions } from './refusals.ts';
import { setTerms } from './terms.ts';
import { DRAIN_MS, transfer } from './transfer.ts';
import { modeOf, type TransformingOptions, transforming } from './transforming.ts';

export interface ExportOptions
  extends AccountsOptions,
    CheckpointOptions,
    BetweenOptions,
    TransformingOptions,
    RefusalOptions,
    PlanOptions,
    TermsOptions {
  readonly resume: boolean;
  /** `undefined`: where the destination keeps it. */
  readonly checkpoint: string | undefined;
  readonly patience: number;
}

/** A query as the user gave it. */
export interface QueryText {
  readonly text: string;
  readonly parameters: readonly { readonly name: string; readonly value: unknown }[];
}

/** A way to read a container. */
export interface Reader {
  readonly command: 'tail' | 'query-export';
  /** All that makes it another job when it is another. */
  readonly mode: string;
  /** Where it begins when nothing is stored. */
  readonly begins: string;
  /** What it asks for, where it is a query. */
  readonly query?: QueryText;
  /** Whether it has an end: a job that has come there is not done again. */
  readonly ends?: boolean;
  /** What comes to an end, as people would say it: the same command, or the same command with other flags. */
  readonly finishedBy: string;
  /** Whether a job that was stopped starts over, as there are no positions in the middle of it. */
  readonly startsOver?: boolean;
  /** Throws what is wrong with it that the account can tell; called before anything is written. */
  check?(connection: Connection, facts: ContainerFacts): Promise<void>;
  open(connection: Connection, facts: ContainerFacts, tally: Tally): Source;
  /** How many changes to hand on, over all ranges; the last page may be handed on in part. */
  readonly max?: number | undefined;
  /** Wraps what of it is wanted. */
  wrap?(source: Source, facts: ContainerFacts): Source;
  /** Told how many ranges are read, once where each begins is stored. */
  onReady?(ranges: number): void;
}

/** Reads a container into a destination and commits as it goes; resolves at the end, or when it is told to stop. */
export async function exportContainer(
  sourceText: string,
  reader: Reader,
  destination: Destination,
  options: ExportOptions,
  context: Context,
): Promise<void> {
  const from = parseAddress(sourceText);
  if (options.resume && options.restart)
    throw new FlowError('usage', '--resume and --restart exclude each other', { hint: 'give one of them' });
  const work = betweenOf(options);
  const transform = await transforming(options);
  if (reader.max !== undefined && transform?.keepsNotes) {
    throw new FlowError('usage', '--max would cut pages that the state and windows of the transform are made of', {
      hint: `leave out --max, or say how far with ${reader.query ? '--idle-timeout' : '--until-caught-up or --idle-timeout'}`,
    });
  }
  await scoped(async (own) => {
    const accounts = own(new Accounts(context, options));
    const mode = modeOf(work.mode(reader.mode), transform);
    const job = { source: accounts.nameOf(from, 'source'), target: destination.name, mode };
    const kept = options.checkpoint ?? destination.checkpoint;
    const file = kept === OF_JOB ? jobCheckpoint(reader.command, job) : kept;
    if (file !== undefined && !options.dryRun) ofThisJob(destination, () => goesOn(file, job, options));

    const tally = new Tally();
    const refusals = own(await openRefusals(options, job, tally, context.talk, reader.ends ? anew : undefined));
    const patience: PatienceOptions = {
      budgetMs: options.patience,
      signal: context.signal,
      onWait: () => void tally.retries++,
    };
    const end = await context.talk.waiting(`connecting to ${sourceText}`, () =>
      patiently(async () => {
        const opened = await openEnd(accounts, from, 'source', context);
        await setTerms(opened, options, context);
        return opened;
      }, patience),
    );
    const { connection, facts } = end;
    await reader.check?.(connection, facts);
    const rids = { sourceRid: facts.rid, targetRid: '' };
    const openSource = (): Source => patientlyRead(reader.open(connection, facts, tally), end, patience);
    let isCut = false;
    const onCut = (): void => {
      isCut = true;
    };
    const between = (all: Source, over = (source: Source): Source => source): Source => {
      const wanted = over(work.wrap(all, tally));
      const shown = reader.wrap?.(wanted, facts) ?? wanted;
      return reader.max === undefined ? shown : limited(shown, reader.max, onCut);
    };
    const { meter } = connection;
    if (options.dryRun) {
      const { begins } = reader;
      const plan = { job: { ...job, ...rids }, file, facts, between, meter, begins, target: destination.name };
      await printPlan({ ...plan, isSelective: reader.query !== undefined, source: openSource() }, options, context);
      return;
    }
    const checkpoint = own(
      file === undefined
        ? forgetful()
        : await openKept(file, { ...job, ...rids }, { reader, destination, options, context }),
    );
    if (reader.ends && checkpoint.notes().has(FINISHED)) {
      context.talk.note(`all of this was exported on ${checkpoint.notes().get(FINISHED)}; nothing to be done`);
      return;
    }
    const source = openSource();
    if (checkpoint.positions().length > 0) context.talk.note(`going on where "${file}" says`);
    if (checkpoint.notes().has(FINISHED)) checkpoint.note(new Map([[FINISHED, undefined]]));
    const run = runIn(checkpoint);
    const sink = own(
      await destination.open({
        source: job.source,
        facts,
        run,
        notes: checkpoint.notes(),
        tally,
        requestCharge: () => meter.requestCharge,
        about: () => ({
          source: job.source,
          mode: job.mode,
          ...(reader.query && { query: reader.query }),
          positions: checkpoint.positions(),
          complete: !isCut,
        }),
      }),
    );
    // What was read is to be written even after a stop.
    const patient = retrying(counted(sink, tally), { ...patience, signal: later(context.signal, DRAIN_MS) });
    keepYoungGeneration();
    const flow = transform?.over(checkpoint, facts.partitionKey, tally) ?? { checkpoint, over: (all: Source) => all };
    await transfer(
      {
        source,
        sink: refusals.around(flawless(patient), reader.query && run),
        checkpoint: announced(flow.checkpoint, reader),
        tally,
        meters: [meter],
        between: (all) => between(all, flow.over),
        showsProgress: destination.showsProgress,
      },
      context,
    );
    if (reader.query && !isCut && !context.signal.aborted)
      checkpoint.note(new Map([[FINISHED, new Date().toISOString()]]));
    const unfinished = context.signal.aborted ? (destination.unfinished?.() ?? []) : [];
    if (unfinished.length > 0) context.talk.note(notWhole(unfinished, reader.finishedBy));
    refusals.report();
  });
}

function anew(): string {
  return 'what is mended is found by another export';
}

function notWhole([first = '', ...others]: readonly string[], finishedBy: string): string {
  const more = others.length > 0 ? ` and ${others.length} more are` : ' is';
  return `"${first}"${more} not whole yet: ${finishedBy} goes on, and finishes what is there`;
}

/** The same checkpoint; tells the reader when where it begins is stored, or that it is already. */
function announced(checkpoint: Checkpoint, { onReady }: Reader): Checkpoint {
  const stored = checkpoint.positions().length;
  if (stored > 0) onReady?.(stored);
  return {
    ...checkpoint,
    begin(starts) {
      checkpoint.begin(starts);
      onReady?.(starts.length);
    },
  };
}

/** What stands for this time that the job was begun. */
function runIn(checkpoint: Checkpoint): string {
  const run = checkpoint.notes().get(RUN) ?? randomUUID();
  checkpoint.note(new Map([[RUN, run]]));
  return run;
}

const RUN = 'run';
/** The note that says when the job came to its end. */
const FINISHED = 'finished';

/** Does `work`; when it finds a checkpoint that is not of this job, says how to begin this one at that destination. */
function ofThisJob<Result>({ elsewhere }: Destination, work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof FlowError) || elsewhere === undefined || !NOT_OURS.has(error.code)) throw error;
    const hint = error.code === 'checkpoint_damaged' ? `put a sound copy in its place; or ${elsewhere}` : elsewhere;
    throw new FlowError(error.code, error.message, { hint, cause: error });
  }
}

const NOT_OURS = new Set<string>(['other_job', 'container_recreated', 'checkpoint_damaged', 'not_a_checkpoint']);

interface Opening {
  readonly reader: Reader;
  readonly destination: Destination;
  readonly options: ExportOptions;
  readonly context: Context;
}

async function openKept(
  file: string,
  job: Job,
  { reader, destination, options, context }: Opening,
): Promise<Checkpoint> {
  const checkpoint = ofThisJob(destination, () => openFor(destination, file, job, options));
  const notes = checkpoint.notes();
  const isUnfinished = checkpoint.positions().length > 0 && !notes.has(FINISHED);
  if (!reader.startsOver || !isUnfinished) return checkpoint;
  context.talk.note('there is no position in the middle of this query: starting over');
  try {
    await destination.startOver?.(notes);
  } finally {
    checkpoint.close();
  }
  const anew = openFor(destination, file, job, { resume: false, restart: true });
  // What was sent before is known again where it comes again.
  anew.note(new Map([[RUN, notes.get(RUN)]]));
  return anew;
}

/** The checkpoint, if it is of that receiver. */
function openFor(
  { query }: Destination,
  file: string,
  job: Job,
  { resume, restart }: Pick<ExportOptions, 'resume' | 'restart'>,
): Checkpoint {
  const checkpoint = openCheckpoint(file, job, { restart });
  try {
    if (query !== undefined) keepQuery(checkpoint, file, query, resume);
    return checkpoint;
  } catch (error) {
    checkpoint.close();
    throw error;
  }
}
