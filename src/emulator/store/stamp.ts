import { randomBytes } from 'node:crypto';

/** A new etag, quotes included: never the same again, also after the data is opened by another process. */
export function newEtag(): string {
  const count = (written++ >>> 0).toString(16).padStart(8, '0');
  return `"${count}-${PROCESS}"`;
}

const PROCESS = randomBytes(12)
  .toString('hex')
  .replace(/^(.{4})(.{4})(.{4})/, '$1-$2-$3-');
let written = 0;
