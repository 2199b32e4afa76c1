import type { Value } from './value.ts';

/**
 * Where a query goes on. It names documents, not offsets, so that writes between two pages neither hide a document that
 * was there all along nor show it twice; only groups, and the results of a query in FROM, are counted.
 */
export interface Position {
  /** The number of a document. */
  readonly number: number;
  /** How many results of that document have been given, when there are more of them; 0 when it is done with. */
  readonly row: number;
  /** How many results there have been, those that OFFSET leaves out among them. */
  readonly passed: number;
  /** The keys of the last result of a query with ORDER BY; without them, as many as have passed are passed over. */
  readonly keys?: readonly Value[];
  /** The aggregates over the documents so far. */
  readonly totals?: readonly Value[];
}

export const START: Position = { number: 0, row: 0, passed: 0 };

/** A text of at most `POSITION_MAX` characters; `undefined` when the position is too much for it. */
export function formatPosition(position: Position): string | undefined {
  const { number, row, passed, keys, totals } = position;
  const more = { ...(row > 0 && { row }), ...(keys && { keys: keys.map(wrap) }), ...(totals && { totals }) };
  const plain = `${number}.${passed}`;
  if (Object.keys(more).length === 0) return plain;
  const text = `${plain}.${Buffer.from(JSON.stringify(more)).toString('base64url')}`;
  if (text.length <= POSITION_MAX) return text;
  return keys ? formatPosition({ number: 0, row: 0, passed, keys: [] }) : undefined;
}

/** The position that a text stands for; `undefined` when it is none. */
export function parsePosition(text: string): Position | undefined {
  const match = /^(\d{1,15})\.(\d{1,15})(?:\.([\w-]+))?$/.exec(text);
  if (!match) return undefined;
  const [, number, passed, more] = match;
  const plain = { number: Number(number), row: 0, passed: Number(passed) };
  if (more === undefined) return plain;
  const state = parseState(more);
  if (!state) return undefined;
  const { row = 0, keys, totals } = state;
  if (!Number.isSafeInteger(row) || (row as number) < 0) return undefined;
  if (!isOptionalArray(keys) || !isOptionalArray(totals)) return undefined;
  return { ...plain, row: row as number, ...(keys && { keys: keys.map(unwrap) }), ...(totals && { totals }) };
}

const POSITION_MAX = 1000;

function parseState(text: string): Record<string, Value> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isOptionalArray(value: Value): value is Value[] | undefined {
  return value === undefined || Array.isArray(value);
}

/** JSON has no `undefined`; and of arrays and objects only the type matters. */
function wrap(key: Value): Value {
  if (key === undefined) return {};
  if (typeof key !== 'object' || key === null) return { key };
  return { key: Array.isArray(key) ? [] : {} };
}

function unwrap(wrapped: Value): Value {
  return isRecord(wrapped) ? wrapped.key : undefined;
}

function isRecord(value: Value): value is Record<string, Value> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
