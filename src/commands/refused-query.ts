import { faultOf } from '../cosmos/faults.ts';
import { STATUS } from '../protocol/status.ts';
import { FlowError } from '../support/error.ts';

/** The user's error where the service found something wrong with a query; else the error itself. */
export function refusedQuery(error: unknown, query: string): unknown {
  const fault = faultOf(error);
  if (!fault || fault.status !== STATUS.badRequest) return error;
  const flaw = flawIn(error);
  const { start, end } = flaw?.location ?? {};
  const isPlaced = start !== undefined && end !== undefined && end > 0 && end <= query.length;
  const place = isPlaced ? ` at character ${start + 1}` : '';
  return new FlowError('usage', `the query is refused${place}: ${flaw?.message ?? fault.message}`, {
    hint: isPlaced ? excerpt(query, start, end) : undefined,
    cause: error,
  });
}

/** Whether the service says what is wrong with the query, in its own words for that. */
export function isFlawed(error: unknown): boolean {
  const flaw = flawIn(error);
  return flaw !== undefined && !flaw.code?.startsWith(OURS);
}

/** Of the embedded server, for what it cannot do but the service can. */
const OURS = 'SC9';

interface Flaw {
  readonly message: string;
  readonly code?: string;
  readonly location?: { readonly start: number; readonly end: number };
}

/** `Message: {"errors":[…]}` in the message of a refusal, with an activity id behind it. */
function flawIn(error: unknown): Flaw | undefined {
  const { message = '' } = error as { message?: string };
  const text = /\{"errors":\s*\[.*\]\s*\}/s.exec(message)?.[0];
  if (text === undefined) return undefined;
  try {
    return (JSON.parse(text) as { errors: readonly Flaw[] }).errors[0];
  } catch {
    // Somebody else's words.
    return undefined;
  }
}

function excerpt(query: string, start: number, end: number): string {
  const before = query.slice(Math.max(0, start - AROUND), start);
  const after = query.slice(end, end + AROUND);
  const marked = `${before}»${query.slice(start, end)}«${after}`.replace(/\s+/g, ' ');
  return `it is here: ${start > AROUND ? '…' : ''}${marked}${end + AROUND < query.length ? '…' : ''}`;
}

const AROUND = 30;
