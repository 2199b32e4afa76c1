import type { IncomingMessage } from 'node:http';
import { STATUS } from '../protocol/status.ts';
import { Refusal } from './refusal.ts';
import { header } from './request.ts';

interface Endpoint {
  readonly port: number;
  readonly isSecure: boolean;
}

/** Throws unless the request was meant for this server and does not come from a web page of another site. */
export function guard({ headers, headersDistinct }: IncomingMessage, { port, isSecure }: Endpoint): void {
  const { host: hosts = [] } = headersDistinct;
  const [host = ''] = hosts;
  if (hosts.length !== 1) {
    throw new Refusal(STATUS.badRequest, 'The request must have one Host header.', { plain: true });
  }
  if (!isOurs(host, port, isSecure ? HTTPS_PORT : HTTP_PORT)) {
    const message = `This server answers for 127.0.0.1:${port} and localhost:${port}, not for "${host}".`;
    throw new Refusal(STATUS.misdirected, message, { plain: true });
  }
  if (headers.origin !== undefined || header(headers, 'sec-fetch-site') === 'cross-site') {
    const message = 'Requests from web pages are not answered.';
    throw new Refusal(STATUS.forbidden, message, { plain: true });
  }
}

const NAMES = ['localhost', '127.0.0.1'];
const HTTP_PORT = 80;
const HTTPS_PORT = 443;

function isOurs(host: string, port: number, fallback: number): boolean {
  const match = /^(.*?)(?::(\d+))?$/.exec(host.toLowerCase());
  return NAMES.includes(match?.[1] ?? '') && Number(match?.[2] ?? fallback) === port;
}
