import type { Original } from './original.ts';

/**
 * Whether a value is what a text was parsed to, with everything in the order of the text. An object or array that was
 * moved is not, however alike what was there before: numbers can be alike that were not in the text.
 */
export function isSame(value: unknown, before: unknown, original: Original | undefined): boolean {
  if (Object.is(value, before)) return true;
  if (typeof value !== 'object' || typeof before !== 'object' || !value || !before || isMadeText(value)) return false;
  if (original?.isFromElsewhere(value, before)) return false;
  if (Array.isArray(value) || Array.isArray(before)) {
    if (!Array.isArray(value) || !Array.isArray(before) || value.length !== before.length) return false;
    return before.every((element, index) => isSame(value[index], element, original));
  }
  if (!isRecord(value) || !isRecord(before)) return false;
  const [names, namesBefore] = [namesOf(value), Object.keys(before)];
  if (names.length !== namesBefore.length) return false;
  return names.every((name, index) => name === namesBefore[index] && isSame(value[name], before[name], original));
}

/** What says itself how it is written, as a date does. */
export interface MadeText {
  toJSON(name: string): unknown;
}

export function isMadeText(value: unknown): value is MadeText {
  return typeof (value as Partial<MadeText> | null | undefined)?.toJSON === 'function';
}

/** Maps, promises and the like keep what they have out of their properties. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

/** To set a property to `undefined` is to remove it. */
export function namesOf(value: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.keys(value).filter((name) => value[name] !== undefined);
}
