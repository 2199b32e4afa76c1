import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createHttp } from './http.ts';
import { Inbox } from './inbox.ts';
import type { Intake } from './intake.ts';
import { listen } from './listening.ts';
import { mishapsOf, type Risk } from './mishaps.ts';
import type { Output } from './output.ts';
import { BodyRoom } from './request-body.ts';
import type { Tally } from './tally.ts';
import { TcpServer } from './tcp.ts';
import { Window } from './window.ts';
import { Work } from './work.ts';

export interface ReceiverOptions {
  readonly host: string;
  /** 0 takes any that is free. */
  readonly port: number;
  /** Where lines are taken that are acknowledged; nowhere when not given. */
  readonly tcpPort: number | undefined;
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
  readonly tcpUrl: string | undefined;
  readonly tally: Readonly<Tally>;
  /** Resolves when it is to end by itself; rejects when it cannot store any more. */
  readonly ended: Promise<void>;
  /** Takes nothing new, and resolves once what is under way has been answered; what takes long is cut off. */
  close(): Promise<void>;
}

/** Takes events over HTTP, and over TCP if that is asked for, and answers once they are in `output`. Rejects with a FlowError `usage` for a bad place. */
export async function startReceiver(output: Output, options: ReceiverOptions): Promise<Receiver> {
  const { host, path, secrets, risks, seed, max, idleMs } = options;
  const tally: Tally = { received: 0, duplicates: 0, refused: 0, failed: 0 };
  const stopping = new AbortController();
  const ended = Promise.withResolvers<void>();
  // Whoever waits for it sees it; nobody may.
  ended.promise.catch(() => {});
  const intake: Intake = {
    inbox: new Inbox(output, new Window({ ms: options.dedupeMs, namesMax: NAMES_MAX })),
    tally,
    room: new BodyRoom(BODIES_BYTES_MAX),
    work: new Work(idleMs, ended.resolve),
    nextMishap: mishapsOf(risks, seed),
    signal: stopping.signal,
    onStored: () => {
      if (max !== undefined && tally.received >= max) ended.resolve();
    },
    onFailure: ended.reject,
  };
  const http = createHttp({ ...intake, path, secrets });
  const tcp = new TcpServer(intake);
  const close = async (): Promise<void> => {
    stopping.abort();
    const closed = [http, tcp.server].filter(({ listening }) => listening).map((server) => once(server, 'close'));
    http.close();
    tcp.server.close();
    await Promise.race([intake.work.over(), sleep(DRAIN_MS, undefined, { ref: false })]);
    http.closeAllConnections();
    tcp.closeAllConnections();
    await Promise.all(closed);
    intake.work.stop();
  };
  try {
    const port = await listen(http, host, options.port, '--port');
    const tcpPort =
      options.tcpPort === undefined ? undefined : await listen(tcp.server, host, options.tcpPort, '--tcp-port');
    return {
      url: `http://${inUrl(host)}:${port}${path}`,
      tcpUrl: tcpPort === undefined ? undefined : `tcp://${inUrl(host)}:${tcpPort}`,
      tally,
      ended: ended.promise,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function inUrl(host: string): string {
  return host.includes(':') ? `[${host}]` : host;
}

/** Some sixty megabytes of them. */
const NAMES_MAX = 500_000;
const DRAIN_MS = 5000;
const BODIES_BYTES_MAX = 256 * 1024 * 1024;
