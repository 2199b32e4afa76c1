import pLimit from 'p-limit';
import { forgetful } from '../checkpoint/forgetful.ts';
import type { Source } from '../contract.ts';
import { toFlowError } from '../cosmos/faults.ts';
import { run } from '../pipeline/run.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { queryByRange } from '../sources/query-by-range.ts';
import { shapeOf } from '../sources/query-shape.ts';
import { objectText } from '../support/object-text.ts';
import type { PatienceOptions } from '../support/patience.ts';
import { Digest } from '../verify/digest.ts';
import { divisionOf } from '../verify/division.ts';
import { documentsOf } from '../verify/documents.ts';
import { removeExtra } from '../verify/extra.ts';
import { Findings, type Side } from '../verify/findings.ts';
import { readBuckets } from '../verify/reading.ts';
import { differingBuckets, summing, totalsOf } from '../verify/sums.ts';
import { SIDES } from './comparison.ts';
import { type End, patientlyRead } from './end.ts';

/**
 * Compares the keys of two containers each time it is called, and deletes what is in the target alone; resolves with how
 * many documents that were. Memory does not grow with the containers: keys are added up in parts of the key space, and
 * only those of parts that differ are read again.
 */
export function keyDiff(ends: Readonly<Record<Side, End>>, patience: PatienceOptions): () => Promise<number> {
  const { signal } = patience;
  const division = divisionOf(ends.source.facts.partitionKey, ends.target.facts.partitionKey);
  const digest = new Digest();
  const documents = mapSides((side) =>
    documentsOf(ends[side].connection, ends[side].facts, { ...patience, role: side }),
  );
  const keys = mapSides((side) => keysOf(ends[side], patience));
  const definition = (side: Side): PartitionKeyDefinition => ends[side].facts.partitionKey;
  const addUp = async (side: Side) => {
    const checkpoint = forgetful();
    const sums = summing(division, definition(side), digest, checkpoint.notes());
    await run(keys[side], sums, checkpoint, { window: 1, signal });
    return totalsOf(checkpoint.notes());
  };
  const readAgain = (side: Side, buckets: readonly number[], findings: Findings): Promise<void> => {
    const limit = pLimit(READS_MAX);
    const reading = { source: keys[side], side, definition: definition(side), division, digest, buckets };
    return readBuckets({ ...reading, findings, limit, signal });
  };
  return async () => {
    const [target, source] = [await addUp('target'), await addUp('source')];
    const buckets = differingBuckets(target, source);
    const findings = new Findings();
    try {
      // The target first: what it has then, the source has had before.
      for (const side of ['target', 'source'] as const) await readAgain(side, buckets, findings);
      return await removeExtra(findings, { ...documents, limit: pLimit(REMOVALS_MAX), signal });
    } catch (error) {
      throw toFlowError(error, 'target', ends.target.name);
    } finally {
      findings.close();
    }
  };
}

/** Ranges of one container that are read at once, and documents that are looked at. */
const READS_MAX = 4;
const REMOVALS_MAX = 8;
const PAGE_ITEMS = 1000;

/** The documents of a container, of which nothing is left but what their keys are made of. */
function keysOf(end: End, patience: PatienceOptions): Source {
  const text = keyQuery(end.facts.partitionKey);
  const { signal } = patience;
  const options = { text, parameters: [], maxItemCount: PAGE_ITEMS, passes: 'one', pollMs: 0, overlapMs: 0 } as const;
  const source = queryByRange(end.connection, end.facts, shapeOf(text), {
    ...options,
    limit: pLimit(READS_MAX),
    signal,
    explain: (error) => error,
  });
  return patientlyRead(source, end, patience);
}

/** A query for the id and the properties of the partition key, each where documents have it. */
function keyQuery({ paths }: PartitionKeyDefinition): string {
  const places = ['/id', ...paths].map(propertyNames).map((path): [readonly string[], string] => {
    return [path, `c${path.map((name) => `[${JSON.stringify(name)}]`).join('')}`];
  });
  return `SELECT VALUE ${objectText(places)} FROM c`;
}

function mapSides<Value>(of: (side: Side) => Value): Record<Side, Value> {
  return Object.fromEntries(SIDES.map((side) => [side, of(side)])) as Record<Side, Value>;
}
