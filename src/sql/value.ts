import { spend, spendOn } from './budget.ts';

/** A JSON value, or `undefined`: the value of what is not there. Operations on it give `undefined`, never an error. */
export type Value = unknown;

/** -1, 0 or 1; `undefined` when the two cannot be ordered: different types, or not strings, numbers or booleans. */
export function compare(left: Value, right: Value): number | undefined {
  if (typeof left !== typeof right) return undefined;
  if (typeof left === 'string') return compareText(left, right as string);
  if (typeof left !== 'number' && typeof left !== 'boolean') return undefined;
  if (left === right) return 0;
  return left < (right as number | boolean) ? -1 : 1;
}

/** Deep equality; `undefined` when either side is, or when the types differ. */
export function equals(left: Value, right: Value): boolean | undefined {
  if (left === undefined || right === undefined || typeOf(left) !== typeOf(right)) return undefined;
  return isSame(left, right);
}

/**
 * The order of ORDER BY, in which everything has a place: undefined, null, booleans, numbers, strings, arrays, objects.
 * Arrays are equal among themselves here, as are objects.
 */
export function order(left: Value, right: Value): number {
  const rank = RANKS[typeOf(left)] - RANKS[typeOf(right)];
  return rank === 0 ? (compare(left, right) ?? 0) : Math.sign(rank);
}

export type Type = 'undefined' | 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

export function typeOf(value: Value): Type {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : (typeof value as Type);
}

/** A text that is the same for equal values only, whatever the order of their members. */
export function canonical(value: Value): string {
  if (typeof value === 'string') spendOn(value);
  // JSON has no number that is too large, and would write null.
  if (typeof value === 'number') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined';
  if (Array.isArray(value)) {
    spend(value.length);
    return `[${value.map(canonical).join(',')}]`;
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  spend(members.length);
  members.sort(([left], [right]) => (left < right ? -1 : 1));
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`;
}

const RANKS: Readonly<Record<Type, number>> = {
  undefined: 0,
  null: 1,
  boolean: 2,
  number: 3,
  string: 4,
  array: 5,
  object: 6,
};

function compareText(left: string, right: string): number {
  if (left === right) return 0;
  // Code units sort surrogates below U+E000…U+FFFF, UTF-8 bytes do not.
  for (let at = 0; ; at++) {
    const [a, b] = [left.charCodeAt(at), right.charCodeAt(at)];
    if (a === b) continue;
    if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) ? -1 : 1;
    return rankOfUnit(a) < rankOfUnit(b) ? -1 : 1;
  }
}

/** Surrogates begin the longest sequences of UTF-8. */
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit < 0xe000 ? unit + 0x10000 : unit;
}

function isSame(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeOf(left) !== typeOf(right) || typeof left !== 'object' || left === null) return false;
  const [names, others] = [Object.keys(left), Object.keys(right as object)];
  if (names.length !== others.length) return false;
  spend(names.length);
  const [from, to] = [left as Record<string, Value>, right as Record<string, Value>];
  return names.every((name) => Object.hasOwn(to, name) && isSame(from[name], to[name]));
}
