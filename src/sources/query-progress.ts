import { hash } from 'node:crypto';
import type { Continuation } from '../contract.ts';

// A range is read in passes. Each goes through the results of the query for documents that were written at `mark` or
// later: in the first pass, all. What is written while a pass is under way may lie behind it, and so belongs to the
// next one, whose mark is a little earlier than the beginning of this one. What both of them find is known by its
// version and given once.

/** How far a range of a query has been read. */
export interface Progress {
  /** Of the container. */
  readonly rid: string;
  /** In seconds since 1970 by the clock of the server; `undefined` in the first pass. */
  readonly mark?: number | undefined;
  /** Versions written at `mark` or later that the pass before has given. */
  readonly known?: readonly string[] | undefined;
  /** The mark of the next pass; `undefined` until this one has begun. */
  readonly next?: number | undefined;
  /** Versions written at `next` or later that this pass has found. */
  readonly found?: readonly string[] | undefined;
  /** Whether this pass asks for results with stamps: a token is good for one query only. */
  readonly isStamped?: boolean | undefined;
  /** Where the service goes on with the query. */
  readonly token?: string | undefined;
  /** Whether the pass is over. */
  readonly isDone?: boolean | undefined;
}

export function parseProgress(from: Continuation | undefined): Progress | undefined {
  return from === undefined ? undefined : (JSON.parse(from) as Progress);
}

export function formatProgress(progress: Progress): Continuation {
  return JSON.stringify(progress) as Continuation;
}

/** The pass that follows one that is over. */
export function nextPass({ rid, mark, next, found }: Progress): Progress {
  return { rid, mark: next ?? mark, known: found };
}

/** A short name for two texts, such as the resource id of a document and a version of it. */
export function shortName(one: string, other: string): string {
  return hash('sha256', `${one}\n${other}`, 'base64url').slice(0, NAME_CHARACTERS);
}

/** What one pass has found so far that the next one may find again. */
export class Found {
  readonly #versions: Set<string>;

  constructor({ found = [] }: Progress) {
    this.#versions = new Set(found);
  }

  /** Beyond so many the next pass gives some again. */
  add(version: string): void {
    if (this.#versions.size < FOUND_MAX) this.#versions.add(version);
  }

  get versions(): readonly string[] | undefined {
    return this.#versions.size > 0 ? [...this.#versions] : undefined;
  }
}

/** 66 bits. */
const NAME_CHARACTERS = 11;
/** They are stored with each page. */
const FOUND_MAX = 4096;
