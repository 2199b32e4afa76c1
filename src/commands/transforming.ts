import type { Checkpoint, Source } from '../contract.ts';
import { type Serial, serial } from '../pipeline/serial.ts';
import { type PartitionKeyDefinition, propertyNames } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';
import { momentOf } from '../support/moment.ts';
import type { Tally } from '../support/tally.ts';
import { loadTransform } from '../transform/module.ts';
import { transformed } from '../transform/transformed.ts';
import type { UserChange } from '../transform/user-change.ts';

export interface TransformingOptions {
  readonly transform: string | undefined;
  readonly eventTime: string | undefined;
}

/** What a user's module does to changes on their way. */
export interface Transforming {
  /** A job with another transform is another job. */
  readonly mode: string;
  /** Whether it notes things with the pages that they come of. */
  readonly keepsNotes: boolean;
  /** With the checkpoint of the job; `partitionKey` is that of what comes out. */
  over(checkpoint: Checkpoint, partitionKey: PartitionKeyDefinition, tally: Tally): Serial;
}

/** Loads the module that the flags name, if they name one. Throws a FlowError when it cannot be used. */
export async function transforming({ transform, eventTime }: TransformingOptions): Promise<Transforming | undefined> {
  if (transform === undefined) return undefined;
  const module = await loadTransform(transform);
  if (module.window && eventTime === undefined) {
    throw new FlowError('usage', `"${transform}" has a window, and nobody says what it is over`, {
      hint: 'say where documents have their time: --event-time /createdAt',
    });
  }
  const keepsNotes = module.state !== undefined || module.window !== undefined;
  const read = eventTime === undefined ? undefined : timeReader(eventTime);
  return {
    mode: `transform ${transform}`,
    keepsNotes,
    over(checkpoint, partitionKey, tally) {
      const ordered = keepsNotes ? serial(checkpoint) : { checkpoint, over: (source: Source) => source };
      const options = {
        module,
        partitionKey,
        eventTime: read,
        notes: () => checkpoint.notes(),
        positions: () => checkpoint.positions(),
        tally,
      };
      return { checkpoint: ordered.checkpoint, over: (source) => transformed(ordered.over(source), options) };
    },
  };
}

/** Of a job with a transform, if it has one. */
export function modeOf(mode: string, transform: Transforming | undefined): string {
  return transform ? `${mode}, ${transform.mode}` : mode;
}

function timeReader(path: string): (change: UserChange) => number | undefined {
  const names = path.startsWith('/') ? propertyNames(path) : [];
  if (names.length === 0) throw new FlowError('usage', `"${path}" is not a path`, { hint: 'write it as /createdAt' });
  return ({ document }) => {
    let value: unknown = document;
    for (const name of names) {
      if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
      value = (value as Readonly<Record<string, unknown>>)[name];
    }
    return momentOf(value);
  };
}
