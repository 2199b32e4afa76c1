/** `undefined` stands for a missing property, which is a key value of its own. */
export type KeyComponent = string | number | boolean | null | undefined;

export interface PartitionKeyDefinition {
  readonly paths: readonly string[];
  readonly kind?: 'Hash' | 'MultiHash' | undefined;
  readonly version?: 1 | 2 | undefined;
}

/** `/a/"b c"/d` as its property names. */
export function propertyNames(path: string): string[] {
  const names = [...path.matchAll(/\/(?:"((?:[^"\\]|\\.)*)"|([^/"][^/]*))/g)];
  return names.map(([, quoted, plain]) => (quoted === undefined ? (plain ?? '') : JSON.parse(`"${quoted}"`)));
}

/** The key of a parsed document: one component per path of the definition. */
export function keyOfDocument(document: unknown, definition: PartitionKeyDefinition): KeyComponent[] {
  return definition.paths.map((path) => componentAt(document, propertyNames(path)));
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
  if (typeof value !== 'object' || value === null) return true;
  return !Array.isArray(value) && Object.keys(value).length === 0;
}
