// MurmurHash3 by Austin Appleby (public domain algorithm), seed 0. 64-bit numbers are kept as two 32-bit halves,
// because BigInt costs about three times as much.

/** MurmurHash3 x86-32 of the first `length` bytes, as an unsigned number. */
export function murmur32(bytes: Uint8Array, length = bytes.length): number {
  const tail = length & ~3;
  let hash = 0;
  for (let at = 0; at < tail; at += 4) {
    hash ^= scramble32(word(bytes, at));
    hash = (Math.imul(rotl(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let rest = 0;
  for (let at = length - 1; at >= tail; at--) rest = (rest << 8) | (bytes[at] as number);
  if (length > tail) hash ^= scramble32(rest);
  hash ^= length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * MurmurHash3 x64-128 of the first `length` bytes, as four 32-bit words: h1 high, h1 low, h2 high, h2 low. They are good
 * until the next call.
 */
export function murmur128(bytes: Uint8Array, length = bytes.length): Uint32Array {
  h1Hi = h1Lo = h2Hi = h2Lo = 0;
  const tail = length & ~15;
  for (let at = 0; at < tail; at += 16) {
    mixK1(word(bytes, at + 4), word(bytes, at));
    rotateH1();
    mixK2(word(bytes, at + 12), word(bytes, at + 8));
    rotateH2();
  }
  if (length > tail) {
    last.fill(0);
    for (let at = tail; at < length; at++) last[at - tail] = bytes[at] as number;
    mixK2(word(last, 12), word(last, 8));
    mixK1(word(last, 4), word(last, 0));
  }
  return finish(length);
}

const result = new Uint32Array(4);
/** The bytes behind the last whole block. */
const last = new Uint8Array(16);
let h1Hi = 0;
let h1Lo = 0;
let h2Hi = 0;
let h2Lo = 0;
/** The halves of the last product, sum or rotation. */
let hi = 0;
let lo = 0;

function mixK1(kHi: number, kLo: number): void {
  multiply(kHi, kLo, 0x87c37b91, 0x114253d5);
  rotate(hi, lo, 31);
  multiply(hi, lo, 0x4cf5ad43, 0x2745937f);
  h1Hi ^= hi;
  h1Lo ^= lo;
}

function mixK2(kHi: number, kLo: number): void {
  multiply(kHi, kLo, 0x4cf5ad43, 0x2745937f);
  rotate(hi, lo, 33);
  multiply(hi, lo, 0x87c37b91, 0x114253d5);
  h2Hi ^= hi;
  h2Lo ^= lo;
}

function rotateH1(): void {
  rotate(h1Hi, h1Lo, 27);
  add(hi, lo, h2Hi, h2Lo);
  multiply(hi, lo, 0, 5);
  add(hi, lo, 0, 0x52dce729);
  h1Hi = hi;
  h1Lo = lo;
}

function rotateH2(): void {
  rotate(h2Hi, h2Lo, 31);
  add(hi, lo, h1Hi, h1Lo);
  multiply(hi, lo, 0, 5);
  add(hi, lo, 0, 0x38495ab5);
  h2Hi = hi;
  h2Lo = lo;
}

function finish(length: number): Uint32Array {
  h1Lo ^= length;
  h2Lo ^= length;
  add(h1Hi, h1Lo, h2Hi, h2Lo);
  h1Hi = hi;
  h1Lo = lo;
  add(h2Hi, h2Lo, h1Hi, h1Lo);
  h2Hi = hi;
  h2Lo = lo;
  avalanche(h1Hi, h1Lo);
  h1Hi = hi;
  h1Lo = lo;
  avalanche(h2Hi, h2Lo);
  h2Hi = hi;
  h2Lo = lo;
  add(h1Hi, h1Lo, h2Hi, h2Lo);
  result[0] = hi;
  result[1] = lo;
  add(h2Hi, h2Lo, hi, lo);
  result[2] = hi;
  result[3] = lo;
  return result;
}

function avalanche(aHi: number, aLo: number): void {
  multiply(aHi, aLo ^ (aHi >>> 1), 0xff51afd7, 0xed558ccd);
  multiply(hi, lo ^ (hi >>> 1), 0xc4ceb9fe, 0x1a85ec53);
  lo ^= hi >>> 1;
}

function add(aHi: number, aLo: number, bHi: number, bLo: number): void {
  const sum = (aLo >>> 0) + (bLo >>> 0);
  lo = sum | 0;
  hi = (aHi + bHi + (sum > 0xffffffff ? 1 : 0)) | 0;
}

function multiply(aHi: number, aLo: number, bHi: number, bLo: number): void {
  // The low halves multiply to 64 bits by 16-bit digits; the cross products only reach the high half.
  const a0 = aLo & 0xffff;
  const a1 = aLo >>> 16;
  const b0 = bLo & 0xffff;
  const b1 = bLo >>> 16;
  const low = a0 * b0;
  const middle = a1 * b0 + (low >>> 16);
  const middle2 = a0 * b1 + (middle % 0x10000);
  const carry = Math.floor(middle / 0x10000) + Math.floor(middle2 / 0x10000);
  hi = (a1 * b1 + carry + Math.imul(aHi, bLo) + Math.imul(aLo, bHi)) | 0;
  lo = (middle2 << 16) | (low & 0xffff);
}

function rotate(aHi: number, aLo: number, bits: number): void {
  if (bits < 32) {
    hi = (aHi << bits) | (aLo >>> (32 - bits));
    lo = (aLo << bits) | (aHi >>> (32 - bits));
  } else {
    hi = (aLo << (bits - 32)) | (bits === 32 ? 0 : aHi >>> (64 - bits));
    lo = (aHi << (bits - 32)) | (bits === 32 ? 0 : aLo >>> (64 - bits));
  }
}

function scramble32(value: number): number {
  return Math.imul(rotl(Math.imul(value, 0xcc9e2d51), 15), 0x1b873593);
}

function rotl(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

function word(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] as number) |
    ((bytes[at + 1] as number) << 8) |
    ((bytes[at + 2] as number) << 16) |
    ((bytes[at + 3] as number) << 24)
  );
}
