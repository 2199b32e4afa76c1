import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';

/** By their names in `content-encoding`. */
export const COMPRESSIONS = ['gzip', 'zstd'] as const;
export type Compression = (typeof COMPRESSIONS)[number];

export function compress(bytes: Uint8Array, compression: Compression): Promise<Buffer> {
  return COMPRESS[compression](bytes);
}

const COMPRESS = { gzip: promisify(gzip), zstd: promisify(zstdCompress) };
