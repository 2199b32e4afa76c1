import { expect, test } from 'vitest';
import { murmur32, murmur128 } from '../../src/protocol/murmur.ts';
import { randomFrom } from '../support/random.ts';

// Vectors of the reference implementation, with seed 0.
test.each([
  ['', 0],
  ['a', 0x3c2569b2],
  ['aaaa', 0x7eeed987],
  ['abc', 0xb3dd93fa],
  ['Hello, world!', 0xc0363e43],
  ['The quick brown fox jumps over the lazy dog', 0x2e4ff723],
])('32 bits of "%s"', (text, hash) => {
  expect(murmur32(Buffer.from(text))).toBe(hash);
});

test.each([
  ['', '00000000000000000000000000000000'],
  ['hello', 'cbd8a7b341bd9b025b1e906a48ae1d19'],
  ['hello, world', '342fac623a5ebc8e4cdcbc079642414d'],
  ['The quick brown fox jumps over the lazy dog', 'e34bbc7bbc071b6c7a433ca9c49a9347'],
])('128 bits of "%s"', (text, hash) => {
  expect(hexOf(murmur128(Buffer.from(text)))).toBe(hash);
});

test('128 bits of 2000 random texts are what BigInt arithmetic gives', () => {
  const random = randomFrom(11);
  for (let round = 0; round < 2000; round++) {
    const bytes = Uint8Array.from({ length: random.integer(70) }, () => random.integer(256));
    expect(hexOf(murmur128(bytes))).toBe(reference128(bytes));
  }
});

test('bytes beyond the length do not count', () => {
  const bytes = Buffer.from('The quick brown fox jumps');
  for (let length = 0; length <= bytes.length; length++) {
    expect(murmur32(bytes, length)).toBe(murmur32(bytes.subarray(0, length)));
    expect(murmur128(bytes, length)).toEqual(murmur128(bytes.subarray(0, length)));
  }
});

function hexOf(words: Uint32Array): string {
  return [...words].map((word) => word.toString(16).padStart(8, '0')).join('');
}

const mask = (value: bigint): bigint => BigInt.asUintN(64, value);
const rotl = (value: bigint, bits: bigint): bigint => mask(value << bits) | (value >> (64n - bits));
const [C1, C2] = [0x87c37b91114253d5n, 0x4cf5ad432745937fn];

/** The published algorithm, word by word. */
function reference128(bytes: Uint8Array): string {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 16) * 16);
  padded.set(bytes);
  let [h1, h2] = [0n, 0n];
  for (let at = 0; at < padded.length; at += 16) {
    const full = at + 16 <= bytes.length;
    h1 ^= mask(rotl(mask(padded.readBigUInt64LE(at) * C1), 31n) * C2);
    if (full) h1 = mask(mask(rotl(h1, 27n) + h2) * 5n + 0x52dce729n);
    h2 ^= mask(rotl(mask(padded.readBigUInt64LE(at + 8) * C2), 33n) * C1);
    if (full) h2 = mask(mask(rotl(h2, 31n) + h1) * 5n + 0x38495ab5n);
  }
  h1 ^= BigInt(bytes.length);
  h2 ^= BigInt(bytes.length);
  h1 = mask(h1 + h2);
  h2 = mask(h2 + h1);
  [h1, h2] = [avalanche(h1), avalanche(h2)];
  h1 = mask(h1 + h2);
  h2 = mask(h2 + h1);
  return h1.toString(16).padStart(16, '0') + h2.toString(16).padStart(16, '0');
}

function avalanche(value: bigint): bigint {
  const once = mask((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn);
  const twice = mask((once ^ (once >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return twice ^ (twice >> 33n);
}
