import pLimit from 'p-limit';
import type { Source } from '../../src/contract.ts';
import { type QueryOptions, query } from '../../src/sources/query.ts';
import { shapeOf } from '../../src/sources/query-shape.ts';
import { type ContainerRig, type ContainerRigOptions, useContainer } from '../support/container.ts';
import { fill } from './rig.ts';

export interface QueryRig extends ContainerRig {
  readonly source: Source;
  /** Ids of what was written, sorted. */
  readonly ids: readonly string[];
}

export interface QueryRigOptions extends ContainerRigOptions {
  readonly documents?: number;
  readonly text?: string;
}

/** A query over the container `db/items` of a fresh server. */
export async function openQuery({
  documents = 0,
  text = 'SELECT * FROM c',
  ...options
}: QueryRigOptions = {}): Promise<QueryRig> {
  const rig = await useContainer(options);
  const ids = Array.from({ length: documents }, (_, index) => `item-${String(index).padStart(3, '0')}`);
  await fill(rig, ids);
  return Object.assign(rig, { source: queryOf(rig, text), ids });
}

export function queryOf(
  { connection, facts }: Pick<ContainerRig, 'connection' | 'facts'>,
  text: string,
  options: Partial<QueryOptions> = {},
): Source {
  return query(connection, facts, shapeOf(text), {
    text,
    parameters: [],
    maxItemCount: 10,
    passes: 'one',
    pollMs: 10,
    overlapMs: 0,
    limit: pLimit(16),
    signal: new AbortController().signal,
    explain: (error) => error,
    ...options,
  });
}
