import type { Clock } from '../../src/cosmos/pacing.ts';

/** A clock that goes on only when everybody waits for it, and then at once to the next who is to be woken. */
export class VirtualClock implements Clock {
  #now = 0;
  readonly #sleepers: { at: number; wake: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const at = this.#now + Math.max(0, ms);
      const sleeper = { at, wake: resolve };
      this.#sleepers.push(sleeper);
      signal?.addEventListener('abort', () => {
        const index = this.#sleepers.indexOf(sleeper);
        if (index >= 0) this.#sleepers.splice(index, 1);
        reject(signal.reason);
      });
    });
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    const end = this.#now + ms;
    for (;;) {
      // What was woken may wait again, but not before all that it has to do is done.
      await new Promise((resolve) => setImmediate(resolve));
      const next = this.#sleepers.reduce<number>((least, { at }, index) => {
        return at < (this.#sleepers[least]?.at ?? Number.POSITIVE_INFINITY) ? index : least;
      }, -1);
      const sleeper = this.#sleepers[next];
      if (!sleeper || sleeper.at > end) break;
      this.#sleepers.splice(next, 1);
      this.#now = sleeper.at;
      sleeper.wake();
    }
    this.#now = end;
  }
}
