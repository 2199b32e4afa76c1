import { setTimeout as sleep } from 'node:timers/promises';
import { HEADER } from '../../../src/protocol/headers.ts';
import { PARTITION_KEY } from '../documents.ts';
import { Caller } from '../subjects/caller.ts';
import type { Target } from '../subjects/subject.ts';

// A process that writes documents one by one, at a steady rate, and says when it is done.

export interface WriterTask {
  readonly target: Target;
  /** Writes a second. */
  readonly rate: number;
  readonly seconds: number;
  /** Documents that are written in turns. */
  readonly keys: number;
  /** Of their ids. */
  readonly prefix: string;
}

/** What is written. */
export interface Forwarded {
  readonly id: string;
  /** From 1 on for each id. */
  readonly version: number;
  /** Milliseconds since 1970, right before the request was made. */
  readonly sentAt: number;
}

export interface Written {
  readonly count: number;
  readonly seconds: number;
}

/** As many as a server that has stalled is made to wait with. */
const AT_ONCE = 256;
/** About as large as an order. */
const PAYLOAD = 'x'.repeat(400);
const { target, rate, seconds, keys, prefix } = JSON.parse(process.argv[2] ?? '{}') as WriterTask;
const caller = new Caller(target);
const [partitionKey = ''] = PARTITION_KEY.paths.map((path) => path.slice(1));
/** By key: its writes are made one after the other. */
const writes: Promise<unknown>[] = [];
const count = rate * seconds;
const started = performance.now();
for (let index = 0; index < count; index++) {
  const aheadMs = started + (index / rate) * 1000 - performance.now();
  if (aheadMs > 0) await sleep(aheadMs);
  const key = index % keys;
  await Promise.all([writes[key], writes[(index - AT_ONCE) % keys]]);
  const write = upsert(`${prefix}-${key}`, 1 + Math.floor(index / keys));
  writes[key] = write;
}
await Promise.all(writes);
process.send?.({ count, seconds: (performance.now() - started) / 1000 } satisfies Written);
await caller.close();
process.disconnect();

function upsert(id: string, version: number): Promise<unknown> {
  const sentAt = performance.timeOrigin + performance.now();
  const document = { id, [partitionKey]: id, version, sentAt, payload: PAYLOAD };
  const headers = { [HEADER.partitionKey]: JSON.stringify([id]), [HEADER.isUpsert]: 'true' };
  return caller.ask('POST', '', headers, JSON.stringify(document));
}
