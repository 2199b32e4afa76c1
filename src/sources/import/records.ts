import type { Input } from './input.ts';

/** One record of an input, before anybody has looked into it. */
export interface InputRecord {
  readonly text: Buffer;
  /** Why it is no document, where that is known already. */
  readonly flaw?: string;
  /** Where in the decompressed input reading goes on after it. */
  readonly end: number;
  /** Where it is, for people: the line it starts in, from 1. */
  readonly line: number;
  /** Its number among the elements of an array, from 1. */
  readonly element?: number;
  /** The line at `end`. */
  readonly endLine: number;
}

/** Where reading starts. */
export interface Place {
  /** Bytes of the decompressed input before it. */
  readonly offset: number;
  readonly line: number;
  /** Records before it. */
  readonly record: number;
}

/** Cuts an input into records, from a place that was the end of a record, or the beginning. Fails when told to stop. */
export type Splitter = (input: Input, from: Place, signal: AbortSignal) => AsyncIterable<InputRecord>;
