/** What a file holds, by the extension before those of compressions; `undefined` when that does not tell. */
export function formatOf(name: string): string | undefined {
  const [, extension = ''] = /\.(\w+)(?:\.(?:gz|zst))?$/.exec(name.toLowerCase()) ?? [];
  return Object.hasOwn(EXTENSIONS, extension) ? EXTENSIONS[extension] : undefined;
}

const EXTENSIONS: Readonly<Record<string, string>> = Object.freeze({
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  json: 'json',
  csv: 'csv',
});
