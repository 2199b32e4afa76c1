import type { Delivery, Inbox, Receipt } from './inbox.ts';
import type { Mishap } from './mishaps.ts';
import { Refusal } from './refusal.ts';
import type { BodyRoom } from './request-body.ts';
import type { Tally } from './tally.ts';
import type { Work } from './work.ts';

/** What deliveries have in common, over whatever they come. */
export interface Intake {
  readonly inbox: Inbox;
  readonly tally: Tally;
  readonly room: BodyRoom;
  readonly work: Work;
  readonly nextMishap: () => Mishap | undefined;
  /** When it aborts, what is under way is answered, and its connection ended. */
  readonly signal: AbortSignal;
  /** Told whenever a delivery has been stored. */
  readonly onStored: () => void;
  /** Told of an error that is not the sender's. */
  readonly onFailure: (error: unknown) => void;
}

/** Stores a delivery and resolves with its receipt, unless something else is to happen. */
export async function take(delivery: Delivery, intake: Intake): Promise<Receipt | Mishap> {
  const { inbox, tally, nextMishap } = intake;
  const mishap = nextMishap();
  if (mishap !== undefined) tally.failed++;
  if (mishap !== undefined && mishap !== 'drop') return mishap;
  const receipt = await inbox.take(delivery);
  tally.received += receipt.accepted;
  tally.duplicates += receipt.duplicates;
  intake.onStored();
  return mishap ?? receipt;
}

/** What a sender is told of a failure; one that is not the sender's is handed on. */
export function refusalOf(error: unknown, { tally, onFailure }: Intake): Refusal {
  if (error instanceof Refusal) {
    tally.refused++;
    return error;
  }
  onFailure(error);
  return new Refusal(503, 'the events could not be stored');
}
