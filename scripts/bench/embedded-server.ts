import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ContainerRequest } from '@azure/cosmos';
import { Connection } from '../../src/cosmos/connection.ts';
import { createContainer, findContainer } from '../../src/cosmos/container.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { Child, SERVER_CORE } from './child.ts';
import { PARTITION_KEY, type Shape } from './documents.ts';
import type { EmbeddedReady, EmbeddedRequest } from './servers/embedded.ts';
import type { Target } from './subjects/subject.ts';

/** The embedded server with its data in a file, as a process on a core of its own. */
export class EmbeddedServer {
  readonly startMs: number;
  readonly #child: Child;
  readonly #endpoint: string;
  readonly #ca: string | undefined;
  readonly #connection: Connection;

  static async start(data: string, tls = false): Promise<EmbeddedServer> {
    const child = new Child('servers/embedded.ts', JSON.stringify({ data, tls }), SERVER_CORE);
    return new EmbeddedServer(child, await child.next<EmbeddedReady>());
  }

  private constructor(child: Child, { endpoint, ca, startMs }: EmbeddedReady) {
    this.#child = child;
    this.#endpoint = endpoint;
    this.#ca = ca;
    this.startMs = startMs;
    this.#connection = new Connection({ endpoint, key: EMULATOR_KEY }, ca === undefined ? {} : { ca });
  }

  /** A container, which is made if it is not there yet. */
  async target(container: string, definition: Partial<ContainerRequest> = {}): Promise<Target> {
    const { paths, version } = PARTITION_KEY;
    const name = { database: DATABASE, container };
    await createContainer(this.#connection.client, name, {
      partitionKey: { paths: [...paths], version },
      ...definition,
    });
    return { endpoint: this.#endpoint, ca: this.#ca, database: DATABASE, container, shape: SHAPE };
  }

  async count(container: string): Promise<number> {
    const facts = await findContainer(this.#connection.client, { database: DATABASE, container });
    return facts?.documentCount ?? -1;
  }

  rss(): Promise<number> {
    return this.#ask(['rss']);
  }

  /** Splits the first range; resolves with the milliseconds for which the server did nothing else. */
  split(container: string): Promise<number> {
    return this.#ask(['split', DATABASE, container]);
  }

  async end(): Promise<void> {
    await this.#connection.close();
    await this.#child.end();
  }

  /** As `end`, but once the data is closed; resolves with the milliseconds that this took. */
  async close(): Promise<number> {
    const ms = await this.#ask(['close']);
    await this.end();
    return ms;
  }

  #ask(request: EmbeddedRequest): Promise<number> {
    this.#child.send(request);
    return this.#child.next<number>();
  }
}

/** Lends a file that is not there yet, and removes it afterwards with all that lies beside it. */
export async function withDataFile<Result>(work: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'cosmosflow-bench-'));
  try {
    return await work(join(folder, 'data.db'));
  } finally {
    await rm(folder, { recursive: true });
  }
}

const DATABASE = 'bench';
const SHAPE: Shape = 'mixed';
