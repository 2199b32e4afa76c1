// Terminology
// - change: one document as it was written, or the fact that it was deleted
// - key: partition key and id together; changes with equal keys are delivered in order
// - range: a slice of the source that is read on its own; a key is never in two at once
// - page: changes read together, ending where the source can resume
// - continuation: that point; opaque, only the source that made it can read it
// - durable: the destination would still have it after losing power
// - commit: save a page's continuation, once it and every page before it are durable
// - split: a range ends and others go on where it stopped; together they cover the same keys

/** A half-open interval `[min, max)` of effective partition keys. A source without partitions has one range, `EVERYTHING`. */
export interface Range {
  readonly min: string;
  readonly max: string;
}

export const EVERYTHING: Range = Object.freeze({ min: '', max: 'FF' });

declare const continuation: unique symbol;
export type Continuation = string & { readonly [continuation]: true };

export interface Change {
  /** Equal for all versions of one document, different for different documents. */
  readonly key: string;
  readonly kind: 'upsert' | 'delete';
  /**
   * UTF-8 JSON text, exactly as the source sent it; may be a view into the page it came in. For a delete, an object
   * with the id and the partition-key properties alone.
   */
  readonly document: Uint8Array;
}

/** A range and the point in it from which to read; `undefined` is the start that the source was opened with. */
export interface Position {
  readonly range: Range;
  readonly resumeAt: Continuation | undefined;
}

export interface Page {
  readonly changes: readonly Change[];
  readonly resumeAt: Continuation;
  /** About how many changes of the range came after this page, where the source can tell. */
  readonly lag?: number;
  /** Set on the last page of a range that has split: where its successors, which tile it, go on. */
  readonly split?: readonly Position[];
  /** Gives the memory of the documents back to the source, which overwrites it. They must not be looked at any more. */
  release?(): void;
}

export interface Source {
  /** The ranges as they are now. They tile the whole source: no hole, no overlap. */
  ranges(): Promise<readonly Range[]>;
  /**
   * Pages after `from` (`undefined`: from the start), oldest first. Ends, without throwing, at the end of what there
   * is to read, soon after `signal` aborts, or with the page that carries a split.
   */
  pages(range: Range, from: Continuation | undefined, signal: AbortSignal): AsyncIterable<Page>;
}

export interface Sink {
  /**
   * Applies the changes in order; resolves once all of them are durable. When it rejects, nothing of this call is
   * still under way. May be called again with the same changes, and while an earlier call with other keys is open.
   */
  write(changes: readonly Change[]): Promise<void>;
  close(): Promise<void>;
}

export interface Checkpoint {
  /** Where each range stands; empty before the first `begin`. */
  positions(): readonly Position[];
  /** Stores the ranges of a new job, so that a start point is kept before anything is delivered. */
  begin(ranges: readonly Range[]): void;
  save(range: Range, resumeAt: Continuation): void;
  /** Replaces a range by the successors that tile it, in one transaction. */
  split(range: Range, successors: readonly Position[]): void;
  close(): void;
}
