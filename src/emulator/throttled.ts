import { HEADER } from '../protocol/headers.ts';
import { type Allowance, type Budgets, UNLIMITED } from './allowance.ts';
import { refusalCharge } from './charge.ts';
import { Refusal } from './refusal.ts';
import type { Reply } from './reply.ts';
import { isBulk, type Request } from './request.ts';
import type { Store } from './store/store.ts';

type Handler = (request: Request, store: Store) => Reply;

/**
 * Refuses with 429 while the budget of a range that the request reaches into is spent. A batch whose operations stand
 * for themselves is let in, and refuses and pays operation by operation.
 */
export function throttled(handle: Handler, budgets: Budgets): Handler {
  return (request, store) => {
    const allowance = budgets.allowanceOf(request, store);
    if (isBulk(request.headers)) return handle({ ...request, allowance: both(allowance, request.allowance) }, store);
    const shortage = allowance.shortage();
    if (shortage) throw shortage;
    try {
      const reply = handle(request, store);
      allowance.spend(Number(reply.headers[HEADER.requestCharge] ?? 1));
      return reply;
    } catch (error) {
      if (error instanceof Refusal) allowance.spend(refusalCharge(error.status));
      throw error;
    }
  };
}

function both(one: Allowance, other: Allowance = UNLIMITED): Allowance {
  return {
    shortage: () => one.shortage() ?? other.shortage(),
    spend: (charge) => {
      one.spend(charge);
      other.spend(charge);
    },
  };
}
