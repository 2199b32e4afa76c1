/** The names that lead from a document to a value. */
export type Path = readonly string[];

/** `id,customer.name,"a.b"`: names with commas or dots in them are quoted. */
export function parsePaths(text: string): readonly Path[] {
  return split(text, ',').map((path) => split(path.trim(), '.').map(unquoted));
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

function unquoted(part: string): string {
  return part.startsWith('"') && part.endsWith('"') && part.length > 1 ? part.slice(1, -1) : part;
}
