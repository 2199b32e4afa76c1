import { dirname } from 'node:path';
import type { Disk } from './disk.ts';
import { DRAFT, type Layout, manifestOf } from './layout.ts';
import { mixedColumns } from './mixed-columns.ts';
import type { PartNote } from './part-note.ts';

/** What a manifest says besides its files; `complete` is true when nobody says. */
export type About = Readonly<Record<string, unknown>>;

/** Writes down which files an output is made of, durably; it is replaced as a whole. */
export async function writeManifest(
  disk: Disk,
  layout: Layout,
  about: About,
  parts: ReadonlyMap<string, PartNote>,
): Promise<void> {
  const path = manifestOf(layout);
  const draft = path + DRAFT;
  if (await disk.exists(draft)) await disk.remove(draft);
  const file = await disk.create(draft);
  try {
    await file.write(Buffer.from(`${JSON.stringify(manifest(about, parts), undefined, 2)}\n`), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await disk.replace(draft, path);
  await disk.syncDirectory(dirname(path));
}

function manifest({ complete = true, ...about }: About, parts: ReadonlyMap<string, PartNote>): object {
  const mixed = mixedColumns(parts.values());
  const files = [...parts]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, { range, rows, file }]) => ({ name, range, rows, bytes: file?.bytes, sha256: file?.sha256 }));
  return {
    ...about,
    complete,
    rows: sum(files.map(({ rows }) => rows)),
    bytes: sum(files.map(({ bytes }) => bytes ?? 0)),
    ...(mixed.length > 0 && { mixed }),
    files,
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
