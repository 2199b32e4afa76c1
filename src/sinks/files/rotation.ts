import type { Rows } from '../../formats/format.ts';

export interface Rotation {
  /** Rows of a file. */
  readonly rows: number | undefined;
  /** Bytes of a file before it is compressed. A single row may have more. */
  readonly bytes: number | undefined;
  /** How long a file is written to, in milliseconds. */
  readonly everyMs: number | undefined;
}

/** Rows that go into one file. */
export interface Piece {
  readonly first: number;
  /** Index after the last of them. There may be none, and yet the file is full. */
  readonly end: number;
  readonly full: boolean;
}

export interface Frame {
  readonly separatorBytes: number;
  readonly headerBytes: number;
  readonly trailerBytes: number;
}

/**
 * Shares rows out among files, of which the first already has some: where a file ends depends on the rows alone, and not
 * on how they are grouped into pages.
 */
export function* pieces(
  { ends }: Pick<Rows, 'ends'>,
  frame: Frame,
  begun: { readonly rows: number; readonly textBytes: number },
  rotation: Pick<Rotation, 'rows' | 'bytes'>,
): Generator<Piece> {
  const { rows: rowsMax = Number.POSITIVE_INFINITY, bytes: bytesMax = Number.POSITIVE_INFINITY } = rotation;
  let { rows, textBytes } = begun;
  for (let first = 0, end = 0; first < ends.length; first = end) {
    if (rows === 0) textBytes = frame.headerBytes;
    let full = rows >= rowsMax;
    while (!full && end < ends.length) {
      const bytes = (ends[end] as number) - startOf(ends, end) - (rows === 0 ? frame.separatorBytes : 0);
      full = rows > 0 && textBytes + bytes + frame.trailerBytes > bytesMax;
      if (full) break;
      textBytes += bytes;
      rows++;
      end++;
      full = rows >= rowsMax;
    }
    yield { first, end, full };
    if (full) rows = 0;
  }
}

/** Where a row starts. */
export function startOf(ends: readonly number[], index: number): number {
  return index === 0 ? 0 : (ends[index - 1] as number);
}
