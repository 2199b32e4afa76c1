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
