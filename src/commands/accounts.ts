import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Account, accountOf } from '../cosmos/account.ts';
import type { Address } from '../cosmos/address.ts';
import { Connection } from '../cosmos/connection.ts';
import { toFlowError } from '../cosmos/faults.ts';
import type { Context } from './command.ts';
import { type EmbeddedUse, shareEmbedded } from './embedded.ts';

export interface AccountsOptions {
  readonly embeddedData: string;
  readonly requestTimeout: number;
  /** PEM of the authorities to trust, where those are not the usual ones. */
  readonly caFile?: string | undefined;
  /** Whether nothing is to be made, embedded data among it. */
  readonly dryRun?: boolean;
}

/** The accounts that a command works with, connected when they are first asked for. */
export class Accounts {
  readonly #environment: Context['environment'];
  readonly #signal: AbortSignal;
  readonly #options: AccountsOptions;
  readonly #connections = new Map<string, Connection>();
  #embedded: EmbeddedUse | undefined;

  constructor({ environment, signal }: Pick<Context, 'environment' | 'signal'>, options: AccountsOptions) {
    this.#environment = environment;
    this.#signal = signal;
    this.#options = options;
  }

  /** A name for a container that is the same whenever it is the same container. Throws when its account is not known. */
  nameOf(address: Address, role: 'source' | 'target'): string {
    const account = address.account === 'embedded' ? this.#embeddedName() : this.#endpointName(address, role);
    return `${account}${address.database}/${address.container}`;
  }

  /** One connection per account, whoever asks. */
  async connect(address: Address, role: 'source' | 'target'): Promise<Connection> {
    const account =
      address.account === 'embedded' ? await this.#startEmbedded() : accountOf(address, role, this.#environment);
    const known = this.#connections.get(account.endpoint + account.key);
    if (known) return known;
    const { requestTimeout: timeoutMs, caFile: ca } = this.#options;
    const connection = new Connection(account, { timeoutMs, ca, signal: this.#signal });
    this.#connections.set(account.endpoint + account.key, connection);
    await connection.client.getDatabaseAccount().catch((error: unknown) => {
      this.#signal.throwIfAborted();
      throw toFlowError(error, role, `the account at "${new URL(account.endpoint).host}"`);
    });
    return connection;
  }

  async close(): Promise<void> {
    for (const connection of this.#connections.values()) await connection.close();
    await this.#embedded?.close();
  }

  #embeddedName(): string {
    const { embeddedData } = this.#options;
    return `embedded(${embeddedData === ':memory:' ? embeddedData : resolve(embeddedData)}):`;
  }

  #endpointName(address: Address, role: 'source' | 'target'): string {
    const { host } = new URL(accountOf(address, role, this.#environment).endpoint);
    return `cosmos://${host.replace(/^(localhost|\[::1\])/, '127.0.0.1')}/`;
  }

  #dataToOpen(): string {
    const { embeddedData, dryRun = false } = this.#options;
    return dryRun && !existsSync(embeddedData) ? ':memory:' : embeddedData;
  }

  async #startEmbedded(): Promise<Account> {
    this.#embedded ??= await shareEmbedded(this.#dataToOpen());
    return this.#embedded;
  }
}
