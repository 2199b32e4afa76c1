import type { Change } from '../contract.ts';
import { findMember, skipValue } from '../support/json-bytes.ts';

/** Which of the service's limits a document breaks, in words; `undefined` when none that is known. */
export function brokenLimit({ key, document }: Change): string | undefined {
  const [id, ...parts] = JSON.parse(`[${key}]`) as unknown[];
  if (typeof id !== 'string' || id === '') return 'its id is not a text';
  if (Buffer.byteLength(id) > ID_BYTES_MAX) return `its id is longer than ${ID_BYTES_MAX} bytes`;
  if (/[/\\#?]/.test(id) || id === '.' || id === '..') return 'its id has characters that are not allowed';
  if (parts.some((part) => typeof part === 'string' && Buffer.byteLength(part) > KEY_BYTES_MAX))
    return `its partition key is longer than ${KEY_BYTES_MAX} bytes`;
  if (depthOf(document) > DEPTH_MAX) return `it is nested deeper than ${DEPTH_MAX} levels`;
  return isTtl(document) ? undefined : 'its ttl is neither -1 nor a whole number of seconds';
}

/** Of those that have one; only where documents expire it matters. */
function isTtl(document: Uint8Array): boolean {
  const at = findMember(document, 0, TTL);
  if (at < 0) return true;
  const ttl: unknown = JSON.parse(Buffer.from(document.subarray(at, skipValue(document, at))).toString());
  return Number.isInteger(ttl) && (ttl === -1 || ((ttl as number) > 0 && (ttl as number) < 2 ** 31));
}

const TTL = Buffer.from('ttl');
const ID_BYTES_MAX = 1023;
const KEY_BYTES_MAX = 2048;
const DEPTH_MAX = 128;

/** Of JSON text; the object itself is the first level. */
function depthOf(text: Uint8Array): number {
  let [depth, deepest, isText] = [0, 0, false];
  for (let at = 0; at < text.length; at++) {
    const byte = text[at] as number;
    if (isText && byte === BACKSLASH) at++;
    else if (byte === QUOTE) isText = !isText;
    else if (!isText && (byte === OPEN_OBJECT || byte === OPEN_ARRAY)) deepest = Math.max(deepest, ++depth);
    else if (!isText && (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY)) depth--;
  }
  return deepest;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const [OPEN_OBJECT, CLOSE_OBJECT] = [0x7b, 0x7d];
const [OPEN_ARRAY, CLOSE_ARRAY] = [0x5b, 0x5d];
