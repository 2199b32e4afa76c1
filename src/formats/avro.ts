import { parseSchema } from './avro-record.ts';
import type { AvroOptions } from './avro-writing.ts';
import { converting } from './conversion.ts';
import type { ConvertedFormat } from './format.ts';

/**
 * Avro object container files. With a schema, documents are its records; without, records have the text of the document
 * as it was written, and beside it what is known of it. Throws a `usage` error for a schema that is none.
 */
export function avroFormat(options: AvroOptions = {}): ConvertedFormat {
  if (options.schema !== undefined) parseSchema(options.schema);
  return { extension: 'avro', convert: converting({ name: 'avro', options }) };
}
