import { dirname } from 'node:path';
import { type ConvertedFormat, type Format, isConverted } from '../../formats/format.ts';
import { assertBegins, digestOf, hexOf } from './digest.ts';
import type { Disk, DiskFile } from './disk.ts';
import { DRAFT, PARTIAL } from './layout.ts';
import type { FileFacts, PartNote } from './part-note.ts';

/** Gives a complete file its name, durably, and makes what it is to become of it. Nothing of it changes after that. */
export async function finish(disk: Disk, path: string, note: PartNote, format: Format): Promise<PartNote> {
  if (isConverted(format)) return { ...note, file: await convert(disk, path, format.convert) };
  const file = await disk.open(path + PARTIAL);
  try {
    if (note.file && (await file.stat()).changed !== note.file.changed)
      await assertBegins(file, path + PARTIAL, note.file);
    await disk.rename(path + PARTIAL, path);
    await disk.syncDirectory(dirname(path));
    return note.file ? { ...note, file: await named(file, note.file) } : note;
  } finally {
    await file.close();
  }
}

/** Reads what there is to know about a file that is whole. */
export async function factsOf(disk: Disk, path: string): Promise<FileFacts> {
  const file = await disk.open(path);
  try {
    const { bytes, changed } = await file.stat();
    return { bytes, sha256: hexOf(await digestOf(file, path, bytes)), changed };
  } finally {
    await file.close();
  }
}

/** To get a name is a change, too. */
async function named(file: DiskFile, facts: FileFacts): Promise<FileFacts> {
  return { ...facts, changed: (await file.stat()).changed };
}

async function convert(disk: Disk, path: string, work: ConvertedFormat['convert']): Promise<FileFacts> {
  const draft = path + DRAFT;
  if (await disk.exists(draft)) await disk.remove(draft);
  await (await disk.create(draft)).close();
  const columns = await work(path + PARTIAL, draft);
  await sync(disk, draft);
  await disk.rename(draft, path);
  await disk.syncDirectory(dirname(path));
  const facts = await factsOf(disk, path);
  await disk.remove(path + PARTIAL);
  await disk.syncDirectory(dirname(path));
  return columns ? { ...facts, columns } : facts;
}

async function sync(disk: Disk, path: string): Promise<void> {
  const file = await disk.open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
