import type { LimitFunction } from 'p-limit';
import type { Source } from '../contract.ts';
import type { Connection } from '../cosmos/connection.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { queryByRange } from './query-by-range.ts';
import type { QueryShape } from './query-shape.ts';
import { queryStream } from './query-stream.ts';

export interface QueryOptions {
  readonly text: string;
  readonly parameters: readonly QueryParameter[];
  readonly maxItemCount: number;
  /** Once; once more for what was written since; or again and again, `pollMs` after the end of each pass. */
  readonly passes: 'one' | 'incremental' | 'continuous';
  readonly pollMs: number;
  /** How far before the beginning of a pass the next one looks for what the pass may have missed. */
  readonly overlapMs: number;
  /** Shared by all ranges: how many pages are read at once. */
  readonly limit: LimitFunction;
  /** Cuts requests off when it aborts, so that a stop need not wait for a slow server. */
  readonly signal: AbortSignal;
  /** The error for the user where a request was refused, or the error itself. */
  readonly explain: (error: unknown) => unknown;
}

export interface QueryParameter {
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: the SDK's word for JSON
  readonly value: any;
}

/** The results of a query: by range where each range has them by itself, else in one stream. */
export function query(connection: Connection, facts: ContainerFacts, shape: QueryShape, options: QueryOptions): Source {
  return shape.isPerRange ? queryByRange(connection, facts, shape, options) : queryStream(connection, facts, options);
}
