import type { Request } from './message.ts';
import { HEADER_VALUE, TOKEN } from './token.ts';

/** The head of a request, with the empty line that ends it. Throws where a part of it would be taken for another. */
export function requestHead({ method, path, headers, body }: Request, host: string): string {
  if (!TOKEN.test(method)) throw new TypeError(`"${method}" is no method`);
  if (!PATH.test(path)) throw new TypeError(`"${path}" is no path`);
  let head = `${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n`;
  for (const [name, value] of Object.entries(headers)) {
    if (!TOKEN.test(name) || OURS.has(name.toLowerCase())) throw new TypeError(`"${name}" is no header to be set`);
    // The value may be a secret.
    if (!HEADER_VALUE.test(value)) throw new TypeError(`the value of the header "${name}" cannot be sent`);
    head += `${name}: ${value}\r\n`;
  }
  if (body != null) head += `content-length: ${Buffer.byteLength(body)}\r\n`;
  else if (EXPECTED_TO_HAVE_BODY.has(method)) head += 'content-length: 0\r\n';
  return `${head}\r\n`;
}

const PATH = /^\/[\x21-\x7e]*$/;
/** They say where the request ends and what becomes of its connection, which is nobody's business but ours. */
const OURS: ReadonlySet<string> = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const EXPECTED_TO_HAVE_BODY: ReadonlySet<string> = new Set(['POST', 'PUT', 'PATCH']);
