/** The names that lead from a document to a value. */
export type Path = readonly string[];

/** `id,customer.name,"a.b"`: names with commas or dots in them are quoted. */
export function parsePaths(text: string): readonly Path[] {
  return splitAtCommas(text).map((path) => split(path, '.').map(unquoted));
}

/** `one,"t,wo"`: parts between commas that are not in quotes. Their quotes stay. */
export function splitAtCommas(text: string): readonly string[] {
  return split(text, ',').map((part) => part.trim());
}

/** Parts between separators that are not in quotes. */
function split(text: string, separator: string): string[] {
  const parts = [''];
  let isQuoted = false;
  for (const character of text) {
    if (character === '"') isQuoted = !isQuoted;
    if (character === separator && !isQuoted) parts.push('');
    else parts.push(parts.pop() + character);
  }
  return parts;
}

/** A text without the quotes around it, if it has them. */
export function unquoted(part: string): string {
  return part.startsWith('"') && part.endsWith('"') && part.length > 1 ? part.slice(1, -1) : part;
}
