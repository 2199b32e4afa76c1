import { objectText } from '../support/object-text.ts';

/** `undefined` stands for a missing property, which is a key value of its own. */
export type KeyComponent = string | number | boolean | null | undefined;

export interface PartitionKeyDefinition {
  readonly paths: readonly string[];
  readonly kind?: 'Hash' | 'MultiHash' | undefined;
  readonly version?: 1 | 2 | undefined;
}

/** The key of a container that is made. */
export function keyBy(paths: readonly string[]): PartitionKeyDefinition {
  return { paths, kind: paths.length > 1 ? 'MultiHash' : 'Hash', version: 2 };
}

/**
 * `/a/"b c"/d` as its property names, read as the official client reads it: a name in single or double quotes is what
 * is between them, backslashes too; any other loses white space at its ends. Throws when the text is no path.
 */
export function propertyNames(path: string): string[] {
  const names = [...path.matchAll(/\/(?:(["'])(.*?)(?<!\\)\1|(?!["'])([^/]*))/gsy)];
  if (names.reduce((length, [text]) => length + text.length, 0) < path.length) {
    throw new Error(`"${path}" is not a path to a property`);
  }
  if (path.endsWith('/') && names.at(-1)?.[0] === '/') names.pop();
  return names.map(([, , quoted, plain = '']) => quoted ?? plain.trim());
}

/** The key of a parsed document: one component per path of the definition. */
export function keyOfDocument(document: unknown, definition: PartitionKeyDefinition): KeyComponent[] {
  return keyReader(definition)(document);
}

/** Reads keys of many documents: the paths of the definition are read once. */
export function keyReader({ paths }: PartitionKeyDefinition): (document: unknown) => KeyComponent[] {
  const names = paths.map(propertyNames);
  return (document) => names.map((path) => componentAt(document, path));
}

/** JSON text of an object with the id and the partition-key properties of a document alone, from its JSON text. */
export function keyDocument(text: string, { paths }: PartitionKeyDefinition): string {
  const document: unknown = JSON.parse(text);
  const places = [['id'], ...paths.map(propertyNames)].flatMap((names): [readonly string[], string][] => {
    const value = componentAt(document, names);
    return value === undefined ? [] : [[names, JSON.stringify(value)]];
  });
  return objectText(places);
}

/** The text of the partition-key header: a JSON array, `{}` for a missing property, ASCII only. */
export function formatKey(key: readonly KeyComponent[]): string {
  const text = JSON.stringify(key.map((component) => (component === undefined ? {} : component)));
  return text.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Reads the text of a partition-key header; `undefined` when it is not one. */
export function parseKey(text: string): KeyComponent[] | undefined {
  const values = parseArray(text);
  if (!values?.every(isComponentOrNone)) return undefined;
  return values.map((value) => (typeof value === 'object' && value !== null ? undefined : (value as KeyComponent)));
}

function componentAt(document: unknown, names: readonly string[]): KeyComponent {
  let value = document;
  for (const name of names) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  // Objects and arrays cannot be key values: the service takes them for a missing property.
  return typeof value === 'object' && value !== null ? undefined : (value as KeyComponent);
}

function parseArray(text: string): unknown[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isComponentOrNone(value: unknown): boolean {
  // JSON text may have numbers that are too large for a double.
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return !Array.isArray(value) && Object.keys(value).length === 0;
}
