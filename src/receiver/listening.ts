import { once } from 'node:events';
import type { AddressInfo, Server } from 'node:net';
import { FlowError } from '../support/error.ts';

/** Listens, and resolves with the port; rejects with a FlowError `usage` when the place cannot be had. */
export async function listen(server: Server, host: string, port: number, flag: string): Promise<number> {
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const [problem, hint] = PROBLEMS[code] ?? [`cannot be listened on: ${message}`, 'choose another with --listen'];
    const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
    throw new FlowError('usage', `${place} ${problem}`, { hint: hint ?? `choose another with ${flag}`, cause: error });
  }
  // Running out of file handles makes a connection fail, which is its client's trouble and not the end of the process.
  server.on('error', () => {});
  return (server.address() as AddressInfo).port;
}

/** The hint is to choose another port, where nothing else is said. */
const PROBLEMS: Readonly<Record<string, readonly [problem: string, hint?: string]>> = {
  EADDRINUSE: ['is in use'],
  EACCES: ['is not open to this user'],
  EADDRNOTAVAIL: ['is not an address of this machine', 'choose another with --listen'],
  ENOTFOUND: ['is not an address', 'choose another with --listen'],
};
