import { type Place, SqlError } from './sql-error.ts';

export interface Token {
  readonly kind: 'word' | 'number' | 'string' | 'parameter' | 'symbol' | 'end';
  /** As written; for a string its value. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** The tokens of a query, closed by one of kind `end`. Comments and white space are left out. */
export function tokenize(query: string): Token[] {
  const tokens: Token[] = [];
  const pattern = new RegExp(TOKEN, 'uy');
  for (;;) {
    const start = pattern.lastIndex;
    const match = pattern.exec(query);
    if (!match) throw syntaxError(String.fromCodePoint(query.codePointAt(start) ?? 0), { start, end: start + 1 });
    const groups = match.groups ?? {};
    const place = { start, end: pattern.lastIndex };
    if (groups.end !== undefined) {
      tokens.push({ kind: 'end', text: '', ...place });
      return tokens;
    }
    if (groups.space === undefined) tokens.push(tokenOf(groups, match[0], place));
  }
}

export function syntaxError(near: string, place: Place): SqlError {
  return new SqlError(`Syntax error, incorrect syntax near '${near}'.`, place);
}

/** The place that a client which orders by itself fills in; with nothing to fill in, it is `true`. */
export const RESUME_FILTER = '{documentdb-formattableorderbyquery-filter}';

const TOKEN = [
  /(?<space>\s+|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)/u,
  /(?<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\p{L}_]))/u,
  /(?<word>[\p{L}_][\p{L}\p{N}_]*)/u,
  /(?<parameter>@[\p{L}_][\p{L}\p{N}_]*)/u,
  /(?<string>"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*')/u,
  /(?<filter>\{documentdb-formattableorderbyquery-filter\})/u,
  /(?<symbol>\?\?|\|\||<>|!=|<=|>=|<<|>>>|>>|[-=<>+*/%().,[\]{}:?&|^~])/u,
  /(?<end>$)/u,
]
  .map(({ source }) => source)
  .join('|');

function tokenOf(groups: Record<string, string>, text: string, place: Place): Token {
  if (groups.string !== undefined) return { kind: 'string', text: unquote(text, place), ...place };
  if (groups.number !== undefined) return { kind: 'number', text, ...place };
  if (groups.parameter !== undefined) return { kind: 'parameter', text, ...place };
  if (groups.filter !== undefined) return { kind: 'word', text: 'true', ...place };
  return { kind: groups.word === undefined ? 'symbol' : 'word', text, ...place };
}

const ESCAPES: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unquote(text: string, place: Place): string {
  return text
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|([\s\S]))/gu, (_, unit: string | undefined, char: string) => {
      if (unit !== undefined) return String.fromCharCode(Number.parseInt(unit, 16));
      if (char === 'u') throw syntaxError(text, place);
      return ESCAPES[char] ?? char;
    });
}
