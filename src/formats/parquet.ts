import { converting } from './conversion.ts';
import type { ConvertedFormat } from './format.ts';
import { assertObject } from './parquet-columns.ts';
import type { ParquetOptions } from './parquet-writing.ts';

/**
 * Properties as columns, each of the type that holds all its values of the file unchanged: strings, booleans, integers
 * of 64 bits, or doubles. All else is a column of JSON, with the text of each value as it was written: objects, arrays,
 * kinds that are mixed, and numbers that would lose digits. What is absent or null is null.
 */
export function parquetFormat(options: ParquetOptions = {}): ConvertedFormat {
  return {
    extension: 'parquet',
    convert: converting({ name: 'parquet', options }),
    assertFits({ buffer, byteOffset, byteLength }) {
      assertObject(Buffer.from(buffer, byteOffset, byteLength), 0, byteLength);
    },
  };
}
