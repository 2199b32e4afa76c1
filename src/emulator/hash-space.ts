import { orderedNumber } from '../protocol/effective-partition-key.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';

/** The boundaries, `""` and `"FF"` included, that divide the key space into `count` ranges of equal width. */
export function equalBoundaries(count: number, definition: PartitionKeyDefinition): string[] {
  const { end, format } = spaceOf(definition);
  const inner = Array.from({ length: count - 1 }, (_, index) => format((end * BigInt(index + 1)) / BigInt(count)));
  return ['', ...inner, 'FF'];
}

/** The boundary halfway between two; `undefined` when there is none left between them. */
export function middle(min: string, max: string, definition: PartitionKeyDefinition): string | undefined {
  const { format } = spaceOf(definition);
  const width = widthOf(min, max, definition);
  return width < 2n ? undefined : format(positionOf(min, definition) + width / 2n);
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

const HASH_V2: Space = {
  end: 2n ** 126n - 1n,
  format: (position) => position.toString(16).toUpperCase().padStart(32, '0'),
  parse: (boundary) => BigInt(`0x${boundary}`),
};

/** Version 1 hashes are 32-bit numbers, written as the service writes numbers in keys. */
const HASH_V1: Space = { end: 2n ** 32n - 1n, format: formatNumber, parse: parseNumber };

function spaceOf({ kind, version }: PartitionKeyDefinition): Space {
  return kind === 'MultiHash' || version === 2 ? HASH_V2 : HASH_V1;
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
