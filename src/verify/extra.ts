import type { LimitFunction } from 'p-limit';
import { faultOf } from '../cosmos/faults.ts';
import { STATUS } from '../protocol/status.ts';
import type { Documents } from './documents.ts';
import type { Finding, Findings } from './findings.ts';
import { pointOf } from './pair.ts';

export interface ExtraOptions {
  readonly source: Pick<Documents, 'read'>;
  readonly target: Pick<Documents, 'read' | 'remove'>;
  readonly limit: LimitFunction;
  readonly signal: AbortSignal;
}

/**
 * Deletes what is in the target and not in the source, and resolves with how many documents that were. Each finding is
 * looked at again right before: what the source has by then stays, and so does what is written to the target meanwhile.
 * Ends early when told to stop.
 */
export async function removeExtra(findings: Findings, { limit, signal, ...sides }: ExtraOptions): Promise<number> {
  let removed = 0;
  for (let key = ''; !signal.aborted; ) {
    const some = findings.after(key, AT_ONCE, { equal: false });
    const last = some.at(-1);
    if (!last) break;
    const removals = some.filter(isExtra).map((finding) => limit(() => remove(finding, sides)));
    await Promise.allSettled(removals);
    for (const isRemoved of await Promise.all(removals)) if (isRemoved) removed++;
    key = last.key;
  }
  return removed;
}

const AT_ONCE = 64;

function isExtra({ source, target }: Finding): boolean {
  return source === null && target !== null;
}

async function remove({ key }: Finding, sides: Pick<ExtraOptions, 'source' | 'target'>): Promise<boolean> {
  const point = pointOf(key);
  // In this order: whatever is created in the source after it was looked for there, and copied, has another etag.
  const found = await sides.target.read(point);
  if (!found || (await sides.source.read(point))) return false;
  try {
    await sides.target.remove(point, found.etag);
    return true;
  } catch (error) {
    const status = faultOf(error)?.status;
    if (status === STATUS.preconditionFailed || status === STATUS.notFound) return false;
    throw error;
  }
}
