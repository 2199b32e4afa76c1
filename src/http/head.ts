import { HttpFailure } from './failure.ts';
import { HEADER_VALUE, TOKEN } from './token.ts';

export interface Head {
  readonly status: number;
  readonly headers: Map<string, string>;
  /** Whether another request may follow on the same connection, as far as the head says. */
  readonly isKeptAlive: boolean;
}

/** Reads the head of an answer (RFC 9112), without the empty line that ends it. */
export function readHead(text: string): Head {
  const [first = '', ...lines] = text.split('\r\n');
  const [, minor, status] = STATUS_LINE.exec(first) ?? [];
  if (minor === undefined) throw new HttpFailure('not-http', `an answer that begins with ${quoted(first)}`);
  const headers = new Map<string, string>();
  for (const line of lines) add(headers, line);
  const options = (headers.get('connection') ?? '').toLowerCase().split(',').map(trimmed);
  const isKeptAlive = minor === '1' ? !options.includes('close') : options.includes('keep-alive');
  if (minor === '0' && headers.has('transfer-encoding')) throw new HttpFailure('not-http', 'chunks in HTTP/1.0');
  return { status: Number(status), headers, isKeptAlive };
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;

function add(headers: Map<string, string>, line: string): void {
  const colon = line.indexOf(':');
  const name = line.slice(0, Math.max(colon, 0)).toLowerCase();
  const value = trimmed(line.slice(colon + 1));
  // A line that goes on with the one before it begins with a space, which is no name.
  if (!TOKEN.test(name) || !HEADER_VALUE.test(value)) throw new HttpFailure('not-http', `the header ${quoted(line)}`);
  const earlier = headers.get(name);
  headers.set(name, earlier === undefined ? value : `${earlier}, ${value}`);
}

/** Without the spaces and tabs around it. `trim()` would take 0xA0 for a space, too. */
function trimmed(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isSpace(text.charCodeAt(from))) from++;
  while (to > from && isSpace(text.charCodeAt(to - 1))) to--;
  return text.slice(from, to);
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 80));
}
