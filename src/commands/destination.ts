import type { Sink } from '../contract.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import type { Context } from './command.ts';
import type { OF_JOB } from './job-checkpoint.ts';
import { type ToFilesOptions, toFiles } from './to-files.ts';
import { type ToHttpOptions, toHttp } from './to-http.ts';
import { toStdout } from './to-stdout.ts';
import { toTcp } from './to-tcp.ts';

/** Where changes go that do not go into a container. */
export interface Destination {
  /** The same whenever it is the same place. */
  readonly name: string;
  /** A digest of what may change where the place stays the same, but is another place unless somebody says so. */
  readonly query?: string;
  /** Where the checkpoint is kept when nobody says; `undefined` is nowhere. */
  readonly checkpoint: string | typeof OF_JOB | undefined;
  /** False where people read what is written as it comes: progress would stand between its lines. */
  readonly showsProgress?: boolean;
  /** What another job is told whose checkpoint is not the one that is kept here, if to forget that is not enough. */
  readonly elsewhere?: string;
  /** Takes back what was written, as the notes tell, because it is written anew. */
  startOver?(notes: ReadonlyMap<string, string>): Promise<void>;
  /** Files that are not whole, and not called what they are to be called, after a run that was stopped. */
  unfinished?(): readonly string[];
  /** Called once the checkpoint is ours. */
  open(job: DestinationJob): Promise<Sink>;
}

/** What a destination may know of the job that writes to it. */
export interface DestinationJob {
  /** Of the container that is read, the same whenever it is the same. */
  readonly source: string;
  readonly facts: Pick<ContainerFacts, 'rid' | 'database' | 'container'>;
  /** Another for each time that the job is begun; the same whenever it is resumed. */
  readonly run: string;
  /** What the sink noted when it was open before. */
  readonly notes: ReadonlyMap<string, string>;
  readonly tally: Tally;
  /** Request units that reading has cost so far in this run. */
  requestCharge(): number;
  /** What was read and how far, for those who get the result. */
  about(): Readonly<Record<string, unknown>>;
}

export interface DestinationOptions extends ToFilesOptions, ToHttpOptions {
  readonly to: string | undefined;
  readonly out: string | undefined;
}

/** The destination that the flags name; standard output when they name none. */
export function destinationOf(options: DestinationOptions, context: Context): Destination {
  const { to, out } = options;
  if (to !== undefined && out !== undefined)
    throw new FlowError('usage', '--to and --out exclude each other', { hint: 'give one of them' });
  if (out !== undefined) return toFiles(out, options, context);
  return to === undefined ? toStdout(context) : toUrl(to, options, context);
}

/** What `--to` takes, by scheme. */
const SCHEMES: Readonly<Record<string, (url: URL, options: ToHttpOptions, context: Context) => Destination>> = {
  'https:': toHttp,
  'http:': toHttp,
  'tcp:': toTcp,
};

/** The receiver at a URL. */
export function toUrl(text: string, options: ToHttpOptions, context: Context): Destination {
  const url = URL.parse(text);
  const to = url && SCHEMES[url.protocol];
  if (to) return to(url, options, context);
  // The rest of it may be a secret.
  const what = url ? `--to cannot send to "${url.protocol}"` : '--to is not a URL';
  throw new FlowError('usage', what, {
    hint: `give one of ${Object.keys(SCHEMES)
      .map((scheme) => `${scheme}//HOST…`)
      .join(', ')}; --out FILE writes files`,
  });
}
