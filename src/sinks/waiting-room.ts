import type { Range } from '../contract.ts';
import { fits, type Group } from '../cosmos/operations.ts';
import { type Clock, WALL_CLOCK } from '../cosmos/pacing.ts';
import type { Operation } from '../cosmos/phrases.ts';

// What does not fill a batch waits here for operations of later writes, of whatever range of the source. A batch leaves
// - when it is full,
// - when its first operation has waited for as long as it may,
// - when somebody waits for one of its writes: the reading of a range goes on only after that, or has ended.
// So waiting costs time where little comes, and where much comes it costs nothing.

export interface WaitingRoomOptions<Failure> {
  readonly waitMaxMs: number;
  /** Resolves with what failed once a batch was sent. */
  send(rangeId: string, batch: readonly Operation[]): Promise<readonly Failure[]>;
  readonly clock?: Clock | undefined;
}

/** Lets operations of several writes out together. */
export class WaitingRoom<Failure extends { readonly operation: Operation }> {
  readonly #options: WaitingRoomOptions<Failure>;
  readonly #clock: Clock;
  readonly #parties = new Map<string, Party<Failure>>();
  /** How many wait for writes of a range, by its lower bound; or of any. */
  readonly #hurries = new Map<string | undefined, number>();

  constructor(options: WaitingRoomOptions<Failure>) {
    this.#options = options;
    this.#clock = options.clock ?? WALL_CLOCK;
  }

  /** Resolves with the failures of these operations, once all of them were sent. */
  async through(group: Group, { min }: Range): Promise<readonly Failure[]> {
    const sent = new Set<Promise<readonly Failure[]>>();
    for (const operation of group.batch) {
      const party = this.#partyFor(operation, group);
      party.batch.push(operation);
      party.bytes += operation.bytes;
      party.sources.add(min);
      sent.add(party.sent.promise);
      if (isFull(party)) this.#leave(party);
    }
    const last = this.#parties.get(group.place);
    if (last && (this.#hurries.has(undefined) || this.#hurries.has(min))) this.#leave(last);
    await Promise.allSettled(sent);
    const failures = (await Promise.all(sent)).flat();
    if (failures.length === 0) return failures;
    const own = new Set(group.batch);
    return failures.filter(({ operation }) => own.has(operation));
  }

  /** As a sink does. */
  hurry(over: Promise<unknown>, range?: Range): void {
    const min = range?.min;
    this.#hurries.set(min, (this.#hurries.get(min) ?? 0) + 1);
    const calm = (): void => {
      const left = (this.#hurries.get(min) as number) - 1;
      if (left > 0) this.#hurries.set(min, left);
      else this.#hurries.delete(min);
    };
    over.then(calm, calm);
    for (const party of [...this.#parties.values()]) {
      if (min === undefined || party.sources.has(min)) this.#leave(party);
    }
  }

  #partyFor(operation: Operation, group: Group): Party<Failure> {
    const waiting = this.#parties.get(group.place);
    if (waiting && fits(waiting, operation)) return waiting;
    if (waiting) this.#leave(waiting);
    const party: Party<Failure> = {
      ...group,
      batch: [],
      bytes: 0,
      sources: new Set(),
      sent: Promise.withResolvers(),
      left: new AbortController(),
    };
    this.#parties.set(group.place, party);
    this.#clock.wait(this.#options.waitMaxMs, party.left.signal).then(
      () => this.#leave(party),
      () => {},
    );
    return party;
  }

  #leave(party: Party<Failure>): void {
    if (this.#parties.get(party.place) !== party) return;
    this.#parties.delete(party.place);
    party.left.abort();
    party.sent.resolve(this.#options.send(party.rangeId, party.batch));
  }
}

/** Operations that wait for each other. */
interface Party<Failure> extends Group {
  readonly batch: Operation[];
  bytes: number;
  /** The ranges of the source that they are of, by their lower bounds. */
  readonly sources: Set<string>;
  readonly sent: PromiseWithResolvers<readonly Failure[]>;
  readonly left: AbortController;
}

function isFull({ batch, bytes, itemsMax, bytesMax }: Group): boolean {
  return batch.length >= itemsMax || bytes >= bytesMax;
}
