import { randomBytes } from 'node:crypto';
import {
  type Container,
  type ContainerRequest,
  CosmosClient,
  type CosmosClientOptions,
  type Database,
  type PartitionKeyDefinition,
} from '@azure/cosmos';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import type { EmulatorOptions } from '../../../src/emulator/emulator.ts';
import { deleteDatabases } from '../../support/account.ts';
import { foreign, needsEmbedded, skip } from '../../support/endpoint.ts';
import { type Account, type Answer, type Call, send } from '../../support/wire.ts';
import { type Exchange, recorder } from './exchange.ts';
import { type EmbeddedServer, openServer, type Scheme, schemeOf } from './server.ts';

const SCHEMES: readonly Scheme[] = foreign ? [schemeOf(foreign.endpoint)] : ['http', 'https'];

/** Tests of a theme, over HTTP and over HTTPS, each with a server of its own; or on the endpoint that was given. */
export function describeService(theme: string, body: (service: Service) => void, options: EmulatorOptions = {}): void {
  describe.each(SCHEMES)(`${theme} over %s`, (scheme) => {
    const service = new Service(scheme, options);
    beforeAll(() => service.open());
    afterAll(() => service.close(), 60_000);
    body(service);
  });
}

/** What the tests of a theme talk to. All clients are the official one. */
export class Service {
  readonly scheme: Scheme;
  readonly #suffix = randomBytes(4).toString('hex');
  readonly #options: EmulatorOptions;
  #opened: { readonly server: EmbeddedServer | undefined; readonly client: CosmosClient } | undefined;
  #containers = 0;

  constructor(scheme: Scheme, options: EmulatorOptions) {
    this.scheme = scheme;
    this.#options = options;
  }

  async open(): Promise<void> {
    const server = foreign ? undefined : await openServer(this.scheme, this.#options);
    this.#opened = { server, client: new CosmosClient({ ...(server?.client ?? foreign) }) };
    await this.client.databases.create({ id: this.databaseId });
  }

  async close(): Promise<void> {
    if (!this.#opened) return;
    await deleteDatabases(this.client, this.#suffix);
    await this.#opened.server?.close();
  }

  get client(): CosmosClient {
    return this.#server.client;
  }

  /** A name that no other test gives to a database. */
  get databaseId(): string {
    return this.uniqueDatabase('conformance');
  }

  uniqueDatabase(name: string): string {
    return `${name}-${this.#suffix}`;
  }

  get database(): Database {
    return this.client.database(this.databaseId);
  }

  get endpoint(): string {
    return this.account.endpoint;
  }

  get account(): Account {
    const account = this.#server.server?.client ?? foreign;
    if (!account) throw new Error('there is neither a server nor an endpoint');
    return account;
  }

  /** Another client, with options of its own. Disposed of when the test is over. */
  connect(options: CosmosClientOptions = {}): CosmosClient {
    const client = new CosmosClient({ ...this.account, ...options });
    onTestFinished(() => client.dispose());
    return client;
  }

  /** Another client, and the list of what it asks and is answered from now on. */
  record(options: CosmosClientOptions = {}): { client: CosmosClient; exchanges: Exchange[] } {
    const { exchanges, plugins } = recorder();
    return { client: this.connect({ ...options, ...plugins }), exchanges };
  }

  /** A new container, by `/pk` if nothing else is said. */
  async container(definition: Partial<ContainerRequest> = {}): Promise<Container> {
    const id = `c${++this.#containers}`;
    const { container } = await this.database.containers.create({ partitionKey: BY_PK, ...definition, id });
    return container;
  }

  /** A new container of several ranges; skips the test where there is no such thing for the asking. */
  async wideContainer(definition: Partial<ContainerRequest> = {}): Promise<Container> {
    const container = await this.container(definition);
    const { length } = await container.getFeedRanges();
    if (length < 2) skip(`a container has one range at ${this.endpoint}`);
    return container;
  }

  /** A request that the official client would not send, or whose answer it does not show. */
  send(call: Call): Promise<Answer> {
    const { server } = this.#server;
    return send(
      { endpoint: this.endpoint, key: server?.client.key ?? foreign?.key ?? '' },
      { ...server?.wire, ...call },
    );
  }

  get isEmbedded(): boolean {
    return foreign === undefined;
  }

  /** What can be done to an embedded server from behind. Skips the test elsewhere. */
  embedded(what: string): EmbeddedServer {
    needsEmbedded(what);
    return this.#server.server as EmbeddedServer;
  }

  get #server() {
    if (!this.#opened) throw new Error('the service is not open');
    return this.#opened;
  }
}

const BY_PK: PartitionKeyDefinition = { paths: ['/pk'], version: 2 } as PartitionKeyDefinition;
