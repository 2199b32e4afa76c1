import type { AppendedFormat } from '../../src/formats/format.ts';

/** A whole file of these documents. */
export function fileOf(format: AppendedFormat, documents: readonly string[]): string {
  const { bytes } = format.rows(documents.map((document) => Buffer.from(document)));
  const rows = documents.length > 0 ? bytes.subarray(format.separatorBytes) : [];
  return Buffer.concat([format.header(), Uint8Array.from(rows), format.trailer]).toString();
}
