import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import { type Checkpoint, EVERYTHING, type Page, type Range, type Sink } from '../../../src/contract.ts';
import { COMPRESSIONS } from '../../../src/formats/compression.ts';
import { ndjsonFormat } from '../../../src/formats/ndjson.ts';
import { run } from '../../../src/pipeline/run.ts';
import { disk } from '../../../src/sinks/files/disk.ts';
import { filesSink } from '../../../src/sinks/files/files.ts';
import { directoryLayout, fileLayout } from '../../../src/sinks/files/layout.ts';
import type { Workshop } from '../../../src/sinks/files/workshop.ts';
import { sourceOf } from '../../pipeline/rig.ts';
import { upsert } from '../../support/changes.ts';

/** NDJSON in a directory, unless it is said otherwise. */
export function workshop(directory: string, other: Partial<Workshop> & { single?: string } = {}): Workshop {
  const { format = ndjsonFormat, compression = COMPRESSIONS.none, single, ...rest } = other;
  const suffix = `.${format.extension}${compression.suffix}`;
  return {
    disk,
    layout: single === undefined ? directoryLayout(directory, suffix) : fileLayout(join(directory, single)),
    format,
    compression,
    rotation: { rows: undefined, bytes: undefined, everyMs: undefined },
    now: () => NOW,
    ...rest,
  };
}

export function openFiles(shop: Workshop, checkpoint: Checkpoint = forgetful()): Promise<Sink> {
  return filesSink(shop, { notes: checkpoint.notes(), about: () => ({ source: 'here' }), requestCharge: () => 0 });
}

/** Runs the pipeline over these pages to its end, or its failure. */
export async function writeAll(
  shop: Workshop,
  pages: ReadonlyMap<Range, readonly Page[]>,
  checkpoint: Checkpoint = forgetful(),
): Promise<void> {
  const sink = await openFiles(shop, checkpoint);
  try {
    await run(sourceOf(pages), sink, checkpoint, { window: 4, signal: new AbortController().signal });
  } finally {
    await sink.close();
  }
}

/** Pages of documents for each of these ranges. */
export function pagesOf(ranges: readonly Range[], pages: number, perPage: number): Map<Range, Page[]> {
  return new Map(
    ranges.map((range, lane) => [
      range,
      Array.from({ length: pages }, (_, page) => pageOf(`${lane}-${page}`, perPage)),
    ]),
  );
}

export function pageOf(resumeAt: string, count: number): Page {
  return {
    changes: Array.from({ length: count }, (_, row) => upsert(`${resumeAt}-${row}`)),
    resumeAt: resumeAt as Page['resumeAt'],
  };
}

export const ONE: readonly Range[] = [EVERYTHING];
export const TWO: readonly Range[] = [
  { min: '', max: '80' },
  { min: '80', max: 'FF' },
];
export const FOUR: readonly Range[] = [
  { min: '', max: '40' },
  { min: '40', max: '80' },
  { min: '80', max: 'C0' },
  { min: 'C0', max: 'FF' },
];

/** All files of a directory: name and bytes. */
export function filesIn(directory: string): Record<string, string> {
  const names = readdirSync(directory).toSorted();
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(directory, name), 'latin1')]));
}

/** What is in a file, whatever it is compressed with. */
export function textOf(path: string): string {
  const bytes = readFileSync(path);
  if (path.includes('.gz')) return gunzipSync(bytes).toString();
  return path.includes('.zst') ? frames(bytes) : bytes.toString();
}

export function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

const NOW = Date.UTC(2026, 0, 1);

/** Node's decompressor ends with the first frame. */
function frames(bytes: Buffer): string {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const { buffer, engine } = zstdDecompressSync(bytes.subarray(at), { info: true }) as unknown as Frame;
    text += buffer.toString();
    at += engine.bytesWritten;
  }
  return text;
}

interface Frame {
  readonly buffer: Buffer;
  readonly engine: { readonly bytesWritten: number };
}
