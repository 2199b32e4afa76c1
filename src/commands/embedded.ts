import { resolve } from 'node:path';
import type { Emulator, EmulatorOptions } from '../emulator/emulator.ts';

/** The one door to the embedded server: loaded only when it is asked for. */
export async function startEmbedded(options: EmulatorOptions): Promise<Emulator> {
  const { startEmulator } = await import('../emulator/emulator.ts');
  return startEmulator(options);
}

/** A use of the embedded server that others may use too. */
export type EmbeddedUse = Pick<Emulator, 'endpoint' | 'key' | 'close'>;

/** The embedded server of these data, one for all of this process; it closes with the last use of it. */
export async function shareEmbedded(data: string): Promise<EmbeddedUse> {
  const place = data === ':memory:' ? data : resolve(data);
  const shared = servers.get(place) ?? share(place, data);
  shared.users++;
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= leave(place, shared);
    return closed;
  };
  try {
    const { endpoint, key } = await shared.server;
    return { endpoint, key, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface Shared {
  readonly server: Promise<Emulator>;
  users: number;
}

/** Data belong to one server at a time, whoever in this process asks. */
const servers = new Map<string, Shared>();
const closings = new Map<string, Promise<void>>();

function share(place: string, data: string): Shared {
  const server = (closings.get(place) ?? Promise.resolve()).then(() => startEmbedded({ data }));
  const shared = { server, users: 0 };
  servers.set(place, shared);
  return shared;
}

async function leave(place: string, shared: Shared): Promise<void> {
  shared.users--;
  if (shared.users > 0) return;
  servers.delete(place);
  const closing = shared.server.then(
    (server) => server.close(),
    // There is nothing to close; whoever asked for it knows.
    () => {},
  );
  closings.set(
    place,
    closing.catch(() => {}),
  );
  await closing;
}
