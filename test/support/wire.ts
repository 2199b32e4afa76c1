import { createHmac } from 'node:crypto';
import { type Agent, request } from 'undici';

// Requests over HTTP with nothing of ours in between, so that what goes over the wire can be seen.

export interface Account {
  readonly endpoint: string;
  readonly key: string;
}

export interface Call {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Percent-encoded where it has to be. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly date?: Date;
  /** What is signed, if it is not the path. */
  readonly link?: string;
  /** For an endpoint whose certificate is its own authority. */
  readonly agent?: Agent;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Sends a request, signed as the documentation of the service says. */
export async function send({ endpoint, key }: Account, call: Call): Promise<Answer> {
  const { method = 'GET', path, headers = {}, body, date = new Date(), link, agent } = call;
  const {
    statusCode,
    headers: received,
    body: stream,
  } = await request(new URL(endpoint).origin + path, {
    method,
    headers: {
      'x-ms-date': date.toUTCString(),
      'x-ms-version': '2020-07-15',
      authorization: authorizationOf({ method, date, ...resourceOf(path), ...(link !== undefined && { link }) }, key),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body }),
    ...(agent && { dispatcher: agent }),
  });
  return { status: statusCode, headers: received, text: await stream.text() };
}

interface Signed {
  readonly method: string;
  readonly type: string;
  readonly link: string;
  readonly date: Date;
}

function authorizationOf({ method, type, link, date }: Signed, key: string): string {
  const payload = `${method.toLowerCase()}\n${type}\n${link}\n${date.toUTCString().toLowerCase()}\n\n`;
  const signature = createHmac('sha256', Buffer.from(key, 'base64')).update(payload).digest('base64');
  return encodeURIComponent(`type=master&ver=1.0&sig=${signature}`);
}

/** A path that ends in a kind of resources is signed with the resource that has them. */
function resourceOf(path: string): { type: string; link: string } {
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  const isFeed = parts.length % 2 === 1;
  return { type: parts.at(isFeed ? -1 : -2) ?? '', link: parts.slice(0, isFeed ? -1 : undefined).join('/') };
}
