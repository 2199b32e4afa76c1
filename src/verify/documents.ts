import type { Connection } from '../cosmos/connection.ts';
import { type ContainerFacts, containerOf } from '../cosmos/container.ts';
import { faultOf, isTransient, type Role, toFlowError } from '../cosmos/faults.ts';
import type { Point, StoredDocument } from '../cosmos/points.ts';
import { Patience, type PatienceOptions } from '../support/patience.ts';

/** Single documents of one container. What may succeed later is tried again; what may not is thrown as the SDK has it. */
export interface Documents {
  read(point: Point): Promise<StoredDocument | undefined>;
  create(point: Point, body: Buffer): Promise<void>;
  /** Only if it still is the version with this etag. */
  replace(point: Point, body: Buffer, etag: string): Promise<void>;
  /** Only if it still is the version with this etag. */
  remove(point: Point, etag: string): Promise<void>;
}

export interface DocumentsOptions extends PatienceOptions {
  readonly role: Role;
}

export function documentsOf(connection: Connection, facts: ContainerFacts, options: DocumentsOptions): Documents {
  const { client, points } = connection.pointer(options.signal);
  const container = containerOf(client, facts);
  const what = `${options.role} "${facts.database}/${facts.container}"`;
  const patiently = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    for (const patience = new Patience(options); ; ) {
      try {
        return await work();
      } catch (error) {
        const fault = faultOf(error);
        if (!fault || !isTransient(fault)) throw error;
        await patience.wait(toFlowError(error, options.role, what), fault.retryAfterMs);
      }
    }
  };
  return {
    read: (point) => patiently(() => points.read(container, point)),
    create: (point, body) => patiently(() => points.create(container, point, body)),
    replace: (point, body, etag) => patiently(() => points.replace(container, point, body, etag)),
    remove: (point, etag) => patiently(() => points.remove(container, point, etag)),
  };
}
