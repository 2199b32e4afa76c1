import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isConverted } from '../../formats/format.ts';
import { assertBegins, hexOf } from './digest.ts';
import { type Disk, damaged } from './disk.ts';
import { factsOf, finish } from './finishing.ts';
import { DRAFT, type Layout, PARTIAL } from './layout.ts';
import { Part } from './part.ts';
import { type FileFacts, type PartNote, partNotesIn } from './part-note.ts';
import { packedAs, type Workshop } from './workshop.ts';

export interface Recovered {
  readonly note: PartNote;
  /** Of a file that more may be added to. */
  readonly part?: Part;
}

/**
 * Finds a file again, and brings it to what is noted of it: what was written and never committed is cut off, what was
 * complete gets its name. Throws when the file is not what was written. `undefined` is one without rows, to be made anew.
 */
export async function recover(shop: Workshop, name: string, note: PartNote): Promise<Recovered | undefined> {
  const { disk, layout, format } = shop;
  const path = join(layout.directory, name);
  const [isPartial, isNamed] = [await disk.exists(path + PARTIAL), await disk.exists(path)];
  if (layout.isSingle && isConverted(format) && note.file && !isNamed) return putBack(shop, path, note, isPartial);
  if (!isPartial && !isNamed) throw damaged(path, 'is gone');
  if (isPartial && isNamed) {
    if (!isConverted(format)) throw damaged(path, `is there, and "${path}${PARTIAL}" too`);
    // It was made of all that was there, and the run ended before that was removed.
    await disk.remove(path + PARTIAL);
    await disk.syncDirectory(dirname(path));
  }
  if (isNamed) return { note: { ...note, complete: true, file: await namedFile(shop, path, note) } };
  // Of several files, one that is complete stays so. One file for everything is taken up again when more comes.
  if (!note.complete || (layout.isSingle && !isConverted(format)))
    return { note, part: await Part.reopen(disk, path + PARTIAL, note, packedAs(shop)) };
  await cutBack(shop, path + PARTIAL, note.file ?? note);
  return { note: await finish(disk, path, note, format) };
}

/** A file that was made by conversion and was to get more rows, of which none was committed. */
async function putBack(
  shop: Workshop,
  path: string,
  note: PartNote,
  isPartial: boolean,
): Promise<Recovered | undefined> {
  const { disk } = shop;
  if (note.rows === 0) {
    if (isPartial) await disk.remove(path + PARTIAL);
    return undefined;
  }
  if (!isPartial) throw damaged(path, 'is gone');
  await cutBack(shop, path + PARTIAL, note.file ?? note);
  await disk.rename(path + PARTIAL, path);
  await disk.syncDirectory(dirname(path));
  return { note: { ...note, file: await namedFile(shop, path, note) } };
}

/** Removes what was begun and never committed. */
export async function removeLeftovers({ disk, layout }: Workshop, noted: ReadonlySet<string>): Promise<void> {
  const names = (await disk.exists(layout.directory)) ? await readdir(layout.directory) : [];
  const leftovers = names.filter(
    (name) =>
      layout.owns(name) &&
      (name.endsWith(DRAFT) || (name.endsWith(PARTIAL) && !noted.has(name.slice(0, -PARTIAL.length)))),
  );
  for (const name of leftovers) await disk.remove(join(layout.directory, name));
  if (leftovers.length > 0) await disk.syncDirectory(layout.directory);
}

/** Removes files that are noted, and the manifest, because all of it is written anew. */
export async function takeBack(disk: Disk, layout: Layout, notes: ReadonlyMap<string, string>): Promise<void> {
  const names = [...partNotesIn(notes).keys()].flatMap((name) => [name, name + PARTIAL]);
  for (const name of [layout.manifest, ...names]) {
    const path = join(layout.directory, name);
    if (await disk.exists(path)) await disk.remove(path);
  }
}

/** A file that has its name: it must be what came of what is noted. */
async function namedFile(shop: Workshop, path: string, note: PartNote): Promise<FileFacts> {
  const { disk, format, compression } = shop;
  const file = await disk.open(path);
  try {
    const { bytes, changed } = await file.stat();
    if (note.file) {
      if (bytes !== note.file.bytes) throw damaged(path, `has ${bytes} bytes and not ${note.file.bytes}`);
      if (changed !== note.file.changed) await assertBegins(file, path, note.file);
      return { ...note.file, changed };
    }
    // The run ended after it had named the file, and before that was noted.
    if (isConverted(format)) return await factsOf(disk, path);
    const hash = await assertBegins(file, path, note);
    const trailer = format.trailer.length > 0 ? await compression.encode(format.trailer) : format.trailer;
    hash.update(trailer);
    await assertBegins(file, path, { bytes, sha256: hexOf(hash) });
    return { bytes, sha256: hexOf(hash), changed };
  } finally {
    await file.close();
  }
}

async function cutBack({ disk }: Workshop, path: string, known: Pick<FileFacts, 'bytes' | 'sha256'>): Promise<void> {
  const file = await disk.open(path);
  try {
    await assertBegins(file, path, known);
    await file.truncate(known.bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}
