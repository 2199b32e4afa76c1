import { randomUUID } from 'node:crypto';
import { type Agent, type IncomingHttpHeaders, request } from 'node:http';
import { request as requestTls } from 'node:https';
import { parseAddress } from '../../src/emulator/address.ts';
import { payloadsOf, sign } from '../../src/emulator/authorization.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

export interface Call {
  readonly method?: string;
  readonly path: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  /** Set to leave the signature out. */
  readonly unsigned?: boolean;
  readonly agent?: Agent;
  /** Set to resolve with what came of an answer that is cut off. */
  readonly partial?: boolean;
}

type Account = Pick<Emulator, 'endpoint' | 'key'> & Partial<Pick<Emulator, 'certificate'>>;

/** Sends a request as it is, byte for byte, signed unless told otherwise. */
export function send({ endpoint, key, certificate }: Account, call: Call): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, unsigned = false, agent, partial = false } = call;
  const date = new Date().toUTCString();
  const signed = unsigned ? {} : { 'x-ms-date': date, authorization: authorizationOf(method, path, date, key) };
  const id = { 'x-ms-activity-id': randomUUID(), ...(body !== undefined && { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const options = {
      method,
      path,
      agent,
      ca: certificate?.pem,
      servername: 'localhost',
      headers: { ...id, ...signed, ...headers },
    };
    const outgoing = (certificate ? requestTls : request)(endpoint, options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      const finish = (): void => {
        const text = Buffer.concat(chunks).toString('utf8');
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, text });
      };
      incoming.on('error', partial ? finish : reject);
      incoming.on('end', partial ? () => reject(new Error('the answer is whole')) : finish);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

function authorizationOf(method: string, path: string, date: string, key: string): string {
  const [payload = ''] = payloadsOf({ method, address: parseAddress(path), headers: { 'x-ms-date': date } });
  return encodeURIComponent(`type=master&ver=1.0&sig=${sign(payload, key)}`);
}
