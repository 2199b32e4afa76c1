// Terminology
// - change: one document as it was written, or the fact that it was deleted
// - key: partition key and id together; changes with equal keys are delivered in order
// - range: a slice of the source that is read on its own; a key is never in two at once
// - page: changes read together, ending where the source can resume
// - continuation: that point; opaque, only the source that made it can read it
// - durable: the destination would still have it after losing power
// - commit: save a page's continuation, once it and every page before it are durable
// - split: a range ends and others go on where it stopped; together they cover the same keys
// - note: what a sink wants to find again after a crash; stored together with the position that it belongs to

/** A half-open interval `[min, max)` of effective partition keys. A source without partitions has one range, `EVERYTHING`. */
export interface Range {
  readonly min: string;
  readonly max: string;
}

export const EVERYTHING: Range = Object.freeze({ min: '', max: 'FF' });

declare const continuation: unique symbol;
export type Continuation = string & { readonly [continuation]: true };

export interface Change {
  /**
   * Equal for all versions of one document, different for different documents: JSON texts of the id and of each part of
   * the partition key, with commas between. A part that the document does not have is `{}`.
   */
  readonly key: string;
  readonly kind: 'upsert' | 'delete';
  /**
   * UTF-8 JSON text, exactly as the source sent it; may be a view into the page it came in. For a delete, an object
   * with the id and the partition-key properties alone.
   */
  readonly document: Uint8Array;
  /** What happened, where the source tells: the latest-version feed does not tell a creation from a replacement. */
  readonly operation?: 'create' | 'replace' | 'delete' | 'expire' | undefined;
  /** Opaque, and another for each version of the document. */
  readonly version?: string | undefined;
  /** Number of the commit in its physical range; later is larger. */
  readonly lsn?: number | undefined;
  /** When it was committed, in whole seconds since 1970 by the clock of the server. */
  readonly time?: number | undefined;
  /** True of what a query made of no one document, like a count: its key says where it stood among the results. */
  readonly isResult?: boolean | undefined;
}

/** A range and the point in it from which to read; `undefined` is the start that the source was opened with. */
export interface Position {
  readonly range: Range;
  readonly resumeAt: Continuation | undefined;
}

export interface Page {
  readonly changes: readonly Change[];
  /**
   * Where to resume once they are committed: behind them; or at an earlier page end, if the source cannot resume
   * there, and then some come again. `undefined` is the start.
   */
  readonly resumeAt: Continuation | undefined;
  /** About how many changes of the range came after this page, where the source can tell. */
  readonly lag?: number;
  /** Set on a page without changes that is not the end for now: what was read is not wanted. */
  readonly hasMore?: boolean;
  /** Set on the last page of a range that has split: where its successors, which tile it, go on. */
  readonly split?: readonly Position[];
  /** What is to be noted in its commit, beside what the sink notes. */
  readonly notes?: Notes;
  /** Gives the memory of the documents back to the source, which overwrites it. They must not be looked at any more. */
  release?(): void;
}

export interface Source {
  /** All that it reads, where that is not everything. */
  readonly whole?: Range;
  /**
   * The ranges as they are now, and where to begin in each. They tile `whole`: no hole, no overlap.
   * What happens after this has resolved is read from there, if the source was opened to begin with it.
   */
  starts(): Promise<readonly Position[]>;
  /**
   * Pages after `from` (`undefined`: from the start), oldest first. Ends, without throwing, at the end of what there
   * is to read, soon after `signal` aborts, or with the page that carries a split.
   */
  pages(range: Range, from: Continuation | undefined, signal: AbortSignal): AsyncIterable<Page>;
}

/** By name; `undefined` forgets what the name stood for. */
export type Notes = ReadonlyMap<string, string | undefined>;

// biome-ignore lint/suspicious/noConfusingVoidType: most sinks have nothing to note
export type Written = Notes | void;

export interface Sink {
  /**
   * What of two writes may not overlap: those with a key in common (`key`, unless it says otherwise), any two of one
   * range, or any two at all. Those of one range then come in the order in which they were read, and each only once the
   * one before it is committed.
   */
  readonly order?: 'key' | 'range' | 'all';
  /**
   * Applies the changes in order; resolves once all of them are durable, with what is to be noted in the commit. When it
   * rejects, nothing of this call is still under way. May be called again with the same changes, and while an earlier
   * call is open that `order` does not keep apart from it.
   */
  write(changes: readonly Change[], range: Range): Promise<Written>;
  /**
   * For a sink whose writes wait for later ones, to go together: until `over` settles, somebody waits for what is under way
   * of a range, or of all, and nothing of it is to wait for more.
   */
  hurry?(over: Promise<unknown>, range?: Range): void;
  /** Called once, when the source has been read to its end and everything is committed. */
  finish?(): Promise<Written>;
  close(): Promise<void>;
}

export interface Checkpoint {
  /** Where each range stands; empty before the first `begin`. */
  positions(): readonly Position[];
  /** All that is noted. */
  notes(): ReadonlyMap<string, string>;
  /** Stores the ranges of a new job, so that a start point is kept before anything is delivered. */
  begin(starts: readonly Position[]): void;
  /** Moves a range on, and notes what belongs to that, in one transaction. */
  save(range: Range, resumeAt: Continuation | undefined, notes?: Written): void;
  /** Replaces a range by the successors that tile it, and notes what belongs to that, in one transaction. */
  split(range: Range, successors: readonly Position[], notes?: Written): void;
  note(notes: Notes): void;
  close(): void;
}
