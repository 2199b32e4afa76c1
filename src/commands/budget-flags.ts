import { FlowError } from '../support/error.ts';
import { choice, count, parsed } from './flags.ts';

/** So many request units a second, or a share of what a container has. */
export type Throughput = { readonly units: number } | { readonly share: number };

export interface TermsOptions {
  readonly targetThroughput: Throughput | undefined;
  readonly priorityLevel: 'low' | 'high' | undefined;
  readonly throughputBucket: number | undefined;
}

/** What may be spent, and as whom, for all that is read and written. */
export const termsFlags = {
  targetThroughput: parsed(
    '--target-throughput <n|p%>',
    'request units a second to spend on each container, or a percentage of what it has',
    parseThroughput,
  ),
  priorityLevel: choice('--priority-level <level>', 'which requests the account is to refuse first', ['low', 'high']),
  throughputBucket: count('--throughput-bucket <n>', 'throughput bucket of the container to draw on', undefined, {
    max: 5,
  }),
};

export const TERMS_NOTE =
  'With --target-throughput no more request units a second are spent on a container than that, evenly, in small requests; ' +
  'of the throughput that others use too, --priority-level low takes what they leave.';

export function parseThroughput(text: string): Throughput {
  const [, digits, percent] = /^(\d+(?:\.\d+)?)(%)?$/.exec(text) ?? [];
  const number = Number(digits);
  if (percent && number > 0 && number <= 100) return { share: number / 100 };
  if (!percent && number >= 1) return { units: number };
  throw new FlowError('usage', `"${text}" is neither a number of at least 1 nor a percentage up to 100%`, {
    hint: 'write --target-throughput 400 for request units a second, or --target-throughput 50%',
  });
}
