import { STATUS, SUBSTATUS } from '../protocol/status.ts';

/** An answer of 400 or more, thrown by whoever finds the reason. Its text reaches the client in the service's wording. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly substatus: number;
  /** `plain`: the message as it is; otherwise wrapped as the service wraps errors of its back end. */
  readonly plain: boolean;
  readonly retryAfterMs: number | undefined;
  /** What is wrong with a query, place by place; otherwise the message is the only error. */
  readonly errors: readonly unknown[] | undefined;
  /** What the answer tells besides: whoever knows more about the request than where it was refused may set it. */
  headers: Readonly<Record<string, string>> = {};

  constructor(status: number, message: string, options: RefusalOptions = {}) {
    super(message);
    this.status = status;
    this.substatus = options.substatus ?? 0;
    this.plain = options.plain ?? false;
    this.retryAfterMs = options.retryAfterMs;
    this.errors = options.errors;
  }
}

interface RefusalOptions {
  readonly substatus?: number | undefined;
  readonly plain?: boolean;
  readonly retryAfterMs?: number | undefined;
  readonly errors?: readonly unknown[] | undefined;
}

export function badRequest(message: string, substatus?: number): Refusal {
  return new Refusal(STATUS.badRequest, message, { substatus });
}

export function notFound(substatus?: number): Refusal {
  const message = 'Resource Not Found. Learn more: https://aka.ms/cosmosdb-tsg-not-found';
  return new Refusal(STATUS.notFound, message, { substatus });
}

export function itemNotFound(): Refusal {
  const more = 'More info: https://aka.ms/cosmosdb-tsg-not-found';
  return new Refusal(STATUS.notFound, `Entity with the specified id does not exist in the system. ${more}`);
}

export function conflict(): Refusal {
  return new Refusal(STATUS.conflict, 'Entity with the specified id already exists in the system.');
}

export function preconditionFailed(substatus?: number): Refusal {
  const more = 'Learn more: https://aka.ms/CosmosDB/sql/errors/precondition-failed';
  return new Refusal(STATUS.preconditionFailed, `One of the specified pre-condition is not met. ${more}`, {
    substatus,
  });
}

export function rangeGone(rangeId: string): Refusal {
  const message = `The requested resource is no longer available at the server: partition key range "${rangeId}".`;
  return new Refusal(STATUS.gone, message, { substatus: SUBSTATUS.rangeGone });
}

/** While a range splits or merges: the client finds out where its keys are now. */
export function rangeMoving(rangeId: string): Refusal {
  const message = `The requested resource is no longer available at the server: partition key range "${rangeId}" completes a split or merge.`;
  return new Refusal(STATUS.gone, message, { substatus: SUBSTATUS.completingSplit });
}

export function responseTooLarge(): Refusal {
  const message = 'The response of the batch is too large for this result.';
  return new Refusal(STATUS.tooLarge, message, { substatus: SUBSTATUS.responseTooLarge });
}

export function tooLarge(): Refusal {
  return new Refusal(STATUS.tooLarge, 'Request size is too large');
}
