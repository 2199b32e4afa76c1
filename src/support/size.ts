import { FlowError } from './error.ts';

const BYTES: Readonly<Record<string, number>> = { b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** `"16mb"`, `"1kb"`, `"900b"` or `"900"` as bytes; a kilobyte is 1024 bytes, as in the limits of Azure Cosmos DB. */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(b|kb|mb|gb)?$/.exec(text.trim().toLowerCase());
  if (!match) {
    throw new FlowError('usage', `"${text}" is not a size`, { hint: 'write a number with a unit: 900b, 1kb, 16mb' });
  }
  return Math.round(Number(match[1]) * (BYTES[match[2] ?? 'b'] ?? 1));
}
