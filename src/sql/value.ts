/** A JSON value, or `undefined`: the value of what is not there. Operations on it give `undefined`, never an error. */
export type Value = unknown;

/** -1, 0 or 1; `undefined` when the two cannot be ordered: different types, or not strings, numbers or booleans. */
export function compare(left: Value, right: Value): number | undefined {
  if (left === null && right === null) return 0;
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

function typeOf(value: Value): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

function compareText(left: string, right: string): number {
  // Code units sort surrogates below U+E000…U+FFFF, UTF-8 bytes do not.
  if (left === right) return 0;
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}

function isSame(left: Value, right: Value): boolean {
  if (left === right) return true;
  if (typeOf(left) !== typeOf(right) || typeof left !== 'object' || left === null) return false;
  const [names, others] = [Object.keys(left), Object.keys(right as object)];
  const [from, to] = [left as Record<string, Value>, right as Record<string, Value>];
  return (
    names.length === others.length && names.every((name) => Object.hasOwn(to, name) && isSame(from[name], to[name]))
  );
}
