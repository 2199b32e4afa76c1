import { locateMembers } from '../support/json-bytes.ts';
import { refusalCharge } from './charge.ts';
import { documentOf } from './document.ts';
import {
  createItem,
  type ItemOutcome,
  type ItemRequest,
  patchItem,
  readItem,
  removeItem,
  replaceItem,
  upsertItem,
} from './item.ts';
import { isObject } from './json-body.ts';
import type { Key } from './key.ts';
import { patchOf } from './patch.ts';
import { badRequest, Refusal } from './refusal.ts';

/** One operation of a batch, not yet checked: whatever is wrong with it is its own failure, not the batch's. */
export interface BatchOperation {
  readonly type: unknown;
  readonly id: string;
  readonly partitionKey: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly resource: unknown;
  /** The bytes of `resource`. */
  readonly text: Buffer;
}

export interface OperationResult extends ItemOutcome {
  readonly substatus?: number;
  readonly retryAfterMs?: number;
  /** Why it was refused. */
  readonly message?: string;
}

type OperationTarget = Omit<ItemRequest, 'key'> & { readonly key: Key | (() => Key) };

/** Reads an operation whose text starts at `at` in the body. */
export function parseOperation(value: unknown, body: Buffer, at: number): BatchOperation {
  if (!isObject(value)) throw badRequest('Each operation of a batch must be a JSON object.');
  locateMembers(body, at, RESOURCE, span);
  return {
    type: value.operationType,
    id: textOf(value.id) ?? '',
    partitionKey: textOf(value.partitionKey),
    ifMatch: textOf(value.ifMatch),
    ifNoneMatch: textOf(value.ifNoneMatch),
    resource: value.resourceBody,
    text: body.subarray(span[1], span[2]),
  };
}

/** Runs an operation inside a transaction. Throws only what is nobody's fault but ours. */
export function runOperation(operation: BatchOperation, target: OperationTarget): OperationResult {
  try {
    const key = typeof target.key === 'function' ? target.key() : target.key;
    const { ifMatch, ifNoneMatch } = operation;
    return apply(operation, { ...target, key, ifMatch, ifNoneMatch });
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return refusedOperation(error);
  }
}

export function refusedOperation({ status, substatus, retryAfterMs, message }: Refusal): OperationResult {
  return {
    status,
    charge: refusalCharge(status),
    ...(substatus !== 0 && { substatus }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    message,
  };
}

const RESOURCE = [Buffer.from('resourceBody')];
const span = new Int32Array(3);

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function apply(operation: BatchOperation, request: ItemRequest): ItemOutcome {
  const { type, id, resource, text } = operation;
  switch (type) {
    case 'Create':
      return createItem(request, documentOf(resource, text));
    case 'Upsert':
      return upsertItem(request, documentOf(resource, text));
    case 'Replace':
      return replaceItem(request, id, documentOf(resource, text));
    case 'Read':
      return readItem(request, id);
    case 'Delete':
      return removeItem(request, id);
    case 'Patch':
      return patchItem(request, id, patchOf(resource, text));
    default:
      throw badRequest(`The operation type ${typeof type === 'string' ? `"${type}" ` : ''}is unknown.`);
  }
}
