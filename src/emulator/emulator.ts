import { randomBytes, randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMULATOR_KEY } from '../protocol/emulator-key.ts';
import { FlowError } from '../support/error.ts';
import { fractionsFrom } from '../support/random.ts';
import { Admin } from './admin.ts';
import { Budgets } from './allowance.ts';
import { Clock } from './clock.ts';
import { Control } from './control.ts';
import type { FaultRule } from './fault-rule.ts';
import { FaultRules } from './fault-rules.ts';
import type { Exchange, Fault } from './faults.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { type KeptCertificate, keepCertificate } from './kept-certificate.ts';
import { type Route, routes } from './routes.ts';
import { createGateway } from './server.ts';
import { Store } from './store/store.ts';
import { LEAST_THROUGHPUT, RANGE_THROUGHPUT } from './throughput.ts';
import { RANGE_BYTES, Upkeep } from './upkeep.ts';

export type { FaultRule } from './fault-rule.ts';
export type { Exchange, Fault } from './faults.ts';
export type { JournalEntry } from './journal.ts';

export interface EmulatorOptions {
  /** 0, the default, is any free one. */
  readonly port?: number;
  /** A file, or `:memory:`, the default. */
  readonly data?: string;
  /** Physical ranges of a container created without throughput. */
  readonly ranges?: number;
  /** A range whose documents have more bytes splits; 50 GB by default, as in the service. */
  readonly rangeBytes?: number;
  /** Request units a second of a container created without throughput. When it is given, throughput is enforced. */
  readonly throughput?: number;
  /** Whether requests are refused with 429 once a physical range has spent its part of the throughput. */
  readonly enforceThroughput?: boolean;
  /** The master key, in base64; that of every emulator by default. */
  readonly key?: string;
  /** Serve https alone, with a certificate of its own that lies beside the data. */
  readonly tls?: boolean;
  /** Added to every request. */
  readonly latencyMs?: number;
  /** What goes wrong from the start. */
  readonly faults?: readonly FaultRule[];
  /** Called for every authorized request; what it returns happens to the request, and no rule is asked. */
  readonly intercept?: (exchange: Exchange) => Fault | undefined;
  /** What chance depends on; another each time by default. */
  readonly seed?: number;
  /** Serve the admin API as well, for whoever has the token; `true` makes one. */
  readonly admin?: boolean | { readonly token: string };
  /** Milliseconds since 1970, for tests that do not wait; the machine's clock by default. */
  readonly clock?: () => number;
  /** How many of the last changes the journal keeps; 10,000 by default. */
  readonly journalEntries?: number;
  /** Called for each change of a document once it is on disk, in order. What it throws fails the request. */
  readonly onApplied?: (entry: JournalEntry) => void;
}

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
  /** Has requests to a range refused with 410/1007, as while it splits or merges, until it does or is resumed. */
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
  const { port = 0, data = ':memory:', key = EMULATOR_KEY, seed = randomInt(2 ** 32), intercept } = options;
  const { table, budgets } = serviceOf(options);
  const faults = new FaultRules(fractionsFrom(seed), [...new Set(table.map(({ operation }) => operation))]);
  faults.add(...(options.faults ?? []));
  const journal = new Journal(options.journalEntries, options.onApplied);
  const store = new Store(data, new Clock(options.clock));
  store.onApplied = (change) => journal.append(change);
  const control = new Control({ store, faults, journal, budgets });
  const adminToken = tokenOf(options.admin);
  const closing = new AbortController();
  let certificate: KeptCertificate | undefined;
  let server: Server;
  try {
    if (options.tls) certificate = keepCertificate(data);
    server = createGateway({
      control,
      routes: table,
      key,
      latencyMs: options.latencyMs ?? 0,
      intercept: (exchange) => intercept?.(exchange) ?? faults.decide(exchange),
      admin: adminToken === undefined ? undefined : new Admin(control, adminToken),
      certificate: certificate && { key: certificate.key, cert: certificate.cert },
      signal: closing.signal,
    });
    await listen(server, port);
  } catch (error) {
    certificate?.close();
    store.close();
    throw error;
  }
  const upkeep = new Upkeep(store, options.rangeBytes ?? RANGE_BYTES);
  const close = async (): Promise<void> => {
    closing.abort();
    upkeep.stop();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    certificate?.close();
    store.close();
  };
  let closed: Promise<void> | undefined;
  return {
    endpoint: `${options.tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    certificate: certificate && { file: certificate.file, pem: certificate.cert },
    adminToken,
    seed,
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
    close: () => {
      closed ??= close();
      return closed;
    },
  };
}

/** What it serves, and what is spent of the throughput if that is limited. */
function serviceOf({ tls, ranges = 4, rangeBytes, throughput, enforceThroughput }: EmulatorOptions): {
  table: readonly Route[];
  budgets: Budgets;
} {
  checkRanges(ranges);
  checkRangeBytes(rangeBytes);
  checkThroughput(throughput, ranges);
  const budgets = new Budgets();
  const isEnforced = enforceThroughput ?? throughput !== undefined;
  const scheme = tls ? 'https' : 'http';
  return { table: routes({ scheme, ranges, throughput, ...(isEnforced && { budgets }) }), budgets };
}

function tokenOf(admin: EmulatorOptions['admin']): string | undefined {
  if (admin === undefined || admin === false) return undefined;
  return admin === true ? randomBytes(24).toString('base64url') : admin.token;
}

const LISTEN_PROBLEMS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'is in use',
  EACCES: 'is not open to this user',
};

/** As many as the highest throughput of a container needs. */
const RANGES_MAX = 100;

function checkRanges(ranges: number): void {
  if (Number.isInteger(ranges) && ranges >= 1 && ranges <= RANGES_MAX) return;
  throw new FlowError('usage', `a container cannot have ${ranges} ranges`, {
    hint: `choose a whole number from 1 to ${RANGES_MAX} with --ranges`,
  });
}

function checkRangeBytes(rangeBytes: number | undefined): void {
  if (rangeBytes === undefined || (Number.isInteger(rangeBytes) && rangeBytes > 0)) return;
  throw new FlowError('usage', `a range cannot have ${rangeBytes} bytes at most`, {
    hint: 'choose a whole number from 1 on',
  });
}

/** A container of one range has 400 to 10,000; one of more ranges has at most 10,000 for each. */
function checkThroughput(throughput: number | undefined, ranges: number): void {
  if (throughput === undefined) return;
  const max = ranges * RANGE_THROUGHPUT;
  if (Number.isInteger(throughput) && throughput >= LEAST_THROUGHPUT && throughput <= max && throughput % 100 === 0) {
    return;
  }
  throw new FlowError('usage', `a container of ${ranges} ranges cannot have ${throughput} request units a second`, {
    hint: `choose a multiple of 100 from ${LEAST_THROUGHPUT} to ${max} with --throughput, or more --ranges`,
  });
}

async function listen(server: Server, port: number): Promise<void> {
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
