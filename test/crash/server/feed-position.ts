import { expect } from 'vitest';
import { type Answer, send } from '../../emulator/wire.ts';
import type { Event, History } from './history.ts';
import type { ServerProcess } from './process.ts';

interface Stretch {
  readonly min: string;
  readonly max: string;
  readonly etag: string | undefined;
}

interface Item {
  readonly id: string;
  readonly n: number;
  readonly _lsn: number;
  readonly _rid: string;
}

interface Version {
  readonly current?: Item;
  readonly metadata: { readonly lsn: number; readonly id?: string; readonly timeToLiveExpired?: boolean };
}

/** A reader of one kind of change feed that survives the server, as its positions are here. */
export class FeedPosition {
  readonly #container: string;
  readonly #mode: 'Incremental Feed' | 'Full-Fidelity Feed';
  #positions: readonly Stretch[];
  /** By id, in the order in which they were read. */
  readonly seen = new Map<string, Event[]>();
  /** Items that were last seen to expire. */
  readonly expired = new Set<string>();
  /** The resource id of each item that was seen, and whose it is. */
  readonly #owners = new Map<string, string>();

  constructor(container: string, mode: FeedPosition['mode'], positions: readonly Stretch[] = [START]) {
    this.#container = container;
    this.#mode = mode;
    this.#positions = positions;
  }

  get mode(): 'Incremental Feed' | 'Full-Fidelity Feed' {
    return this.#mode;
  }

  /** Another reader that starts where this one is now. */
  fork(): FeedPosition {
    return new FeedPosition(this.#container, this.#mode, this.#positions);
  }

  /** One page of each range; whether there was anything new. Where it stands changes when the whole page is noted. */
  async read(server: ServerProcess, items: number): Promise<boolean> {
    const parts = await this.#parts(server);
    let isNew = false;
    for (const { range, ...stretch } of parts) {
      const { status, headers, text } = await this.#page(server, range, stretch, items);
      // The range has split or merged since it was looked up.
      if (status === GONE) return true;
      expect([200, 304], text).toContain(status);
      if (status === 200) this.#note(JSON.parse(text).Documents);
      isNew ||= status === 200;
      const etag = String(headers.etag);
      this.#positions = [...this.#positions.flatMap((position) => without(position, stretch)), { ...stretch, etag }];
    }
    return isNew;
  }

  async readToEnd(server: ServerProcess): Promise<void> {
    while (await this.read(server, 500));
  }

  async #parts(server: ServerProcess): Promise<(Stretch & { range: string })[]> {
    const { text } = await send(server, { path: `${this.#container}/pkranges` });
    const ranges: { id: string; minInclusive: string; maxExclusive: string }[] = JSON.parse(text).PartitionKeyRanges;
    return ranges.flatMap(({ id, minInclusive, maxExclusive }) =>
      this.#positions.flatMap((position) =>
        within(position, { min: minInclusive, max: maxExclusive }).map((part) => ({ ...part, range: id })),
      ),
    );
  }

  #page(server: ServerProcess, range: string, { min, max, etag }: Stretch, items: number): Promise<Answer> {
    return send(server, {
      path: `${this.#container}/docs`,
      headers: {
        'a-im': this.#mode,
        'x-ms-max-item-count': String(items),
        'x-ms-documentdb-partitionkeyrangeid': range,
        'x-ms-start-epk': min,
        'x-ms-end-epk': max,
        ...(etag !== undefined && { 'if-none-match': etag }),
      },
    });
  }

  #note(items: readonly (Item | Version)[]): void {
    const lsns = items.map((item) => ('metadata' in item ? item.metadata.lsn : item._lsn));
    expect(lsns, 'commits in order').toEqual(lsns.toSorted((left, right) => left - right));
    for (const item of items) {
      const { metadata, current } = 'metadata' in item ? item : { metadata: undefined, current: item };
      const id = current?.id ?? metadata?.id ?? '';
      this.seen.set(id, [...(this.seen.get(id) ?? []), current?.n ?? 'deleted']);
      if (metadata?.timeToLiveExpired) this.expired.add(id);
      else this.expired.delete(id);
      if (current) this.#own(current);
    }
  }

  /** A resource id is never given twice. */
  #own({ id, _rid }: Item): void {
    expect(this.#owners.get(_rid) ?? id, `the item with the resource id ${_rid}`).toBe(id);
    this.#owners.set(_rid, id);
  }
}

const GONE = 410;
const START: Stretch = { min: '', max: 'FF', etag: undefined };

/** What is left of one stretch without another. */
function without(stretch: Stretch, { min, max }: Omit<Stretch, 'etag'>): Stretch[] {
  return [...within(stretch, { min: '', max: min }), ...within(stretch, { min: max, max: 'FF' })];
}

function within({ min, max, etag }: Stretch, bounds: Omit<Stretch, 'etag'>): Stretch[] {
  const part = { min: min > bounds.min ? min : bounds.min, max: max < bounds.max ? max : bounds.max, etag };
  return part.min < part.max ? [part] : [];
}

/** Each version of each item, once and in order. What expired may have been deleted at any time. */
export function expectAll(
  { seen }: FeedPosition,
  writers: readonly Written[],
  isMortal: (id: string) => boolean,
): void {
  const histories = writers.map(({ history }) => history);
  expect([...seen.keys()].sort()).toEqual(histories.flatMap((history) => history.ids()).sort());
  for (const history of histories) {
    for (const id of history.ids()) {
      const events = (seen.get(id) ?? []).filter((event) => !isMortal(id) || event !== 'deleted');
      expect(events, `versions of ${id}`).toEqual(history.of(id));
    }
  }
}

/** Some of the versions of each item, in order, and the last one if there is one. */
export function expectLatest(
  { seen }: FeedPosition,
  writers: readonly Written[],
  isMortal: (id: string) => boolean,
): void {
  for (const { history } of writers) {
    for (const id of history.ids()) {
      const events = seen.get(id) ?? [];
      expect(events, `order of ${id}`).toEqual(history.of(id).filter((event) => events.includes(event)));
      const current = history.current(id);
      if (current !== undefined && !isMortal(id)) expect(events.at(-1), `latest version of ${id}`).toBe(current);
    }
  }
}

interface Written {
  readonly history: History;
}
