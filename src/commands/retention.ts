import type { ContainerFacts } from '../cosmos/container.ts';
import { formatDuration, parseDuration } from '../support/duration.ts';
import { FlowError } from '../support/error.ts';

/** Reads a time of whole minutes; in milliseconds. */
export function parseRetention(text: string): number {
  const ms = parseDuration(text);
  if (ms >= MINUTE_MS && ms % MINUTE_MS === 0) return ms;
  throw new FlowError('usage', `"${text}" is not a number of minutes`, { hint: 'write a time like 10m or 4h' });
}

/** What has a container retain all versions and deletes for so long; nothing where that is not asked for. */
export function retaining(retentionMs: number | undefined): object {
  return retentionMs === undefined ? {} : { changeFeedPolicy: { retentionDuration: retentionMs / MINUTE_MS } };
}

/** Refuses a container that is there and retains them for another time. */
export function assertRetains({ database, container, definition }: ContainerFacts, retentionMs: number): void {
  const { retentionDuration = 0 } = (definition.changeFeedPolicy ?? {}) as { readonly retentionDuration?: number };
  if (retentionDuration * MINUTE_MS === retentionMs) return;
  const time = retentionDuration > 0 ? formatDuration(retentionDuration * MINUTE_MS) : 'no time';
  throw new FlowError('usage', `"${database}/${container}" is there, and retains all versions for ${time}`, {
    hint: 'leave out --retain-versions, or choose a container that is not there',
  });
}

const MINUTE_MS = 60_000;
