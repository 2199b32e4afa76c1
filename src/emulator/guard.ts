import type { IncomingMessage } from 'node:http';
import { STATUS } from '../protocol/status.ts';
import { Refusal } from './refusal.ts';
import { header } from './request.ts';

/** Throws unless the request was meant for this server and does not come from a web page of another site. */
export function guard({ headers, headersDistinct }: IncomingMessage, port: number): void {
  const { host: hosts = [] } = headersDistinct;
  const [host = ''] = hosts;
  if (hosts.length !== 1) {
    throw new Refusal(STATUS.badRequest, 'The request must have one Host header.', { plain: true });
  }
  if (!isOurs(host, port)) {
    const message = `This server answers for 127.0.0.1:${port} and localhost:${port}, not for "${host}".`;
    throw new Refusal(STATUS.misdirected, message, { plain: true });
  }
  if (headers.origin !== undefined || header(headers, 'sec-fetch-site') === 'cross-site') {
    const message = 'Requests from web pages are not answered.';
    throw new Refusal(STATUS.forbidden, message, { plain: true });
  }
}

const NAMES = ['localhost', '127.0.0.1'];
const DEFAULT_PORT = 80;

function isOurs(host: string, port: number): boolean {
  const match = /^(.*?)(?::(\d+))?$/.exec(host.toLowerCase());
  return NAMES.includes(match?.[1] ?? '') && Number(match?.[2] ?? DEFAULT_PORT) === port;
}
