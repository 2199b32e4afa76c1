import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import type { COMPRESSIONS } from '../formats/compression.ts';
import type { FORMATS } from '../formats/named.ts';
import type { Path } from '../formats/paths.ts';
import type { Rotation } from '../sinks/files/rotation.ts';
import { FlowError } from '../support/error.ts';

export interface FileOptions {
  readonly format: FormatName | undefined;
  readonly compress: CompressionName | undefined;
  readonly rotateRows: number | undefined;
  readonly rotateBytes: number | undefined;
  readonly rotateEvery: number | undefined;
  readonly columns: readonly Path[] | undefined;
  readonly jsonColumns: readonly Path[] | undefined;
  readonly csvUnsafe: boolean;
  /** Text of the schema of Avro records. */
  readonly avroSchema: string | undefined;
}

/** What files are to be like, from the flags and the name. */
export interface FileShape {
  /** The path is that of a file, and not of a directory. */
  readonly isSingle: boolean;
  readonly format: FormatName;
  readonly compress: CompressionName;
  readonly rotation: Rotation;
  /** Tells apart what cannot be gone on with as if it were the other. */
  readonly name: string;
}

export function shapeOf(out: string, options: FileOptions): FileShape {
  const named = namedBy(out);
  const isSingle = named !== undefined && !isDirectory(out);
  if (!isSingle && !isDirectory(out) && (existsSync(out) || EXTENSION.test(out))) throw unknownExtension(out);
  const format = options.format ?? (isSingle ? named.format : 'ndjson');
  const compress = options.compress ?? (isSingle ? named.compress : undefined) ?? 'none';
  if (isSingle && named.compress !== undefined && named.compress !== compress) throw contradiction(out, compress);
  const rotation = { rows: options.rotateRows, bytes: options.rotateBytes, everyMs: options.rotateEvery };
  if (isSingle && Object.values(rotation).some((limit) => limit !== undefined)) throw nothingToRotate(out);
  if (compress !== 'none' && isPacked(format)) throw packed(format);
  assertMeant(format, options);
  return {
    isSingle,
    format,
    compress,
    rotation,
    name: nameOf(format, compress, options),
  };
}

type FormatName = keyof typeof FORMATS;
type CompressionName = keyof typeof COMPRESSIONS;

const EXTENSIONS = new Map<string, FormatName>([
  ['ndjson', 'ndjson'],
  ['jsonl', 'ndjson'],
  ['json', 'json'],
  ['csv', 'csv'],
  ['parquet', 'parquet'],
  ['avro', 'avro'],
]);
/** Of a file that somebody meant, and no name of a directory. */
const EXTENSION = /\.[a-z]{2,6}\d?$/i;
const SUFFIXES = new Map<string, CompressionName>([
  ['gz', 'gzip'],
  ['zst', 'zstd'],
]);

function namedBy(out: string): { format: FormatName; compress: CompressionName | undefined } | undefined {
  const [, extension = '', suffix = ''] = /\.([a-z]+)(?:\.(gz|zst))?$/.exec(out) ?? [];
  const format = EXTENSIONS.get(extension);
  return format && { format, compress: SUFFIXES.get(suffix) };
}

function isDirectory(path: string): boolean {
  return path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isPacked(format: FormatName): boolean {
  return format === 'parquet' || format === 'avro';
}

function assertMeant(format: FormatName, { columns, jsonColumns, csvUnsafe, avroSchema }: FileOptions): void {
  const below = [...(columns ?? []), ...(jsonColumns ?? [])].find((path) => path.length > 1);
  if (avroSchema !== undefined && format !== 'avro') throw not('--avro-schema', 'avro', format);
  if (csvUnsafe && format !== 'csv') throw not('--csv-unsafe', 'csv', format);
  if (columns && format !== 'csv' && format !== 'parquet') throw not('--columns', 'csv or parquet', format);
  if (jsonColumns && format !== 'parquet') throw not('--json-columns', 'parquet', format);
  const names = columns && new Set(columns.map(([name]) => name));
  const other = names && jsonColumns?.find(([name]) => !names.has(name));
  if (other) throw noColumn(other);
  if (below && format !== 'csv')
    throw not(`the column "${below.join('.')}", which is inside a property,`, 'csv', format);
}

function nameOf(
  format: string,
  compress: string,
  { columns, jsonColumns, csvUnsafe, avroSchema }: FileOptions,
): string {
  const parts = [format];
  if (compress !== 'none') parts.push(compress);
  if (columns !== undefined) parts.push(`columns ${JSON.stringify(columns)}`);
  if (jsonColumns !== undefined) parts.push(`JSON columns ${JSON.stringify(jsonColumns)}`);
  if (csvUnsafe) parts.push('unsafe');
  if (avroSchema !== undefined)
    parts.push(`schema ${createHash('sha256').update(avroSchema).digest('hex').slice(0, 8)}`);
  return parts.join(', ');
}

function noColumn(path: Path): FlowError {
  return new FlowError('usage', `--json-columns: "${path.join('.')}" is not among --columns`, {
    hint: 'add it there, or leave --columns out',
  });
}

function unknownExtension(out: string): FlowError {
  const known = [...EXTENSIONS]
    .map(([name, format]) => (isPacked(format) ? `.${name}` : `.${name}[.gz|.zst]`))
    .join(', ');
  return new FlowError('usage', `"${out}" is neither a directory nor a file of a known kind`, {
    hint: `name a file that ends in ${known}, or a directory; with / at its end, a new one may have any name`,
  });
}

function contradiction(out: string, compress: string): FlowError {
  return new FlowError('usage', `--compress ${compress} contradicts the name "${out}"`, {
    hint: 'leave --compress out, or name the file otherwise',
  });
}

function nothingToRotate(out: string): FlowError {
  return new FlowError('usage', `"${out}" is one file, and --rotate-… begins others`, {
    hint: 'name a directory with --out',
  });
}

function packed(format: string): FlowError {
  return new FlowError('usage', `files of ${format} are compressed in their own way`, { hint: 'leave --compress out' });
}

function not(what: string, wanted: string, format: string): FlowError {
  return new FlowError('usage', `${what} is for ${wanted}, not ${format}`, {
    hint: 'leave it out, or choose another --format',
  });
}
