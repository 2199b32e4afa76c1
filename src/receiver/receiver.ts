import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from './http.ts';
import { Inbox } from './inbox.ts';
import { listen } from './listening.ts';
import { mishapsOf, type Risk } from './mishaps.ts';
import type { Output } from './output.ts';
import type { Tally } from './tally.ts';
import { Window } from './window.ts';

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  readonly path: string;
  /** Any of them is good for a signature; with none, nothing needs to be signed. */
  readonly secrets: readonly Uint8Array[];
  /** How long a delivery or an event is known that has come before. */
  readonly dedupeMs: number;
  readonly risks: readonly Risk[];
  readonly seed: number;
  /** Ends by itself once so many events are stored. */
  readonly max: number | undefined;
  /** Ends by itself once nothing has come for so long. */
  readonly idleMs: number | undefined;
}

export interface Receiver {
  readonly url: string;
  readonly tally: Readonly<Tally>;
  /** Resolves when it is to end by itself; rejects when it cannot store any more. */
  readonly ended: Promise<void>;
  /** Takes nothing new, and resolves once what is under way has been answered; what takes long is cut off. */
  close(): Promise<void>;
}

/** Takes events over HTTP, and answers once they are in `output`. Rejects with a FlowError `usage` for a bad place. */
export async function startReceiver(output: Output, options: ReceiverOptions): Promise<Receiver> {
  const { host, path, secrets, risks, seed, max, idleMs } = options;
  const tally: Tally = { received: 0, duplicates: 0, refused: 0, failed: 0 };
  const stopping = new AbortController();
  const ended = Promise.withResolvers<void>();
  // Whoever waits for it sees it; nobody may.
  ended.promise.catch(() => {});
  const server = createHttp({
    inbox: new Inbox(output, new Window({ ms: options.dedupeMs, namesMax: NAMES_MAX })),
    tally,
    path,
    secrets,
    nextMishap: mishapsOf(risks, seed),
    signal: stopping.signal,
    onStored: () => {
      if (max !== undefined && tally.received >= max) ended.resolve();
    },
    onFailure: ended.reject,
  });
  const work = watch(server, idleMs, ended.resolve);
  const port = await listen(server, host, options.port, '--port');
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${path}`,
    tally,
    ended: ended.promise,
    async close() {
      const closed = once(server, 'close');
      stopping.abort();
      server.close();
      await Promise.race([work.over(), sleep(DRAIN_MS, undefined, { ref: false })]);
      server.closeAllConnections();
      await closed;
      work.stop();
    },
  };
}

/** Some sixty megabytes of them. */
const NAMES_MAX = 500_000;
const DRAIN_MS = 5000;

/** Looks after requests that are under way; tells when there have been none for `idleMs`. */
function watch(
  server: Server,
  idleMs: number | undefined,
  onIdle: () => void,
): { over(): Promise<void>; stop(): void } {
  let underWay = 0;
  let onOver = (): void => {};
  const idle = idleMs === undefined ? undefined : setTimeout(() => underWay === 0 && onIdle(), idleMs);
  server.on('request', (_request, response) => {
    underWay++;
    response.once('close', () => {
      idle?.refresh();
      if (--underWay === 0) onOver();
    });
  });
  return {
    over: () =>
      new Promise((resolve) => {
        onOver = resolve;
        if (underWay === 0) resolve();
      }),
    stop: () => clearTimeout(idle),
  };
}
