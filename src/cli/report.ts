import { FlowError } from '../support/error.ts';
import { redact } from '../support/redaction.ts';
import type { EdgeTalk } from './edge-talk.ts';

/** Says what went wrong, once, and returns the exit status. */
export function reportFailure(error: unknown, talk: EdgeTalk): number {
  if (error instanceof FlowError) {
    talk.failure({ code: error.code, message: redact(error.message), ...(error.hint && { hint: redact(error.hint) }) });
    return error.exitStatus;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
  talk.failure({
    code: 'bug',
    message: redact(stack),
    hint: 'this is a bug in cosmosflow: please report it with these lines',
  });
  return BUG;
}

const BUG = 1;
