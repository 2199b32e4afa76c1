import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';
import type { State } from './state.ts';
import type { UserChange } from './user-change.ts';

/** What a file that transforms may export. */
export interface TransformModule {
  /** What becomes of a change: itself, another, several, or nothing. */
  readonly transform: TransformFunction | undefined;
  readonly state: StateOptions | undefined;
  readonly window: WindowDefinition | undefined;
}

/** What a function gives back for a change: the change itself, or `{ document }`, `{ kind: 'delete', document }`. */
export type Output = UserChange | { readonly kind?: 'upsert' | 'delete'; readonly document: object };
export type TransformFunction = (change: UserChange, context: TransformContext) => Outputs | Promise<Outputs>;
export type Outputs = Output | readonly Output[] | null;

export interface TransformContext {
  /** What is kept between changes, and survives a crash. */
  readonly state: State;
}

export interface StateOptions {
  /** How long an entry lives after it was last set, in milliseconds. */
  readonly ttlMs: number | undefined;
  readonly maxEntries: number;
}

/** A tumbling window over event time. */
export interface WindowDefinition {
  readonly everyMs: number;
  /** How much later than the newest event an older one may come. */
  readonly latenessMs: number;
  readonly key: (change: UserChange) => string;
  readonly add: (value: unknown, change: UserChange) => unknown;
  readonly close: (window: ClosedWindow) => Outputs | Promise<Outputs>;
}

export interface ClosedWindow {
  /** ISO times; the end is not in the window. */
  readonly start: string;
  readonly end: string;
  readonly key: string;
  readonly value: unknown;
}

/** Runs a file of the user's, with the user's rights. Throws a FlowError when it cannot be used. */
export async function loadTransform(file: string): Promise<TransformModule> {
  const exports = await load(file);
  const { default: transform, state, window } = exports;
  if (transform !== undefined && typeof transform !== 'function')
    throw unusable(file, 'its default export is no function');
  if (transform === undefined && window === undefined)
    throw unusable(file, 'it exports neither a function by default nor a window');
  return {
    transform: transform as TransformFunction | undefined,
    state: state === undefined ? undefined : stateOptions(file, state),
    window: window === undefined ? undefined : windowDefinition(file, window),
  };
}

async function load(file: string): Promise<Readonly<Record<string, unknown>>> {
  const path = resolve(file);
  if (!existsSync(path)) throw unusable(file, 'there is no such file');
  try {
    return (await import(pathToFileURL(path).href)) as Record<string, unknown>;
  } catch (error) {
    throw unusable(file, error instanceof Error ? error.message : String(error), error);
  }
}

function stateOptions(file: string, value: unknown): StateOptions {
  const { ttl, maxEntries = ENTRIES_MAX } = objectOf(file, 'state', value);
  if (!Number.isInteger(maxEntries) || Number(maxEntries) < 1)
    throw unusable(file, 'state.maxEntries is no whole number');
  return { ttlMs: ttl === undefined ? undefined : timeOf(file, 'state.ttl', ttl), maxEntries: Number(maxEntries) };
}

const ENTRIES_MAX = 100_000;

function windowDefinition(file: string, value: unknown): WindowDefinition {
  const { every, lateness = LATENESS, key = () => '', add, close } = objectOf(file, 'window', value);
  for (const [name, member] of Object.entries({ key, add, close })) {
    if (typeof member !== 'function') throw unusable(file, `window.${name} is no function`);
  }
  const everyMs = timeOf(file, 'window.every', every);
  if (everyMs < 1) throw unusable(file, 'window.every is no time');
  const latenessMs = timeOf(file, 'window.lateness', lateness);
  return { everyMs, latenessMs, key, add, close } as WindowDefinition;
}

/** Ranges are asked one after the other, and at most a second apart while nothing changes. */
const LATENESS = '5s';

function objectOf(file: string, name: string, value: unknown): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  throw unusable(file, `${name} is no object`);
}

function timeOf(file: string, name: string, value: unknown): number {
  try {
    return parseDuration(String(value));
  } catch (error) {
    throw unusable(file, `${name}: ${(error as Error).message}`, error);
  }
}

function unusable(file: string, why: string, cause?: unknown): FlowError {
  return new FlowError('usage', `cannot transform with "${file}": ${why}`, {
    hint: 'it is an ES module that exports a function by default: (change, context) => change, several, or null',
    cause,
  });
}
