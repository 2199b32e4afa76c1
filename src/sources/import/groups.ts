export interface GroupLimits<Item> {
  readonly itemsMax: number;
  readonly bytesMax: number;
  bytesOf(item: Item): number;
  /** How long a group may wait for more; until it is full, when not given. */
  readonly lingerMs?: number | undefined;
}

/** Items in groups, none of them empty. What was begun when the items fail comes before the failure. */
export async function* groups<Item>(
  items: AsyncIterable<Item>,
  limits: GroupLimits<Item>,
): AsyncGenerator<readonly Item[]> {
  const iterator = items[Symbol.asyncIterator]();
  let next: Promise<IteratorResult<Item>> | undefined;
  try {
    for (let isOver = false; !isOver; ) {
      const group = new Group(limits);
      let failure: { readonly error: unknown } | undefined;
      try {
        for (; !group.isFull; next = undefined) {
          next ??= iterator.next();
          const result = await group.within(next);
          if (result === 'due') break;
          isOver = result.done === true;
          if (result.done) break;
          group.add(result.value);
        }
      } catch (error) {
        failure = { error };
      }
      group.close();
      if (group.items.length > 0) yield group.items;
      if (failure) throw failure.error;
    }
  } finally {
    // Behind a read that is still waiting for what may never come, nobody waits.
    const closed = iterator.return?.();
    if (next === undefined) await closed;
  }
}

class Group<Item> {
  readonly items: Item[] = [];
  readonly #limits: GroupLimits<Item>;
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #due: Promise<'due'> | undefined;

  constructor(limits: GroupLimits<Item>) {
    this.#limits = limits;
  }

  get isFull(): boolean {
    return this.items.length >= this.#limits.itemsMax || this.#bytes >= this.#limits.bytesMax;
  }

  add(item: Item): void {
    const { bytesOf, lingerMs } = this.#limits;
    this.items.push(item);
    this.#bytes += bytesOf(item);
    if (lingerMs === undefined || this.#due !== undefined) return;
    this.#due = new Promise((resolve) => {
      this.#timer = setTimeout(() => resolve('due'), lingerMs);
    });
  }

  /** What is waited for, or that the group has waited long enough. */
  within<Result>(next: Promise<Result>): Promise<Result | 'due'> {
    return this.#due === undefined ? next : Promise.race([next, this.#due]);
  }

  close(): void {
    clearTimeout(this.#timer);
  }
}
