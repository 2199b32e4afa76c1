import { setTimeout as sleep } from 'node:timers/promises';
import { type Change, type Continuation, EVERYTHING, type Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { orderText } from './order.ts';

export interface GeneratorOptions {
  readonly count: number;
  readonly seed: number;
  /** Documents are padded to this many bytes. */
  readonly payloadBytes: number;
  /** Documents a second; no limit when undefined. */
  readonly rate: number | undefined;
  readonly partitionKey: PartitionKeyDefinition;
}

/** Orders 0 to `count` of a seed. */
export function generator({ count, seed, payloadBytes, rate, partitionKey }: GeneratorOptions): Source {
  return {
    starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
    async *pages(_range, from, signal) {
      const key = new DocumentKey(partitionKey);
      const first = Number(from ?? 0);
      const startedAt = performance.now();
      const pageItems = pageItemsFor(rate ?? Number.POSITIVE_INFINITY, payloadBytes);
      for (let next = first; next < count && !signal.aborted; ) {
        if (rate !== undefined) await until(startedAt + ((next - first) / rate) * 1000, signal);
        const end = Math.min(next + pageItems, count);
        const changes: Change[] = [];
        for (; next < end; next++) changes.push(changeOf(orderText(seed, next, payloadBytes), key));
        yield { changes, resumeAt: String(next) as Continuation, lag: count - next };
      }
    },
  };
}

const PAGE_ITEMS_MAX = 1000;
const PAGE_BYTES_MAX = 4 * 1024 * 1024;
const PAGES_A_SECOND = 10;

function pageItemsFor(rate: number, payloadBytes: number): number {
  const fitting = Math.floor(PAGE_BYTES_MAX / Math.max(payloadBytes, 1));
  return Math.max(1, Math.min(PAGE_ITEMS_MAX, fitting, Math.ceil(rate / PAGES_A_SECOND)));
}

function changeOf(text: string, key: DocumentKey): Change {
  const document = Buffer.from(text);
  key.scan(document, 0);
  return { key: key.key, kind: 'upsert', document };
}

async function until(moment: number, signal: AbortSignal): Promise<void> {
  const waitMs = moment - performance.now();
  if (waitMs > 0) await sleep(waitMs, undefined, { signal }).catch(() => {});
}
