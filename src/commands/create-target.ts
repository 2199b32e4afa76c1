import type { ContainerRequest } from '@azure/cosmos';
import type { Address } from '../cosmos/address.ts';
import { type ContainerFacts, createContainer, findContainer, readContainer, templateOf } from '../cosmos/container.ts';
import { definitionDifferences } from '../cosmos/definition-differences.ts';
import { readOffered } from '../cosmos/provisioned.ts';
import { FlowError } from '../support/error.ts';
import type { Accounts } from './accounts.ts';
import type { Context } from './command.ts';
import type { CreateThroughput } from './create-target-flags.ts';
import { type End, openEnd } from './end.ts';
import type { Reshaping } from './reshaping.ts';

export interface CreateTargetOptions {
  readonly createTarget: 'like-source' | 'never' | undefined;
  readonly createThroughput: CreateThroughput | undefined;
}

/** What a target is made of that is not there. */
export interface Making {
  readonly source: End;
  readonly reshape: Reshaping | undefined;
  /** Called right before: throws where it must not be made. */
  check(): Promise<void>;
}

/** The container to write to: the one that is there, and in what it differs; else a new one like the source. */
export function openTarget(
  accounts: Accounts,
  address: Address,
  { source, reshape, check }: Making,
  options: CreateTargetOptions,
  context: Context,
): Promise<End> {
  return openEnd(accounts, address, 'target', context, async (client, name) => {
    const found = await findContainer(client, name);
    if (found) {
      const differing = definitionDifferences(source.facts.definition, found.definition);
      if (differing.length > 0)
        context.talk.note(`the target has other settings than the source: ${differing.join(', ')}`);
      return found;
    }
    assertMayCreate(name, options);
    await check();
    const partitionKey = reshape?.keyOf(source.facts.partitionKey);
    const like = templateOf(source.facts.definition);
    const throughput = await throughputOf(source, options.createThroughput);
    await createContainer(client, name, {
      ...like,
      ...(partitionKey && { partitionKey }),
      ...throughput,
    } as ContainerRequest);
    context.talk.note(
      `created ${name.database}/${name.container} like the source${words(partitionKey?.paths, throughput)}`,
    );
    return readContainer(client, name);
  });
}

/** What a dry run says of the target. */
export function describeTarget(
  name: string,
  target: ContainerFacts | undefined,
  source: ContainerFacts,
  reshape: Reshaping | undefined,
): { readonly target: string; readonly differences: readonly string[] } {
  const differences = target ? definitionDifferences(source.definition, target.definition) : [];
  if (target) return { target: `${name}, is there`, differences };
  const paths = reshape?.keyOf(source.partitionKey).paths;
  return { target: `${name}, would be created like the source${words(paths, undefined)}`, differences };
}

export function assertMayCreate(
  { database, container }: { readonly database: string; readonly container: string },
  { createTarget }: CreateTargetOptions,
): void {
  if (createTarget !== 'never') return;
  throw new FlowError('container_not_found', `there is no container "${database}/${container}"`, {
    hint: 'check its name; it is created like the source without --create-target never',
  });
}

type Offered = { readonly throughput?: number; readonly maxThroughput?: number };

async function throughputOf(source: End, wanted: CreateThroughput | undefined): Promise<Offered | undefined> {
  if (wanted !== 'like-source') return wanted;
  return readOffered(source.connection.client, source.facts);
}

function words(paths: readonly string[] | undefined, offered: Offered | undefined): string {
  const { throughput, maxThroughput } = offered ?? {};
  return [
    paths && `, partitioned by ${paths.join(', ')}`,
    throughput && `, with ${throughput} RU/s`,
    maxThroughput && `, with up to ${maxThroughput} RU/s`,
  ]
    .filter(Boolean)
    .join('');
}
