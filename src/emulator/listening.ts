import { once } from 'node:events';
import type { Server } from 'node:http';
import { FlowError } from '../support/error.ts';

/** Listens on the loopback interface; rejects with a FlowError `usage` when the port cannot be had. */
export async function listen(server: Server, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    // Running out of file handles makes a connection fail, which is its client's trouble and not the end of the process.
    server.on('error', () => {});
  } catch (error) {
    const problem = LISTEN_PROBLEMS[(error as NodeJS.ErrnoException).code ?? ''];
    if (problem === undefined) throw error;
    throw new FlowError('usage', `port ${port} ${problem}`, { hint: 'choose another with --port', cause: error });
  }
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'is not open to this user',
};

/** Resolves when nothing is served any more; what is under way is cut off. */
export async function stopListening(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}
