/** What happened to an item: a version was written, which has a number that no other has, or it was deleted. */
export type Event = number | 'deleted';

export interface Change {
  readonly id: string;
  readonly event: Event;
}

/** What is known to have happened to items, in order. */
export class History {
  readonly #events = new Map<string, Event[]>();

  add({ id, event }: Change): void {
    this.#events.set(id, [...this.of(id), event]);
  }

  of(id: string): readonly Event[] {
    return this.#events.get(id) ?? [];
  }

  ids(): string[] {
    return [...this.#events.keys()];
  }

  /** The number of the version that is there, if one is. */
  current(id: string): number | undefined {
    const last = this.of(id).at(-1);
    return last === 'deleted' ? undefined : last;
  }
}
