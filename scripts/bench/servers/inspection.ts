import { SYSTEM_PROPERTIES } from '../../../src/protocol/system-properties.ts';
import { order, type Shape } from '../documents.ts';

export interface Verdict {
  readonly operations: number;
  readonly requests: number;
  /** Operations that were looked at, one by one. */
  readonly inspected: number;
  /** Of those, the ones that are not an upsert of the right document under the right partition key. */
  readonly wrong: number;
  /** Of those, the ones that carry a system property. */
  readonly unstripped: number;
}

/** Counts the operations of all batches, and keeps some batches to look at when nothing is measured. */
export class Inspection {
  #operations = 0;
  #requests = 0;
  #kept: Buffer[] = [];

  /** Returns how many operations the body of a batch holds. */
  note(body: Buffer): number {
    const count = countOf(body);
    this.#operations += count;
    if (this.#requests++ % KEEP_EVERY === 0) this.#kept.push(body);
    return count;
  }

  /** About everything since the last verdict. */
  verdict(shape: Shape): Verdict {
    const operations = this.#kept.flatMap((body) => JSON.parse(body.toString('utf8')) as unknown[]);
    const verdict = {
      operations: this.#operations,
      requests: this.#requests,
      inspected: operations.length,
      wrong: operations.filter((operation) => !isRight(operation, shape)).length,
      unstripped: operations.filter(hasSystemProperty).length,
    };
    this.#operations = 0;
    this.#requests = 0;
    this.#kept = [];
    return verdict;
  }
}

const KEEP_EVERY = 7;
/** No document holds this text, so that counting it need not parse. */
const OPERATION = '"operationType":"Upsert"';

function countOf(body: Buffer): number {
  let count = 0;
  for (let at = body.indexOf(OPERATION); at >= 0; at = body.indexOf(OPERATION, at + OPERATION.length)) count++;
  return count;
}

interface UpsertOperation {
  readonly operationType?: unknown;
  readonly partitionKey?: unknown;
  readonly resourceBody?: Readonly<Record<string, unknown>>;
}

function isRight(operation: unknown, shape: Shape): boolean {
  const { operationType, partitionKey, resourceBody } = operation as UpsertOperation;
  const expected = order(Number(/\d+$/.exec(String(resourceBody?.id))?.[0]), shape);
  const own = Object.entries(resourceBody ?? {}).filter(([name]) => !SYSTEM_PROPERTIES.includes(name));
  return (
    operationType === 'Upsert' &&
    JSON.stringify(Object.fromEntries(own)) === JSON.stringify(expected) &&
    partitionKey === JSON.stringify([expected.customerId])
  );
}

function hasSystemProperty(operation: unknown): boolean {
  const { resourceBody = {} } = operation as UpsertOperation;
  return SYSTEM_PROPERTIES.some((name) => Object.hasOwn(resourceBody, name));
}
