import { parseAddress } from '../../../src/emulator/address.ts';
import { payloadsOf, sign } from '../../../src/emulator/authorization.ts';
import type { ServerAddress } from '../server-process.ts';

/** A request before it is written down. */
export interface Draft {
  /** What it is meant to be, for the table. */
  readonly kind: string;
  readonly method: string;
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body?: Buffer | undefined;
  /** How it is signed; not at all, or with something else, when it is not to be let in. */
  readonly signature?: 'own' | 'none' | 'wrong' | 'other-path';
}

/** The bytes of a request, with whatever is in it. Text outside of Latin-1 is written as UTF-8. */
export function write(draft: Draft, address: ServerAddress): Buffer {
  const { method, path, headers, body } = draft;
  const lines = [
    `${method} ${path} HTTP/1.1`,
    ...(headers.some(([name]) => name === 'host') ? [] : [`host: 127.0.0.1:${address.port}`]),
    ...authorization(draft, address),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(body && !headers.some(([name]) => name === 'content-length') ? [`content-length: ${body.length}`] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return body ? Buffer.concat([head, body]) : head;
}

function authorization({ kind, method, path, signature = 'own' }: Draft, address: ServerAddress): string[] {
  if (signature === 'none') return [];
  if (kind === 'admin') return [`authorization: Bearer ${signature === 'own' ? address.adminToken : 'guess'}`];
  const date = new Date().toUTCString();
  const signed = signature === 'other-path' ? '/dbs/other' : path;
  const key = signature === 'wrong' ? Buffer.from('another key').toString('base64') : address.key;
  const text = `type=master&ver=1.0&sig=${sign(payloadOf(method, signed, date), key)}`;
  return [`x-ms-date: ${date}`, `authorization: ${encodeURIComponent(text)}`];
}

function payloadOf(method: string, path: string, date: string): string {
  try {
    return payloadsOf({ method, address: parseAddress(path), headers: { 'x-ms-date': date } })[0] ?? '';
  } catch {
    return 'a path that has no payload';
  }
}
