import { ErrorResponse } from '@azure/cosmos';
import { HEADER } from '../protocol/headers.ts';
import { STATUS, SUBSTATUS } from '../protocol/status.ts';
import { FlowError, type FlowErrorCode } from '../support/error.ts';

export type Role = 'source' | 'target';

/** What went wrong with a request, read from whatever the SDK threw. */
export interface Fault {
  /** HTTP status, or 0 when there was no answer. */
  readonly status: number;
  readonly substatus: number;
  readonly retryAfterMs: number;
  readonly message: string;
}

/** Reads an error of the SDK or the transport; `undefined` for anything else, which is a bug. */
export function faultOf(error: unknown): Fault | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { code, substatus, headers, message = '', cause } = error as SdkError;
  if (typeof code === 'number') {
    return {
      status: code,
      substatus: Number(substatus ?? headers?.[HEADER.substatus] ?? 0),
      retryAfterMs: Number(headers?.[HEADER.retryAfterMs] ?? 0),
      message: firstLine(message),
    };
  }
  if (typeof code === 'string' && NO_ANSWER.test(code)) return noAnswer(message);
  // Of a failed look at the ranges the SDK keeps the words alone.
  if (error instanceof ErrorResponse) return noAnswer(message);
  return faultOf(cause);
}

/** Whether the same request may succeed later. */
export function isTransient({ status, substatus }: Fault): boolean {
  return TRANSIENT.has(status) || (status === STATUS.notFound && substatus === SUBSTATUS.readSessionNotAvailable);
}

/** The error for the user, or the error itself when it is not one of a request. */
export function toFlowError(error: unknown, role: Role, what: string): unknown {
  if (error instanceof FlowError) return error;
  const fault = faultOf(error);
  if (!fault) return error;
  if (fault.status === STATUS.unauthorized || fault.status === STATUS.forbidden)
    return unauthorized(fault, what, error);
  const unavailable: FlowErrorCode = role === 'source' ? 'source_unavailable' : 'sink_unavailable';
  if (isTransient(fault)) {
    return new FlowError(unavailable, `${what} is not available: ${fault.message}`, {
      hint: /certificate/i.test(fault.message)
        ? 'give the certificate of its authority: --ca-file FILE; a host must be called as it calls itself'
        : 'check the address and the network; the same command goes on where it stopped',
      cause: error,
    });
  }
  if (fault.status === STATUS.insufficientStorage)
    return new FlowError('local_io', `${what} cannot be used: ${fault.message}`, {
      hint: 'make room where the embedded data are, or keep them elsewhere; then run the same command again',
      cause: error,
    });
  const code = role === 'source' ? 'source_unavailable' : 'sink_refused';
  return new FlowError(code, `${what} answered ${fault.status}: ${fault.message}`, { cause: error });
}

interface SdkError {
  readonly code?: unknown;
  readonly substatus?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly message?: string;
  readonly cause?: unknown;
}

function noAnswer(message: string): Fault {
  return { status: 0, substatus: 0, retryAfterMs: 0, message: firstLine(message) };
}

const NO_ANSWER =
  /^(E(?!RR_)[A-Z_]+|ERR_(TLS|SSL)_.*|UND_ERR_.*|TimeoutError|COSMOSFLOW_UNREACHABLE|CERT_.*|DEPTH_ZERO.*|SELF_SIGNED.*|UNABLE_TO.*)$/;
const TRANSIENT: ReadonlySet<number> = new Set([
  0,
  STATUS.timeout,
  STATUS.gone,
  STATUS.locked,
  STATUS.tooManyRequests,
  STATUS.retryWith,
  STATUS.internal,
  502,
  STATUS.unavailable,
  504,
]);

function unauthorized(fault: Fault, what: string, cause: unknown): FlowError {
  const clock = /not valid at the current time/.test(fault.message);
  return new FlowError('unauthorized', `${what} refused the request: ${fault.message}`, {
    hint: clock
      ? 'the clock of this machine differs from the server by more than 15 minutes: set it'
      : 'check COSMOS_KEY, or COSMOS_TARGET_KEY for the account of the target',
    cause,
  });
}

/** The service wraps its sentence: `Message: {"Errors":["…"]}`, an activity id, an address. */
function firstLine(message: string): string {
  const line = (message.split(/\r?\n/)[0] ?? '').replace(/^(Batch request error: |Message: )+/, '');
  const wrapped = /^\{"Errors":\["((?:[^"\\]|\\.)*)"/.exec(line)?.[1]?.replace(/\\(["\\/])/g, '$1');
  return (wrapped ?? line).replace(/ Server used the following payload.*$/, '').slice(0, 300);
}
