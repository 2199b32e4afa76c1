import { join } from 'node:path';
import { isConverted } from '../../formats/format.ts';
import type { Recovered } from './recovery.ts';
import type { Workshop } from './workshop.ts';

/** With what a single file is gone on with: one that was made by conversion gets rows in its own format, if it can. */
export async function goingOn(shop: Workshop, name: string, found: Recovered): Promise<readonly [Workshop, Recovered]> {
  const { format, layout } = shop;
  const { note } = found;
  if (!isConverted(format) || !format.addingTo || !note.file || note.rows === 0) return [shop, found];
  const { bytes, sha256 } = note.file;
  const added = await format.addingTo(join(layout.directory, name));
  return [{ ...shop, format: added }, { note: { ...note, bytes, sha256 } }];
}
