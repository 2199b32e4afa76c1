import { promisify } from 'node:util';
import { gzip, zstdCompress } from 'node:zlib';

/** What makes files smaller. What is encoded in pieces can be cut off and gone on with behind any of them. */
export interface Compression {
  /** What the names of files end in. */
  readonly suffix: string;
  /** One member or frame, whole in itself. Equal bytes give equal bytes. */
  encode(bytes: Uint8Array): Promise<Uint8Array>;
}

export const COMPRESSIONS = {
  none: { suffix: '', encode: async (bytes) => bytes },
  gzip: { suffix: '.gz', encode: promisify<Uint8Array, Uint8Array>(gzip) },
  zstd: { suffix: '.zst', encode: promisify<Uint8Array, Uint8Array>(zstdCompress) },
} satisfies Readonly<Record<string, Compression>>;
