import { existsSync, statSync } from 'node:fs';
import { COMPRESSIONS, type Compression } from '../formats/compression.ts';
import { FORMATS } from '../formats/named.ts';
import type { Rotation } from '../sinks/files/rotation.ts';
import { FlowError } from '../support/error.ts';

export interface FileOptions {
  readonly format: string | undefined;
  readonly compress: string | undefined;
  readonly rotateRows: number | undefined;
  readonly rotateBytes: number | undefined;
  readonly rotateEvery: number | undefined;
}

/** What files are to be like, from the flags and the name. */
export interface FileShape {
  /** The path is that of a file, and not of a directory. */
  readonly isSingle: boolean;
  readonly format: keyof typeof FORMATS;
  readonly compression: Compression;
  readonly rotation: Rotation;
  /** Tells apart what cannot be gone on with as if it were the other. */
  readonly name: string;
}

export function shapeOf(out: string, options: FileOptions): FileShape {
  const named = namedBy(out);
  const isSingle = named.format !== undefined && !isDirectory(out);
  if (!isSingle && existsSync(out) && !isDirectory(out)) throw unknownExtension(out);
  const format = options.format ?? (isSingle ? named.format : undefined) ?? 'ndjson';
  if (!isFormat(format))
    throw new FlowError('usage', `"${format}" is not a format of files`, { hint: `formats are ${list(FORMATS)}` });
  const compress = options.compress ?? (isSingle ? named.compress : undefined) ?? 'none';
  const compression = COMPRESSIONS[compress];
  if (!compression)
    throw new FlowError('usage', `"${compress}" is not a way to compress`, {
      hint: `choose one of ${list(COMPRESSIONS)}`,
    });
  if (isSingle && named.compress !== undefined && named.compress !== compress) throw contradiction(out, compress);
  const rotation = { rows: options.rotateRows, bytes: options.rotateBytes, everyMs: options.rotateEvery };
  if (isSingle && Object.values(rotation).some((limit) => limit !== undefined)) throw nothingToRotate(out);
  return { isSingle, format, compression, rotation, name: compress === 'none' ? format : `${format}, ${compress}` };
}

const EXTENSIONS: Readonly<Record<string, string>> = { jsonl: 'ndjson', ndjson: 'ndjson', json: 'json' };
const COMPRESSED: Readonly<Record<string, string>> = { gz: 'gzip', zst: 'zstd' };

function namedBy(out: string): { format?: string; compress?: string } {
  const [, extension = '', last] = /\.([a-z]+)(?:\.(gz|zst))?$/.exec(out) ?? [];
  const format = EXTENSIONS[extension];
  if (format === undefined) return {};
  return last === undefined ? { format } : { format, compress: COMPRESSED[last] as string };
}

function isFormat(name: string): name is keyof typeof FORMATS {
  return Object.hasOwn(FORMATS, name);
}

function isDirectory(path: string): boolean {
  return path.endsWith('/') || statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function list(choices: object): string {
  return Object.keys(choices).join(', ');
}

function unknownExtension(out: string): FlowError {
  return new FlowError('usage', `"${out}" is neither a directory nor a file of a known kind`, {
    hint: `name a directory, or a file that ends in ${Object.keys(EXTENSIONS)
      .map((name) => `.${name}`)
      .join(', ')}`,
  });
}

function contradiction(out: string, compress: string): FlowError {
  return new FlowError('usage', `--compress ${compress} contradicts the name "${out}"`, {
    hint: 'leave --compress away',
  });
}

function nothingToRotate(out: string): FlowError {
  return new FlowError('usage', `"${out}" is one file, and is not rotated`, { hint: 'name a directory with --out' });
}
