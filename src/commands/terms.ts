import { Budget } from '../cosmos/budget.ts';
import { containerPath } from '../cosmos/budgeted.ts';
import type { Connection } from '../cosmos/connection.ts';
import type { ContainerFacts } from '../cosmos/container.ts';
import { type Role, toFlowError } from '../cosmos/faults.ts';
import { type Provisioned, readProvisioned } from '../cosmos/provisioned.ts';
import { FlowError } from '../support/error.ts';
import { later } from '../support/later.ts';
import type { TermsOptions, Throughput } from './budget-flags.ts';
import type { Context } from './command.ts';
import { DRAIN_MS } from './transfer.ts';

/** From here on, what is read of a container and written to it is within what the flags allow. */
export async function setTerms(
  { connection, facts, role }: { connection: Connection; facts: ContainerFacts; role: Role },
  options: TermsOptions,
  { signal }: Pick<Context, 'signal'>,
): Promise<void> {
  const { targetThroughput, priorityLevel, throughputBucket } = options;
  const terms = {
    budget: targetThroughput && (await budgetOf({ connection, facts, role }, targetThroughput)),
    priority: priorityLevel,
    bucket: throughputBucket,
    stop: later(signal, DRAIN_MS),
  };
  connection.terms.set(containerPath(facts), terms);
}

/**
 * How much may be read of what a container is then to get: no more than its budget lets through while a stop waits for what
 * was read to be written.
 */
export function readAhead(
  { connection, facts }: { connection: Connection; facts: ContainerFacts },
  pageItems: number,
): ReadAhead {
  return within(connection.terms.get(containerPath(facts))?.budget?.unitsPerSecond, pageItems);
}

/** The same of a container that is made later, with as little throughput as there is. */
export function readAheadOfNew({ targetThroughput: wanted }: TermsOptions): ReadAhead {
  if (!wanted) return within(undefined, Number.POSITIVE_INFINITY);
  return within('units' in wanted ? wanted.units : wanted.share * UNITS_LEAST, Number.POSITIVE_INFINITY);
}

function within(unitsPerSecond: number | undefined, pageItems: number): ReadAhead {
  if (unitsPerSecond === undefined) return { pageItems, bytesMax: undefined };
  const writes = unitsPerSecond / WRITE_UNITS;
  return {
    pageItems: Math.min(pageItems, Math.max(PAGE_ITEMS_LEAST, Math.floor((writes * PAGE_MS) / 1000))),
    bytesMax: writes * (AHEAD_MS / 1000) * WRITE_BYTES,
  };
}

interface ReadAhead {
  /** Documents in a page. */
  readonly pageItems: number;
  /** Bytes of documents that are read and not yet committed, where that is limited. */
  readonly bytesMax: number | undefined;
}

/** About what a small document takes, rather too much, and how large it is. */
const WRITE_UNITS = 8;
const WRITE_BYTES = 500;
const PAGE_ITEMS_LEAST = 10;
const UNITS_LEAST = 400;
const PAGE_MS = 1000;
const AHEAD_MS = DRAIN_MS / 2;

async function budgetOf(
  { connection, facts, role }: { connection: Connection; facts: ContainerFacts; role: Role },
  throughput: Throughput,
): Promise<Budget> {
  const name = `${facts.database}/${facts.container}`;
  const provisioned = await readProvisioned(connection.client, facts).catch((error: unknown) => {
    throw toFlowError(error, role, `${role} "${name}"`);
  });
  return new Budget({
    unitsPerSecond: 'units' in throughput ? throughput.units : shareOf(throughput.share, provisioned, name),
    rangeUnitsPerSecond: provisioned?.rangeUnitsPerSecond,
  });
}

function shareOf(share: number, provisioned: Provisioned | undefined, name: string): number {
  if (provisioned) return share * provisioned.unitsPerSecond;
  throw new FlowError('configuration', `"${name}" has no throughput of its own to take a percentage of`, {
    hint: 'it is serverless, or shares that of its database: give request units a second, as in --target-throughput 400',
  });
}
