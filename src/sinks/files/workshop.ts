import { COMPRESSIONS, type Compression } from '../../formats/compression.ts';
import { type AppendedFormat, type Format, isConverted } from '../../formats/format.ts';
import { ndjsonFormat } from '../../formats/ndjson.ts';
import type { Disk } from './disk.ts';
import type { Layout } from './layout.ts';
import type { Rotation } from './rotation.ts';

/** How the files of an output are made. */
export interface Workshop {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly format: Format;
  readonly compression: Compression;
  readonly rotation: Rotation;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** What files are while they are written. */
export function writtenAs(format: Format): AppendedFormat {
  return isConverted(format) ? ndjsonFormat : format;
}

/** How files are compressed while they are written. */
export function packedAs({ format, compression }: Pick<Workshop, 'format' | 'compression'>): Compression {
  return isConverted(format) ? COMPRESSIONS.none : compression;
}
