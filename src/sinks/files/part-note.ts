import type { Range } from '../../contract.ts';
import type { ColumnTypes } from '../../formats/format.ts';

/** What is noted of a file with each commit: all that it takes to go on with it, or to list it. */
export interface PartNote {
  readonly range: Range;
  /** Counts the files of a range, from 1. */
  readonly number: number;
  readonly rows: number;
  /** Bytes of its header and rows before they were compressed. */
  readonly textBytes: number;
  /** Bytes that are committed: all but the trailer. */
  readonly bytes: number;
  /** Of these bytes. */
  readonly sha256: string;
  /** When it was begun, in milliseconds since 1970. */
  readonly begun: number;
  /** No row is added to it any more. */
  readonly complete: boolean;
  /** The file that came of it. Of one that is made by conversion it is known once that is done. */
  readonly file?: FileFacts | undefined;
}

export interface FileFacts {
  readonly bytes: number;
  readonly sha256: string;
  /** When it was last changed, in nanoseconds; a file that still says so is what it was. */
  readonly changed: string;
  readonly columns?: ColumnTypes;
}

/** The name of the note about a file. */
export function noteName(file: string): string {
  return `${PREFIX}${file}`;
}

/** All files that are noted, by name. */
export function partNotesIn(notes: ReadonlyMap<string, string>): Map<string, PartNote> {
  const parts = new Map<string, PartNote>();
  for (const [name, text] of notes) {
    if (name.startsWith(PREFIX)) parts.set(name.slice(PREFIX.length), JSON.parse(text) as PartNote);
  }
  return parts;
}

const PREFIX = 'file/';
