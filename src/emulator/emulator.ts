import { randomBytes, randomInt } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMULATOR_KEY } from '../protocol/emulator-key.ts';
import { fractionsFrom } from '../support/random.ts';
import { Admin } from './admin.ts';
import { Budgets } from './allowance.ts';
import { Clock } from './clock.ts';
import { Control } from './control.ts';
import { checkOptions, type EmulatorOptions, RANGES } from './emulator-options.ts';
import type { FaultRule } from './fault-rule.ts';
import { FaultRules } from './fault-rules.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { type KeptCertificate, keepCertificate } from './kept-certificate.ts';
import { listen, stopListening } from './listening.ts';
import { type Route, routes } from './routes.ts';
import { createGateway } from './server.ts';
import { Store } from './store/store.ts';
import { RANGE_BYTES, Upkeep } from './upkeep.ts';

export type { EmulatorOptions } from './emulator-options.ts';
export type { FaultRule } from './fault-rule.ts';
export type { Exchange, Fault } from './faults.ts';
export type { JournalEntry } from './journal.ts';

export interface Emulator {
  readonly endpoint: string;
  readonly key: string;
  /** With `tls`, the file with the certificate that clients need to trust, and its text in PEM. */
  readonly certificate: { readonly file: string; readonly pem: string } | undefined;
  /** With `admin`, what its requests must bear. */
  readonly adminToken: string | undefined;
  readonly seed: number;
  /** Adds rules after those in force and returns their ids. Throws a `usage` error for one that makes no sense. */
  addFaults(...rules: readonly FaultRule[]): number[];
  clearFaults(): void;
  /** Splits a range of a container, the first one by default; its id is gone when this returns. */
  split(database: string, container: string, rangeId?: string): void;
  /** Merges neighbouring ranges of a container, the first two by default; their ids are gone when this returns. */
  merge(database: string, container: string, rangeIds?: readonly string[]): void;
  /**
   * Has requests that name a range refused with 410/1007, as while it splits or merges, until it does or is resumed. Those
   * that name a key are answered: the service's gateway finds their range by itself.
   */
  suspend(database: string, container: string, rangeId: string): void;
  resume(database: string, container: string, rangeId: string): void;
  /** Replaces a container by an empty one of the same name, definition, ranges and throughput. */
  recreate(database: string, container: string): void;
  /** Changes in the order in which they were applied, after a sequence number; as many as the journal keeps. */
  journal(after?: number): JournalEntry[];
  /** Puts the server's clock ahead of the true time, or behind it. */
  skewClock(ms: number): void;
  /** Forgets faults, journal, spent budgets and the skew of the clock; with `data`, removes all databases too. */
  reset(options?: { readonly data?: boolean }): void;
  /** Resolves once nothing is served any more and the data is on disk, free for another process. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts an Azure Cosmos DB server of our own on the loopback interface; resolves once it can be reached. Rejects with
 * `in_use` when another process owns the data, `local_io` when the data cannot be used, `usage` when the port is taken
 * or forbidden, or an option is out of bounds.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  checkOptions(options);
  const { key = EMULATOR_KEY, seed = randomInt(2 ** 32) } = options;
  const adminToken = tokenOf(options.admin);
  const { control, table } = openService(options, seed);
  const { store } = control;
  let certificate: KeptCertificate | undefined;
  try {
    certificate = options.tls ? keepCertificate(options.data ?? MEMORY) : undefined;
    const closing = new AbortController();
    const admin = adminToken === undefined ? undefined : new Admin(control, adminToken);
    const server = gatewayOf(options, { control, routes: table, key, admin, certificate, signal: closing.signal });
    await listen(server, options.port ?? 0);
    const upkeep = new Upkeep(store, options.rangeBytes ?? RANGE_BYTES);
    const close = async (): Promise<void> => {
      closing.abort();
      upkeep.stop();
      await stopListening(server);
      certificate?.close();
      store.close();
    };
    let closed: Promise<void> | undefined;
    return {
      endpoint: `${schemeOf(options)}://127.0.0.1:${(server.address() as AddressInfo).port}`,
      key,
      certificate: certificate && { file: certificate.file, pem: certificate.cert },
      adminToken,
      seed,
      ...handlesOf(control),
      close: () => {
        closed ??= close();
        return closed;
      },
    };
  } catch (error) {
    certificate?.close();
    store.close();
    throw error;
  }
}

const MEMORY = ':memory:';

/** The data, what can be done to it, and what is served of it. */
function openService(options: EmulatorOptions, seed: number): { control: Control; table: readonly Route[] } {
  const { data = MEMORY, ranges = RANGES, throughput, enforceThroughput = throughput !== undefined } = options;
  const budgets = new Budgets();
  const table = routes({ scheme: schemeOf(options), ranges, throughput, ...(enforceThroughput && { budgets }) });
  const faults = new FaultRules(fractionsFrom(seed), [...new Set(table.map(({ operation }) => operation))]);
  faults.add(...(options.faults ?? []));
  const journal = new Journal(options.journalEntries, options.onApplied);
  const store = new Store(data, new Clock(options.clock));
  store.onApplied = (change) => journal.append(change);
  return { control: new Control({ store, faults, journal, budgets }), table };
}

function gatewayOf(
  { latencyMs = 0, intercept }: EmulatorOptions,
  parts: Omit<Parameters<typeof createGateway>[0], 'latencyMs' | 'intercept'>,
): Server {
  const { faults } = parts.control;
  return createGateway({
    ...parts,
    latencyMs,
    intercept: (exchange) => intercept?.(exchange) ?? faults.decide(exchange),
  });
}

function handlesOf(
  control: Control,
): Omit<Emulator, 'endpoint' | 'key' | 'certificate' | 'adminToken' | 'seed' | 'close'> {
  const { faults, journal, store } = control;
  return {
    addFaults: (...rules) => faults.add(...rules),
    clearFaults: () => faults.clear(),
    split: (database, container, rangeId) => void control.split(database, container, rangeId),
    merge: (database, container, rangeIds) => void control.merge(database, container, rangeIds),
    suspend: (database, container, rangeId) => control.suspend(database, container, rangeId),
    resume: (database, container, rangeId) => control.resume(database, container, rangeId),
    recreate: (database, container) => void control.recreate(database, container),
    journal: (after = 0) => journal.after(after),
    skewClock: (ms) => {
      store.clock.skewMs = ms;
    },
    reset: (what) => control.reset(what),
  };
}

function schemeOf({ tls }: EmulatorOptions): 'http' | 'https' {
  return tls ? 'https' : 'http';
}

function tokenOf(admin: EmulatorOptions['admin']): string | undefined {
  if (admin === undefined || admin === false) return undefined;
  return admin === true ? randomBytes(24).toString('base64url') : admin.token;
}
