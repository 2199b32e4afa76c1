import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type Continuation, EVERYTHING, type Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { keyDocument, type PartitionKeyDefinition } from '../protocol/partition-key.ts';

export interface GeneratorOptions {
  /** The record after the last one. */
  readonly end: number;
  /** The first record, where nothing is stored. */
  readonly offset: number;
  /** Records a second; no limit when undefined. */
  readonly rate: number | undefined;
  /** Ends when it has lasted this long; undefined is as long as it takes. */
  readonly durationMs: number | undefined;
  /** About how large a record is. */
  readonly recordBytes: number;
  /** Records in a page, where that is to be less than usual. */
  readonly pageItemsMax?: number;
  readonly partitionKey: PartitionKeyDefinition;
  readonly make: (index: number) => GeneratedRecord;
}

export interface GeneratedRecord {
  readonly kind: Change['kind'];
  /** JSON text of a document; of a deleted one too. */
  readonly text: string;
}

/** Records that are made as they are read. A position is the number of the next one. */
export function generator(options: GeneratorOptions): Source {
  const { end, offset, rate, durationMs = Number.POSITIVE_INFINITY, partitionKey, make } = options;
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, from, signal) {
      const key = new DocumentKey(partitionKey);
      const first = Number(from ?? offset);
      const startedAt = performance.now();
      const pageItems = pageItemsFor(rate ?? Number.POSITIVE_INFINITY, options);
      for (let next = first; next < end && !signal.aborted; ) {
        if (rate !== undefined) await until(startedAt + ((next - first) / rate) * 1000, signal);
        if (performance.now() - startedAt >= durationMs || signal.aborted) return;
        const last = Math.min(next + pageItems, end);
        const changes: Change[] = [];
        for (; next < last; next++) changes.push(changeOf(make(next), key, partitionKey));
        const lag = Number.isFinite(end) ? { lag: end - next } : {};
        yield { changes, resumeAt: String(next) as Continuation, ...lag };
      }
    },
  };
}

const PAGE_ITEMS_MAX = 1000;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;
const PAGES_A_SECOND = 10;

function pageItemsFor(rate: number, { recordBytes, pageItemsMax = PAGE_ITEMS_MAX }: GeneratorOptions): number {
  const fitting = Math.floor(PAGE_BYTES_MAX / Math.max(recordBytes, 1));
  return Math.max(1, Math.min(PAGE_ITEMS_MAX, pageItemsMax, fitting, Math.ceil(rate / PAGES_A_SECOND)));
}

function changeOf({ kind, text }: GeneratedRecord, key: DocumentKey, partitionKey: PartitionKeyDefinition): Change {
  const document = Buffer.from(kind === 'delete' ? keyDocument(text, partitionKey) : text);
  key.scan(document, 0);
  return { key: key.key, kind, document };
}

async function until(moment: number, signal: AbortSignal): Promise<void> {
  const waitMs = moment - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
}
