import type { Readable } from 'node:stream';
import type { Forwarded } from './writer.ts';

/** The lines of a stream, and when each of them was there. */
export class Arrivals {
  #latencies: number[] = [];
  #isSorted = true;
  readonly #lastOfKey = new Map<string, number>();
  #outOfOrder = 0;
  #rest = '';

  constructor(lines: Readable) {
    lines
      .setEncoding('utf8')
      .on('data', (text: string) => this.#take(text, performance.timeOrigin + performance.now()));
  }

  get count(): number {
    return this.#latencies.length;
  }

  /** How many did not come right after the one before them of the same key. */
  get outOfOrder(): number {
    return this.#outOfOrder;
  }

  /** The least time within which that share of the events was there. */
  latencyMs(share: number): number {
    if (!this.#isSorted) this.#latencies.sort((a, b) => a - b);
    this.#isSorted = true;
    return this.#latencies[Math.max(0, Math.ceil(share * this.#latencies.length) - 1)] ?? Number.NaN;
  }

  forget(): void {
    this.#latencies = [];
    this.#lastOfKey.clear();
    this.#outOfOrder = 0;
  }

  #take(text: string, now: number): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const { id, version, sentAt } = JSON.parse(line) as Forwarded;
      this.#latencies.push(now - sentAt);
      this.#isSorted = false;
      if (version !== (this.#lastOfKey.get(id) ?? 0) + 1) this.#outOfOrder++;
      this.#lastOfKey.set(id, version);
    }
  }
}
