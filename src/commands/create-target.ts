import type { Address } from '../cosmos/address.ts';
import { type ContainerFacts, createContainer, findContainer, readContainer, templateOf } from '../cosmos/container.ts';
import type { Accounts } from './accounts.ts';
import type { Context } from './command.ts';
import { type End, openEnd } from './end.ts';
import type { Reshaping } from './reshaping.ts';

/** The container to write to: the one that is there, else one like the source. */
export function openTarget(
  accounts: Accounts,
  address: Address,
  source: ContainerFacts,
  reshape: Reshaping | undefined,
  context: Context,
): Promise<End> {
  return openEnd(accounts, address, 'target', context, async (client, name) => {
    const found = await findContainer(client, name);
    if (found) return found;
    const like = templateOf(source.definition);
    const partitionKey = reshape?.keyOf(source.partitionKey);
    // Rules that make no sense are refused before anything is made.
    if (partitionKey) reshape?.between(source, { ...source, partitionKey });
    await createContainer(client, name, partitionKey ? { ...like, partitionKey: partitionKey as never } : like);
    const how = partitionKey ? `, partitioned by ${partitionKey.paths.join(', ')}` : '';
    context.talk.note(`created ${name.database}/${name.container} like the source${how}`);
    return readContainer(client, name);
  });
}
