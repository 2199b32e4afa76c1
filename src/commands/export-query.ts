import { readFileSync } from 'node:fs';
import pLimit from 'p-limit';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { type QueryParameter, query } from '../sources/query.ts';
import { shapeOf } from '../sources/query-shape.ts';
import { untilIdle } from '../sources/until-idle.ts';
import { FlowError } from '../support/error.ts';
import type { Context } from './command.ts';
import { type DestinationOptions, destinationOf } from './destination.ts';
import { type ExportOptions, exportContainer, type QueryText } from './export.ts';
import { isFlawed, refusedQuery } from './refused-query.ts';

export interface QueryExportOptions extends ExportOptions, Omit<DestinationOptions, 'envelope'> {
  readonly query: string | undefined;
  readonly queryFile: string | undefined;
  readonly param: readonly QueryParameter[];
  readonly incremental: boolean;
  readonly continuous: boolean;
  readonly max: number | undefined;
  readonly idleTimeout: number | undefined;
  readonly poll: number;
  readonly overlap: number;
  readonly maxItemCount: number;
}

/** Hands on the results of a query; resolves at their end, or when it is told to stop. */
export async function exportQuery(source: string, options: QueryExportOptions, context: Context): Promise<void> {
  const asked = { text: textOf(options), parameters: parametersOf(options.param) };
  const passes = passesOf(options);
  const shape = shapeOf(asked.text);
  const missing = shape.parameters.find((name) => !asked.parameters.some((given) => given.name === name));
  if (missing !== undefined) throw withoutValue(missing);
  if (passes !== 'one' && !shape.versions) throw notByDocument(options);
  const destination = destinationOf(
    { ...options, envelope: false, names: options.transform ? undefined : shape.names },
    context,
  );
  const isKept = (options.checkpoint ?? destination.checkpoint) !== undefined;
  if (passes === 'incremental' && !isKept) throw withoutCheckpoint();
  await exportContainer(
    source,
    {
      command: 'query-export',
      mode: modeOf(asked),
      begins: 'beginning',
      query: asked,
      ends: passes === 'one',
      finishedBy: `the same command${passes === 'continuous' ? ' with --incremental for --continuous' : ''}`,
      startsOver: !shape.isPerRange,
      max: options.max,
      check: (connection, facts) => check(asked, connection, facts),
      open: (connection, facts) => {
        context.talk.note(`${shape.isPerRange ? (isKept ? BY_RANGE : UNKEPT) : IN_ONE_STREAM}; ${NO_SNAPSHOT}`);
        const { max = Number.POSITIVE_INFINITY, idleTimeout } = options;
        const results = query(connection, facts, shape, {
          ...asked,
          // A page that `max` cuts is read again.
          maxItemCount: Math.min(options.maxItemCount, max),
          passes,
          pollMs: Math.min(options.poll, idleTimeout ?? Number.POSITIVE_INFINITY),
          overlapMs: options.overlap,
          limit: pLimit(READS_MAX),
          signal: context.signal,
          explain: (error) => refusedQuery(error, asked.text),
        });
        return idleTimeout === undefined ? results : untilIdle(results, idleTimeout);
      },
    },
    destination,
    // The service has seen to them.
    { ...options, where: undefined, select: undefined },
    context,
  );
}

/** Pages being read at once, over all ranges. */
const READS_MAX = 16;
const BY_RANGE = 'resumes at pages';
const UNKEPT = 'would resume at pages with a --checkpoint';
const IN_ONE_STREAM = 'cannot resume: a crash starts over';
const NO_SNAPSHOT = 'not a snapshot: what is written meanwhile may be found, or not';

function textOf({ query: text, queryFile: file, where, select }: QueryExportOptions): string {
  if (text !== undefined && file !== undefined) throw exclusive('--query', '--query-file');
  if (text !== undefined || file !== undefined) {
    if (where !== undefined || select !== undefined) throw exclusive('--query', where ? '--where' : '--select');
    const found = (file === undefined ? (text ?? '') : readText(file)).trim();
    if (found !== '') return found;
    throw new FlowError('usage', 'the query is empty', { hint: 'for everything, leave it out: it is SELECT * FROM c' });
  }
  const all = `SELECT ${select ?? '*'} FROM c`;
  return where === undefined ? all : `${all} WHERE ${where}`;
}

function exclusive(one: string, other: string): FlowError {
  return new FlowError('usage', `${one} and ${other} exclude each other`, { hint: 'give one of them' });
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new FlowError('usage', `--query-file: "${file}" cannot be read: ${reason}`, {
      hint: 'check its name',
      cause,
    });
  }
}

function parametersOf(given: readonly QueryParameter[]): readonly QueryParameter[] {
  const names = given.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice === undefined) return given.toSorted((one, other) => (one.name < other.name ? -1 : 1));
  throw new FlowError('usage', `--param: "${twice}" is given twice`, { hint: 'a parameter has one value' });
}

function withoutValue(name: string): FlowError {
  return new FlowError('usage', `the parameter "${name}" has no value`, {
    hint: `give it with --param ${name.slice(1)}=JSON`,
  });
}

function passesOf({ incremental, continuous }: QueryExportOptions): 'one' | 'incremental' | 'continuous' {
  if (incremental && continuous) throw exclusive('--incremental', '--continuous');
  return continuous ? 'continuous' : incremental ? 'incremental' : 'one';
}

function notByDocument({ continuous }: QueryExportOptions): FlowError {
  const flag = continuous ? '--continuous' : '--incremental';
  return new FlowError('usage', `${flag} needs a query whose results belong to one document each`, {
    hint: 'a filter and a projection FROM c: no ORDER BY, GROUP BY, DISTINCT, TOP, OFFSET or aggregates',
  });
}

function withoutCheckpoint(): FlowError {
  return new FlowError('usage', '--incremental needs a checkpoint, which says what was exported before', {
    hint: 'give one with --checkpoint FILE, or write files with --out',
  });
}

/** The same whenever the query is; on one line. */
function modeOf({ text, parameters }: QueryText): string {
  const query = `query ${text.includes('\n') ? JSON.stringify(text) : text}`;
  const values = parameters.map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
  return values.length === 0 ? query : `${query} with ${values.join(', ')}`;
}

/** Has the service read the query, which costs nothing, so that a bad one is found before anything is written. */
async function check({ text, parameters }: QueryText, connection: Connection, facts: ContainerFacts): Promise<void> {
  const asked = { query: text, parameters: [...parameters] as QueryParameter[] };
  await containerOf(connection.client, facts)
    .getQueryPlan(asked)
    .catch((error: unknown) => {
      // There are queries without a plan, and servers that make none: else the answer to the query itself tells.
      if (isFlawed(error)) throw refusedQuery(error, text);
    });
}
