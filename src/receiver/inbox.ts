import { ndjson } from '../formats/ndjson.ts';
import type { Event } from './events.ts';
import type { Output } from './output.ts';
import type { Window } from './window.ts';

export interface Delivery {
  /** Equal when it is the same delivery again, where its sender tells. */
  readonly name: string | undefined;
  readonly events: readonly Event[];
}

export interface Receipt {
  readonly accepted: number;
  readonly duplicates: number;
}

/** Stores each delivery and each event once. */
export class Inbox {
  readonly #output: Output;
  readonly #window: Window;

  constructor(output: Output, window: Window) {
    this.#output = output;
    this.#window = window;
  }

  /** Resolves once all events are stored, now or when they came before; rejects if they are not known to be. */
  async take({ name, events }: Delivery): Promise<Receipt> {
    const whole = name === undefined ? undefined : `delivery ${name}`;
    const before = whole === undefined ? undefined : this.#window.find(whole);
    if (before !== undefined) {
      await before;
      return { accepted: 0, duplicates: events.length };
    }
    const { fresh, earlier } = this.#sorted(events);
    const stored = this.#store(fresh);
    const all = Promise.all([stored, ...earlier]).then(() => {});
    for (const event of fresh) if (event.name !== undefined) this.#window.add(`event ${event.name}`, stored);
    if (whole !== undefined) this.#window.add(whole, all);
    await all;
    return { accepted: fresh.length, duplicates: events.length - fresh.length };
  }

  /** Which events are new, and when those will be stored that are not. */
  #sorted(events: readonly Event[]): { fresh: Event[]; earlier: Promise<void>[] } {
    const fresh: Event[] = [];
    const earlier: Promise<void>[] = [];
    const names = new Set<string>();
    for (const event of events) {
      const known = event.name === undefined ? undefined : this.#window.find(`event ${event.name}`);
      if (known !== undefined) earlier.push(known);
      else if (event.name === undefined || !names.has(event.name)) fresh.push(event);
      if (event.name !== undefined) names.add(event.name);
    }
    return { fresh, earlier };
  }

  async #store(events: readonly Event[]): Promise<void> {
    if (events.length > 0) await this.#output.append(ndjson(events.map(({ document }) => document)));
  }
}
