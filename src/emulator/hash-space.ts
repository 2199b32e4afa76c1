import { orderedNumber } from '../protocol/effective-partition-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';

/** The boundaries, `""` and `"FF"` included, that divide the key space into `count` ranges of equal width. */
export function equalBoundaries(count: number, definition: PartitionKeyDefinition): string[] {
  const { end, format } = spaceOf(definition);
  const positions = Array.from({ length: count - 1 }, (_, index) => (end * BigInt(index + 1)) / BigInt(count));
  return ['', ...positions.map((position) => format(position).slice(0, HASH_DIGITS)), 'FF'];
}

/** The boundary halfway between two; `undefined` when there is none left between them. */
export function middle(min: string, max: string, definition: PartitionKeyDefinition): string | undefined {
  const { format } = spaceOf(definition);
  const width = widthOf(min, max, definition);
  if (width < 2n) return undefined;
  const boundary = format(positionOf(min, definition) + width / 2n);
  // Between two first levels, where there is room: the digits of lower levels only tell what the first has in common.
  const levels = definition.paths.map((_, level) => boundary.slice(0, HASH_DIGITS * (level + 1)));
  return levels.find((text) => text > min);
}

/** The boundary that has this effective partition key and all of equal hash from here on above it. */
export function boundaryAt(epk: string, definition: PartitionKeyDefinition): string {
  if (spaceOf(definition) !== HASH_V1) return epk;
  // After the number comes the key itself. The last byte of a number is even.
  const bytes = Buffer.from(epk, 'hex');
  const last = bytes.findIndex((byte, index) => index >= 2 && byte % 2 === 0);
  return epk.slice(0, 2 * (last + 1));
}

export function widthOf(min: string, max: string, definition: PartitionKeyDefinition): bigint {
  return positionOf(max, definition) - positionOf(min, definition);
}

interface Space {
  /** The last position. */
  readonly end: bigint;
  format(position: bigint): string;
  parse(boundary: string): bigint;
}

const HASH_DIGITS = 32;
const HASH_V2 = hashSpace(1);
const HASH_LEVELS = [HASH_V2, hashSpace(2), hashSpace(3)];

/** Hashes of several levels stand one after the other. */
function hashSpace(levels: number): Space {
  const digits = HASH_DIGITS * levels;
  return {
    end: (2n ** 126n - 1n) << BigInt(4 * (digits - HASH_DIGITS)),
    format: (position) => position.toString(16).toUpperCase().padStart(digits, '0'),
    parse: (boundary) => BigInt(`0x${boundary.padEnd(digits, '0')}`),
  };
}

/** Version 1 hashes are 32-bit numbers, written as the service writes numbers in keys. */
const HASH_V1: Space = { end: 2n ** 32n - 1n, format: formatNumber, parse: parseNumber };

function spaceOf({ paths, kind, version }: PartitionKeyDefinition): Space {
  if (kind === 'MultiHash') return HASH_LEVELS[paths.length - 1] as Space;
  return version === 2 ? HASH_V2 : HASH_V1;
}

function positionOf(boundary: string, definition: PartitionKeyDefinition): bigint {
  const space = spaceOf(definition);
  if (boundary === '') return 0n;
  return boundary === 'FF' ? space.end : space.parse(boundary);
}

const SIGN = 1n << 63n;

function formatNumber(value: bigint): string {
  return orderedNumber(Number(value)).toString('hex').toUpperCase();
}

/** The bits of the double with the sign turned: after the type their top byte, then seven in each byte. */
function parseNumber(text: string): bigint {
  const [, top = 0, ...marked] = Buffer.from(text, 'hex');
  const image = marked.reduce(
    (sum, byte, index) => sum | (BigInt(byte >> 1) << BigInt(49 - 7 * index)),
    BigInt(top) << 56n,
  );
  const bits = Buffer.alloc(8);
  bits.writeBigUInt64BE(image ^ SIGN);
  return BigInt(bits.readDoubleBE());
}
