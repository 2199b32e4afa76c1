import { avroRecords } from './avro-record.ts';
import type { AvroOptions } from './avro-writing.ts';
import { converting } from './conversion.ts';
import type { ConvertedFormat } from './format.ts';

/**
 * Avro object container files. With a schema, documents are its records; without, records have the text of the document
 * as it was written, and beside it what is known of it. Throws a `usage` error for a schema that is none.
 */
export function avroFormat(options: AvroOptions = {}): ConvertedFormat {
  const plain: ConvertedFormat = { extension: 'avro', convert: converting({ name: 'avro', options }) };
  if (options.schema === undefined) return plain;
  const { recordOf } = avroRecords(options);
  return {
    ...plain,
    assertFits(document) {
      recordOf(Buffer.from(document.buffer, document.byteOffset, document.byteLength), 0, document.byteLength);
    },
  };
}
