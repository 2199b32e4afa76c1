import { basename, dirname, join } from 'node:path';
import type { Range } from '../../contract.ts';

/** Where files of an output are, and what they are called. */
export interface Layout {
  readonly directory: string;
  /** The name of the manifest in it. */
  readonly manifest: string;
  /** All ranges go into one file. */
  readonly isSingle: boolean;
  /** The same for the same rows, however often the run was interrupted. */
  nameOf(range: Range, number: number): string;
  /** Whether a file of this name would be ours. */
  owns(name: string): boolean;
}

/** What a file is called until it is whole and will not change any more. */
export const PARTIAL = '.partial';
/** What a file is called that means nothing if it is found. */
export const DRAFT = '.draft';

/** One file that everything goes into. */
export function fileLayout(path: string): Layout {
  const name = basename(path);
  return {
    directory: dirname(path),
    manifest: `${name}.manifest.json`,
    isSingle: true,
    nameOf: () => name,
    owns: (other) => withoutState(other) === name || withoutState(other) === `${name}.manifest.json`,
  };
}

/** A directory with files for each range, one after the other; in the order of their names they are in that of ranges. */
export function directoryLayout(directory: string, suffix: string): Layout {
  return {
    directory,
    manifest: 'manifest.json',
    isSingle: false,
    nameOf: ({ min, max }, number) => `part-${min || '00'}-${max}-${String(number).padStart(5, '0')}${suffix}`,
    owns: (name) => withoutState(name) === 'manifest.json' || PART.test(name),
  };
}

/** The path of the manifest. */
export function manifestOf({ directory, manifest }: Layout): string {
  return join(directory, manifest);
}

const PART = /^part-[0-9A-F]+-[0-9A-F]+-\d{5,}\./;

function withoutState(name: string): string {
  return name.replace(/\.(partial|draft)$/, '');
}
