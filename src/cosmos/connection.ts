import { type ConnectionPolicy, CosmosClient, type TokenProvider } from '@azure/cosmos';
import type { Asker } from '../http/message.ts';
import { Pool } from '../http/pool.ts';
import { Meter } from '../support/meter.ts';
import { VERSION } from '../support/version.ts';
import type { Account } from './account.ts';
import { Agent } from './agent.ts';
import { Batches } from './batches.ts';
import { budgeted, type Terms } from './budgeted.ts';
import { Points } from './points.ts';
import { RawPages, type RawQueries } from './raw-pages.ts';
import { masterKeySignature } from './signature.ts';
import { type Exchange, exchangeOver, type HttpClient, plainClient } from './transport.ts';

export interface ConnectionOptions {
  readonly timeoutMs?: number;
  /** PEM of the certificate authority to trust, instead of the usual ones. */
  readonly ca?: string | undefined;
  /** Cuts off what is asked of the account beside documents. */
  readonly signal?: AbortSignal;
}

/** The connections to one account, and the clients of the SDK that share them. */
export class Connection {
  readonly meter = new Meter();
  /** How documents are asked for and written, by the path of their container. */
  readonly terms = new Map<string, Terms>();
  /** The client for everything but documents. */
  readonly client: CosmosClient;
  readonly #endpoint: string;
  readonly #sign: TokenProvider;
  readonly #timeoutMs: number;
  readonly #small: Asker;
  /** For documents. */
  readonly #large: Asker;
  readonly #clients: CosmosClient[] = [];

  constructor(account: Account, options: ConnectionOptions = {}) {
    this.#endpoint = account.endpoint;
    this.#sign = masterKeySignature(account.key);
    this.#timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
    const { ca } = options;
    this.#small = new Agent({ timeoutMs: this.#timeoutMs, ca });
    this.#large = new Pool({ timeoutMs: this.#timeoutMs, ca });
    this.client = this.#open(plainClient(this.#exchange(this.#small, options.signal)));
  }

  /** A client whose pages of documents are raw. `signal` cuts its requests off. */
  reader(signal: AbortSignal, queries?: RawQueries): { readonly client: CosmosClient; readonly pages: RawPages } {
    const pages = new RawPages(this.#exchange(this.#large, signal), queries);
    return { client: this.#open(pages.httpClient), pages };
  }

  /** A client that posts batches. */
  writer(): { readonly client: CosmosClient; readonly batches: Batches } {
    const batches = new Batches(this.#exchange(this.#large));
    // Whoever fills the batches sends less to a range that is throttled, and so must hear of it.
    return { client: this.#open(batches.httpClient, { throttlesMax: 0 }), batches };
  }

  /** A client that reads and writes single documents as bytes. `signal` cuts its requests off. */
  pointer(signal: AbortSignal): { readonly client: CosmosClient; readonly points: Points } {
    const points = new Points(this.#exchange(this.#small, signal));
    return { client: this.#open(points.httpClient), points };
  }

  async close(): Promise<void> {
    for (const client of this.#clients) client.dispose();
    await Promise.all([this.#small.destroy(), this.#large.destroy()]);
  }

  #exchange(connections: Asker, signal?: AbortSignal): Exchange {
    const exchange = exchangeOver(connections, { meter: this.meter, timeoutMs: this.#timeoutMs, signal });
    return budgeted(exchange, this.terms, signal);
  }

  #open(httpClient: HttpClient, { throttlesMax = THROTTLES_MAX } = {}): CosmosClient {
    // The SDK changes the objects it is given, so each client gets its own.
    const connectionPolicy: ConnectionPolicy = {
      retryOptions: {
        maxRetryAttemptCount: throttlesMax,
        fixedRetryIntervalInMilliseconds: 0,
        maxWaitTimeInSeconds: 30,
      },
    };
    const client = new CosmosClient({
      endpoint: this.#endpoint,
      tokenProvider: this.#sign,
      httpClient,
      connectionPolicy,
      userAgentSuffix: `cosmosflow/${VERSION}`,
    });
    this.#clients.push(client);
    return client;
  }
}

/** The service answers within 5 s or not at all; the rest is for networks. */
const TIMEOUT_MS = 15_000;
/** How often in a row the SDK waits and asks again when it is told to come back later. */
const THROTTLES_MAX = 9;
