import { murmur32, murmur128 } from './murmur.ts';
import type { KeyComponent, PartitionKeyDefinition } from './partition-key.ts';

/**
 * The effective partition key: where a document lies in the key space that ranges divide, as upper-case hex. Compare
 * as plain strings. Container definitions without a version are version 1. A hierarchical key may be a prefix: it then
 * is the lower bound of everything under it.
 */
export function effectivePartitionKey(key: readonly KeyComponent[], definition: PartitionKeyDefinition): string {
  if (key.length === 0) return '';
  if (definition.kind === 'MultiHash') return key.map((component) => hashV2([component])).join('');
  return definition.version === 2 ? hashV2(key) : hashV1(key[0]);
}

/** The same as `effectivePartitionKey(['text'], version 2)` for UTF-8 bytes that need no decoding. */
export function effectivePartitionKeyOfText(text: Uint8Array): string {
  return hexOfHash(hashOfText(text, 0, text.length));
}

/** The first 32 bits of that, for the bytes in `[start, end)`. Ranges seldom begin or end where those do not tell. */
export function effectivePartitionKeyStart(text: Uint8Array, start: number, end: number): number {
  return firstWord(hashOfText(text, start, end));
}

function hashOfText(text: Uint8Array, start: number, end: number): Uint32Array {
  const length = end - start + 2;
  const bytes = length <= scratch.length ? scratch : new Uint8Array(length);
  bytes[0] = TYPE.string;
  for (let at = start; at < end; at++) bytes[at - start + 1] = text[at] as number;
  bytes[length - 1] = 0xff;
  return murmur128(bytes, length);
}

const TYPE = { undefined: 0, null: 1, false: 2, true: 3, number: 5, string: 8 };
const V1_TEXT_MAX = 100;
const scratch = new Uint8Array(256);

function hashV2(key: readonly KeyComponent[]): string {
  return hexOfHash(murmur128(Buffer.concat(key.map((component) => encode(component, 0xff)))));
}

function hexOfHash(words: Uint32Array): string {
  writeHex(firstWord(words), 0);
  writeHex(words[3] as number, 8);
  writeHex(words[0] as number, 16);
  writeHex(words[1] as number, 24);
  return hex.toString('latin1');
}

/** The service takes the second half first and clears its two top bits. */
function firstWord(words: Uint32Array): number {
  return (words[2] as number) & 0x3fffffff;
}

const DIGITS = Buffer.from('0123456789ABCDEF');
const hex = Buffer.alloc(32);

function writeHex(word: number, at: number): void {
  for (let digit = 0; digit < 8; digit++) hex[at + digit] = DIGITS[(word >>> (28 - 4 * digit)) & 0xf] as number;
}

function hashV1(component: KeyComponent): string {
  const short = typeof component === 'string' ? component.slice(0, V1_TEXT_MAX) : component;
  const hash = murmur32(encode(short, 0x00));
  return Buffer.concat([orderedNumber(hash), ordered(short)])
    .toString('hex')
    .toUpperCase();
}

function encode(component: KeyComponent, suffix: number): Buffer {
  if (component === undefined) return Buffer.of(TYPE.undefined);
  if (component === null) return Buffer.of(TYPE.null);
  if (typeof component === 'boolean') return Buffer.of(component ? TYPE.true : TYPE.false);
  if (typeof component === 'string') {
    return Buffer.concat([Buffer.of(TYPE.string), Buffer.from(component.toWellFormed(), 'utf8'), Buffer.of(suffix)]);
  }
  const bytes = Buffer.alloc(9);
  bytes[0] = TYPE.number;
  bytes.writeDoubleLE(component, 1);
  return bytes;
}

function ordered(component: KeyComponent): Buffer {
  if (typeof component === 'number') return orderedNumber(component);
  if (typeof component !== 'string') return encode(component, 0);
  const text = Buffer.from(component.toWellFormed(), 'utf8').map((byte) => (byte < 0xff ? byte + 1 : byte));
  return Buffer.concat([Buffer.of(TYPE.string), text, Buffer.of(0)]);
}

/** A double as version 1 writes it, in bytes that sort like the number: a type, the top byte, then groups of seven bits. */
export function orderedNumber(value: number): Buffer {
  const bits = Buffer.alloc(8);
  bits.writeDoubleBE(value);
  const raw = bits.readBigUInt64BE();
  const sign = 1n << 63n;
  let image = raw < sign ? raw ^ sign : BigInt.asUintN(64, ~raw + 1n);
  const out = [TYPE.number, Number(image >> 56n)];
  image = BigInt.asUintN(64, image << 8n);
  let group = 0;
  let first = true;
  do {
    if (!first) out.push(group);
    group = Number(image >> 56n) | 1;
    image = BigInt.asUintN(64, image << 7n);
    first = false;
  } while (image !== 0n);
  out.push(group & 0xfe);
  return Buffer.from(out);
}
