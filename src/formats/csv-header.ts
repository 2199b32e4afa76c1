import { createReadStream } from 'node:fs';
import { PassThrough, type Transform } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { parse } from 'csv-parse';
import { nameIn } from './csv-text.ts';
import type { CsvWritingOptions } from './csv-writing.ts';
import type { Path } from './paths.ts';

/** The columns of a file that csv-writing.ts has made, from its header. */
export async function columnsIn(file: string, { isUnsafe, compression }: CsvWritingOptions): Promise<Path[]> {
  const bytes = createReadStream(file);
  const text = UNPACK[compression]();
  const rows = parse({ to: 1 });
  bytes.on('error', (error) => rows.destroy(error));
  text.on('error', (error) => rows.destroy(error));
  try {
    for await (const cells of bytes.pipe(text).pipe(rows) as AsyncIterable<readonly string[]>)
      return cells.map((cell) => [nameIn(cell, isUnsafe)]);
    return [];
  } finally {
    bytes.destroy();
    text.destroy();
  }
}

const UNPACK: Readonly<Record<CsvWritingOptions['compression'], () => Transform>> = {
  none: () => new PassThrough(),
  gzip: createGunzip,
  zstd: createZstdDecompress,
};
