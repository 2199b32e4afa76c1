import { createSecureContext, type SecureContext } from 'node:tls';
import { Connection } from './connection.ts';
import { HttpFailure } from './failure.ts';
import type { Answer, Asker, Request } from './message.ts';
import { Origin } from './origin.ts';
import { requestHead } from './request-head.ts';

export interface PoolOptions {
  /** Waited for a connection, for the head of an answer, and between two pieces of its body. */
  readonly timeoutMs: number;
  /** PEM of the certificate authority to trust, instead of the usual ones. */
  readonly ca?: string | undefined;
}

/**
 * HTTP/1.1 for large bodies: connections that are read in place, and reused. There are as many as there are requests at
 * a time. Knows no redirects, encodings, proxies or streams.
 */
export class Pool implements Asker {
  readonly #options: PoolOptions;
  readonly #places = new Map<string, Place>();
  #secureContext: SecureContext | undefined;
  #isDestroyed = false;

  constructor(options: PoolOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the whole of the answer. Rejects when there is none, with an `HttpFailure` or what the system says of
   * the connection, or when a signal aborts, with its reason. A GET may be sent twice, if the first was not answered.
   */
  async ask(request: Request, signals: readonly AbortSignal[] = []): Promise<Answer> {
    const place = this.#placeOf(request.origin);
    const { method, body } = request;
    const question = { method, head: requestHead(request, place.origin.host), body: body ?? '' };
    this.#assertWanted(signals);
    const connection = freshest(place) ?? this.#connect(place);
    try {
      return await connection.ask(question, signals);
    } catch (error) {
      // The server may have closed the connection before the request came.
      if (!connection.wasStale || method !== 'GET') throw error;
      this.#assertWanted(signals);
      return this.#connect(place).ask(question, signals);
    }
  }

  /** Rejects what is asked. Resolves when all connections are closed. */
  async destroy(): Promise<void> {
    this.#isDestroyed = true;
    const connections = [...this.#places.values()].flatMap(({ all }) => [...all]);
    await Promise.all(connections.map((connection) => connection.close()));
  }

  #assertWanted(signals: readonly AbortSignal[]): void {
    for (const signal of signals) signal.throwIfAborted();
    if (this.#isDestroyed) throw new HttpFailure('closed', 'the connections were closed');
  }

  #placeOf(origin: string): Place {
    let place = this.#places.get(origin);
    if (!place) {
      place = { origin: new Origin(origin, () => this.#secure()), all: new Set(), idle: [] };
      this.#places.set(origin, place);
    }
    return place;
  }

  #connect({ origin, all, idle }: Place): Connection {
    const connection = new Connection(origin, {
      timeoutMs: this.#options.timeoutMs,
      onIdle: (idler) => idle.push(idler),
      onGone: (gone) => {
        all.delete(gone);
        const index = idle.indexOf(gone);
        if (index >= 0) idle.splice(index, 1);
      },
    });
    all.add(connection);
    return connection;
  }

  /** Made once: it parses the certificates of all authorities. */
  #secure(): SecureContext {
    this.#secureContext ??= createSecureContext(this.#options.ca === undefined ? {} : { ca: this.#options.ca });
    return this.#secureContext;
  }
}

interface Place {
  readonly origin: Origin;
  readonly all: Set<Connection>;
  /** The last was used last, so that those that are not needed come of age. */
  readonly idle: Connection[];
}

function freshest({ idle }: Place): Connection | undefined {
  for (let connection = idle.pop(); connection; connection = idle.pop()) if (connection.isFresh()) return connection;
  return undefined;
}
