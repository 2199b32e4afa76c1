import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { EMULATOR_KEY } from '../protocol/emulator-key.ts';
import { FlowError } from '../support/error.ts';
import { Budgets } from './allowance.ts';
import { Clock } from './clock.ts';
import type { Exchange, Fault } from './faults.ts';
import { Journal, type JournalEntry } from './journal.ts';
import { notFound } from './refusal.ts';
import { routes } from './routes.ts';
import { createGateway } from './server.ts';
import { splitRange } from './split.ts';
import { Store } from './store/store.ts';
import { LEAST_THROUGHPUT, RANGE_THROUGHPUT } from './throughput.ts';
import { Upkeep } from './upkeep.ts';

export type { Exchange, Fault } from './faults.ts';
export type { JournalEntry } from './journal.ts';

export interface EmulatorOptions {
  /** 0, the default, is any free one. */
  readonly port?: number;
  /** A file, or `:memory:`, the default. */
  readonly data?: string;
  /** Physical ranges of a container created without throughput. */
  readonly ranges?: number;
  /** Request units a second of a container created without throughput. When it is given, throughput is enforced. */
  readonly throughput?: number;
  /** Whether requests are refused with 429 once a physical range has spent its part of the throughput. */
  readonly enforceThroughput?: boolean;
  /** The master key, in base64. */
  readonly key?: string;
  /** Added to every request. */
  readonly latencyMs?: number;
  /** Called for every authorized request; what it returns happens to the request. */
  readonly intercept?: (exchange: Exchange) => Fault | undefined;
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
  /** Splits a range of a container, the first one by default; its id is gone when this returns. */
  split(database: string, container: string, rangeId?: string): void;
  /** Changes in the order in which they were applied, after a sequence number; as many as the journal keeps. */
  journal(after?: number): JournalEntry[];
  /** Puts the server's clock ahead of the true time, or behind it. */
  skewClock(ms: number): void;
  /** Resolves once nothing is served any more and the data is on disk, free for another process. May be called again. */
  close(): Promise<void>;
}

/**
 * Starts an Azure Cosmos DB server of our own on the loopback interface; resolves once it can be reached. Rejects with
 * `in_use` when another process owns the data, `local_io` when the data cannot be used, `usage` when the port is taken
 * or forbidden, or an option is out of bounds.
 */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const { port = 0, data = ':memory:', ranges = 4, key = EMULATOR_KEY, latencyMs = 0, intercept } = options;
  const { throughput, enforceThroughput = throughput !== undefined } = options;
  checkRanges(ranges);
  checkThroughput(throughput, ranges);
  const clock = new Clock(options.clock);
  const journal = new Journal(options.journalEntries, options.onApplied);
  const store = new Store(data, clock);
  store.onApplied = (change) => journal.append(change);
  const closing = new AbortController();
  const server = createGateway({
    store,
    routes: routes({ ranges, throughput, ...(enforceThroughput && { budgets: new Budgets() }) }),
    key,
    latencyMs,
    intercept,
    signal: closing.signal,
  });
  try {
    await listen(server, port);
  } catch (error) {
    store.close();
    throw error;
  }
  const upkeep = new Upkeep(store);
  const close = async (): Promise<void> => {
    closing.abort();
    upkeep.stop();
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
    store.close();
  };
  let closed: Promise<void> | undefined;
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    key,
    split: (database, name, rangeId) => {
      const container = store.findContainer(database, name);
      if (!container) throw notFound();
      store.write(() => splitRange(store, container, rangeId));
    },
    journal: (after = 0) => journal.after(after),
    skewClock: (ms) => {
      clock.skewMs = ms;
    },
    close: () => {
      closed ??= close();
      return closed;
    },
  };
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
