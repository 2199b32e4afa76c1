import pLimit from 'p-limit';
import type { Source } from '../contract.ts';
import type { Address } from '../cosmos/address.ts';
import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, readContainer } from '../cosmos/container.ts';
import { faultOf, isTransient, type Role, toFlowError } from '../cosmos/faults.ts';
import { changeFeed } from '../sources/change-feed.ts';
import { retrying } from '../sources/retrying.ts';
import { FlowError } from '../support/error.ts';
import type { PatienceOptions } from '../support/patience.ts';
import type { Accounts } from './accounts.ts';
import type { Context } from './command.ts';

/** One of the two containers that a command works with. */
export interface End {
  readonly connection: Connection;
  readonly facts: ContainerFacts;
  readonly role: Role;
  /** For words about it. */
  readonly name: string;
}

/** Opens a container; `open` may make one that is missing. */
export async function openEnd(
  accounts: Accounts,
  address: Address,
  role: Role,
  { signal }: Context,
  open: (client: Connection['client'], address: Address) => Promise<ContainerFacts> = readContainer,
): Promise<End> {
  const connection = await accounts.connect(address, role);
  const name = `${role} "${address.database}/${address.container}"`;
  const facts = await open(connection.client, address).catch((error: unknown) => {
    signal.throwIfAborted();
    throw toFlowError(error, role, name);
  });
  return { connection, facts, role, name };
}

export interface FeedOptions {
  readonly maxItemCount: number;
  readonly follow: boolean;
  readonly poll: number;
  /** Pages being read at once, over all ranges. */
  readonly readsMax: number;
}

/** The change feed of a container, read patiently. */
export function feedOf(
  end: End,
  { maxItemCount, follow, poll, readsMax }: FeedOptions,
  patience: PatienceOptions,
): Source {
  const limit = pLimit(readsMax);
  const options = { maxItemCount, follow, pollMs: poll, limit, signal: patience.signal };
  return patientlyRead(changeFeed(end.connection, end.facts, options), end, patience);
}

/** The same source of a container, read on when the service was not available. */
export function patientlyRead(source: Source, { role, name }: End, patience: PatienceOptions): Source {
  return retrying(source, {
    ...patience,
    isTransient: (error) => {
      const fault = faultOf(error);
      return fault !== undefined && isTransient(fault);
    },
    explain: (error) => toFlowError(error, role, name),
  });
}

/** One account may go by several names: then the container itself tells. */
export async function assertApart(one: End, other: End, name: string): Promise<void> {
  if (one.facts.rid !== other.facts.rid) return;
  const endpoints = [await one.connection.client.getWriteEndpoint(), await other.connection.client.getWriteEndpoint()];
  if (endpoints[0] === endpoints[1]) throw sameContainer(name);
}

export function sameContainer(name: string): FlowError {
  return new FlowError('same_container', `source and target are the same container, "${name}"`, {
    hint: 'give the target another name, or another account with COSMOS_TARGET_URI and COSMOS_TARGET_KEY',
  });
}
