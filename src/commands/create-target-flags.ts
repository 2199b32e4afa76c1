import { FlowError } from '../support/error.ts';
import { choice, parsed } from './flags.ts';
import { besides, needing } from './needs.ts';

/** Of a container that is made: what its source has, so many request units a second, or up to so many. */
export type CreateThroughput = 'like-source' | { readonly throughput: number } | { readonly maxThroughput: number };

export const createTargetFlags = {
  createTarget: choice('--create-target <how>', 'what becomes of a missing target; like-source when not given', [
    'like-source',
    'never',
  ]),
  createThroughput: needing(
    besides('--create-target never', ({ createTarget }) => createTarget !== 'never'),
    parsed(
      '--create-throughput <n>',
      'throughput of a target that is created: request units a second, autoscale:N, or like-source',
      parseThroughput,
    ),
  ),
};

function parseThroughput(text: string): CreateThroughput {
  if (text.toLowerCase() === 'like-source') return 'like-source';
  const [, autoscale, digits] = /^(autoscale:)?(\d+)$/i.exec(text) ?? [];
  if (Number(digits) > 0) return autoscale ? { maxThroughput: Number(digits) } : { throughput: Number(digits) };
  throw new FlowError('usage', `"${text}" is no throughput`, { hint: 'write 400, autoscale:4000 or like-source' });
}
