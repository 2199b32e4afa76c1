import type { Change, Range } from '../contract.ts';

/**
 * A change as one JSON object: `key` (id, then the parts of the partition key), `operation` (`upsert` where the source
 * does not tell a creation from a replacement), `lsn`, `range`, `time`, and the document byte for byte; of what
 * was deleted, its id and partition key. What the source does not tell is left out.
 */
export function envelope(change: Change, { min, max }: Range): Buffer {
  const { key, kind, operation = kind, lsn, time, document } = change;
  const head =
    `{"key":[${key}],"operation":"${operation}"` +
    (lsn === undefined ? '' : `,"lsn":${lsn}`) +
    `,"range":"${min}-${max}"` +
    (time === undefined ? '' : `,"time":"${isoTime(time)}"`) +
    ',"document":';
  return Buffer.concat([Buffer.from(head), document, CLOSE]);
}

const CLOSE = Buffer.from('}');

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000', '');
}
