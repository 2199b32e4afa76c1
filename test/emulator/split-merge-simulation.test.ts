import {
  ChangeFeedMode,
  type ChangeFeedPullModelIterator,
  ChangeFeedStartFrom,
  type Container,
  type PartitionKeyDefinition,
} from '@azure/cosmos';
import { expect, test } from 'vitest';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { connect, openEmulator } from './rig.ts';
import { type Answer, send } from './wire.ts';

// A writer, a command that splits and merges ranges, and readers of both feeds take turns by seed. Two readers are the
// official client's iterators over the whole container; now and then one is replaced by another that goes on with its
// token. Two more keep positions by themselves, and look up the ranges before each round. SEED=n plays one seed again.

const SEEDS = process.env.SEED ? [Number(process.env.SEED)] : Array.from({ length: 50 }, (_, index) => index + 1);
const STEPS = 30;
const KEYS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const DEFINITIONS = [
  { paths: ['/pk'], version: 1 },
  { paths: ['/pk'], version: 2 },
  { paths: ['/pk', '/id'], kind: 'MultiHash', version: 2 },
] as PartitionKeyDefinition[];

test('readers of both feeds lose nothing, keep the order of each key, and ranges tile, through splits and merges', async () => {
  const emulator = await openEmulator({ ranges: 2 });
  const client = connect(emulator);
  const { database } = await client.databases.create({ id: 'db' });
  for (const seed of SEEDS) {
    const partitionKey = DEFINITIONS[seed % DEFINITIONS.length] as PartitionKeyDefinition;
    const definition = { id: `items-${seed}`, partitionKey, changeFeedPolicy: { retentionDuration: 10 } };
    const { container } = await database.containers.create(definition);
    try {
      await play(randomOf(seed), emulator, container, partitionKey.paths.length);
    } catch (error) {
      throw new Error(`seed ${seed} fails: play it again with SEED=${seed}`, { cause: error });
    }
  }
}, 60_000);

async function play(random: () => number, emulator: Emulator, container: Container, levels: number): Promise<void> {
  const path = `/dbs/db/colls/${container.id}`;
  const writer = new Writer(emulator, path, levels);
  const topology = new Topology(emulator, container.id);
  const client = MODES.map((mode) => new ClientReader(container, mode, random));
  const readers = [...client, ...MODES.map((mode) => new PositionReader(emulator, path, mode, topology))];
  await topology.check();
  // The feed of all versions starts now: nothing is written before each range has a position.
  for (const reader of readers) expect(await reader.read()).toBe(false);
  for (let step = 0; step < STEPS; step++) {
    const dice = random();
    if (dice < 0.5) await writer.write(pickFrom(KEYS, random), random());
    else if (dice < 0.65) await topology.change(random);
    else if (dice < 0.95) await pickFrom(readers, random).read();
    else pickFrom(client, random).resume();
  }
  for (const reader of readers) while (await reader.read());
  for (const reader of readers) for (const key of KEYS) check(reader, key, writer.log.get(key) ?? []);
}

function check({ mode, seen, repeats }: Reader, key: string, written: readonly string[]): void {
  const all = seen.get(key) ?? [];
  const what = repeats ? [...new Set(all)] : all;
  if (!isLatest(mode)) {
    expect(what, `versions of ${key}`).toEqual(written);
    return;
  }
  expect(what, `order of ${key}`).toEqual(written.filter((version) => what.includes(version)));
  const last = written.at(-1) ?? '';
  if (last.startsWith('write')) expect(what.at(-1), `last version of ${key}`).toBe(last);
}

/** Each version has a number of its own; a deletion is known by its commit. */
class Writer {
  /** By key, `write n` and `delete n`. */
  readonly log = new Map<string, string[]>();
  readonly #emulator: Emulator;
  readonly #path: string;
  readonly #levels: number;
  readonly #alive = new Set<string>();
  #number = 0;

  constructor(emulator: Emulator, path: string, levels: number) {
    this.#emulator = emulator;
    this.#path = `${path}/docs`;
    this.#levels = levels;
  }

  async write(key: string, dice: number): Promise<void> {
    const headers = { 'x-ms-documentdb-partitionkey': JSON.stringify(this.#levels === 1 ? [key] : [key, key]) };
    if (this.#alive.has(key) && dice < 0.2) {
      const { headers: answered } = await this.#send(204, { method: 'DELETE', path: `${this.#path}/${key}`, headers });
      this.#alive.delete(key);
      append(this.log, key, `delete ${answered.lsn}`);
      return;
    }
    const numbers = dice < 0.4 ? [++this.#number, ++this.#number] : [++this.#number];
    const operations = numbers.map((n) => ({ operationType: 'Upsert', resourceBody: { id: key, pk: key, n } }));
    const batch = { 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' };
    const body = JSON.stringify(operations);
    await this.#send(200, { method: 'POST', path: this.#path, headers: { ...headers, ...batch }, body });
    for (const n of numbers) append(this.log, key, `write ${n}`);
    this.#alive.add(key);
  }

  async #send(expected: number, call: Parameters<typeof send>[1]): Promise<Answer> {
    const answer = await send(this.#emulator, call);
    expect(answer.status, answer.text).toBe(expected);
    return answer;
  }
}

const MODES = [ChangeFeedMode.LatestVersion, ChangeFeedMode.AllVersionsAndDeletes];

abstract class Reader {
  /** By key, as the writer notes it. */
  readonly seen = new Map<string, string[]>();
  readonly mode: ChangeFeedMode;
  /** Whether it may read again what it has read. */
  repeats = false;

  constructor(mode: ChangeFeedMode) {
    this.mode = mode;
  }

  /** Whether there was anything new. */
  abstract read(): Promise<boolean>;

  protected note(items: readonly (Version | Change)[]): void {
    for (const item of items) {
      if (!('metadata' in item)) append(this.seen, item.id, `write ${item.n}`);
      else if (item.current) append(this.seen, item.current.id, `write ${item.current.n}`);
      else append(this.seen, item.metadata.id, `delete ${item.metadata.lsn}`);
    }
  }
}

interface Version {
  readonly id: string;
  readonly n: number;
}

interface Change {
  readonly current?: Version;
  readonly metadata: { readonly id: string; readonly lsn: number };
}

class ClientReader extends Reader {
  readonly #container: Container;
  readonly #random: () => number;
  #feed: ChangeFeedPullModelIterator<never>;
  #token = '';

  constructor(container: Container, mode: ChangeFeedMode, random: () => number) {
    super(mode);
    this.#container = container;
    this.#random = random;
    this.#feed = this.#iterate(isLatest(mode) ? ChangeFeedStartFrom.Beginning() : ChangeFeedStartFrom.Now());
  }

  async read(): Promise<boolean> {
    const { statusCode, result, continuationToken } = await this.#feed.readNext();
    expect([200, 304]).toContain(statusCode);
    this.#token = continuationToken;
    // A client whose list of ranges is two steps old asks for some keys twice from then on; see its own token.
    this.repeats ||= overlap(JSON.parse(continuationToken).Continuation);
    if (statusCode === 200) this.note(result);
    return statusCode === 200;
  }

  /** Goes on as another process would. */
  resume(): void {
    this.#feed = this.#iterate(ChangeFeedStartFrom.Continuation(this.#token));
  }

  #iterate(changeFeedStartFrom: ChangeFeedStartFrom): ChangeFeedPullModelIterator<never> {
    const maxItemCount = 1 + Math.floor(this.#random() * 4);
    return this.#container.items.getChangeFeedIterator({
      changeFeedStartFrom,
      changeFeedMode: this.mode,
      maxItemCount,
    });
  }
}

function overlap(bounds: readonly { minInclusive: string; maxExclusive: string }[]): boolean {
  const sorted = bounds.toSorted((one, other) => (one.minInclusive < other.minInclusive ? -1 : 1));
  return sorted.some(({ maxExclusive }, index) => maxExclusive > (sorted[index + 1]?.minInclusive ?? 'FF'));
}

/** Keeps a position for each stretch of keys, and asks whichever range has the keys now. */
class PositionReader extends Reader {
  readonly #emulator: Emulator;
  readonly #path: string;
  readonly #topology: Topology;
  #positions: Position[] = [];

  constructor(emulator: Emulator, path: string, mode: ChangeFeedMode, topology: Topology) {
    super(mode);
    this.#emulator = emulator;
    this.#path = `${path}/docs`;
    this.#topology = topology;
    this.#positions = [{ min: '', max: 'FF', etag: isLatest(mode) ? undefined : '*' }];
  }

  async read(): Promise<boolean> {
    const ranges = this.#topology.ranges;
    const parts = this.#positions.flatMap((position) => ranges.flatMap((range) => intersection(position, range)));
    this.#positions = [];
    let isNew = false;
    for (const part of parts) {
      const { status, headers, text } = await send(this.#emulator, {
        path: this.#path,
        headers: {
          'a-im': this.mode,
          'x-ms-max-item-count': '2',
          'x-ms-documentdb-partitionkeyrangeid': part.range,
          'x-ms-start-epk': part.min,
          'x-ms-end-epk': part.max,
          ...(part.etag !== undefined && { 'if-none-match': part.etag }),
        },
      });
      expect([200, 304], text).toContain(status);
      if (status === 200) this.note(JSON.parse(text).Documents);
      isNew ||= status === 200;
      this.#positions.push({ ...part, etag: String(headers.etag) });
    }
    return isNew;
  }
}

interface Stretch {
  readonly min: string;
  readonly max: string;
}

interface Position extends Stretch {
  readonly etag: string | undefined;
}

interface NamedRange extends Stretch {
  readonly range: string;
}

function intersection({ etag, ...position }: Position, { range, ...stretch }: NamedRange): (Position & NamedRange)[] {
  const min = position.min > stretch.min ? position.min : stretch.min;
  const max = position.max < stretch.max ? position.max : stretch.max;
  return min < max ? [{ min, max, etag, range }] : [];
}

class Topology {
  readonly #emulator: Emulator;
  readonly #container: string;
  readonly #known = new Set<string>();
  ranges: readonly NamedRange[] = [];

  constructor(emulator: Emulator, container: string) {
    this.#emulator = emulator;
    this.#container = container;
  }

  async change(random: () => number): Promise<void> {
    const ids = this.ranges.map(({ range }) => range);
    if (ids.length === 1 || (ids.length < 6 && random() < 0.5)) {
      this.#emulator.split('db', this.#container, pickFrom(ids, random));
    } else {
      const at = Math.floor(random() * (ids.length - 1));
      this.#emulator.merge('db', this.#container, ids.slice(at, at + 2 + Math.floor(random() * 2)));
    }
    await this.check();
  }

  /** The ranges tile the key space, and those that were not there before have ids that never were. */
  async check(): Promise<void> {
    const { text } = await send(this.#emulator, { path: `/dbs/db/colls/${this.#container}/pkranges` });
    const before = this.ranges.map(({ range }) => range);
    const found: { id: string; minInclusive: string; maxExclusive: string }[] = JSON.parse(text).PartitionKeyRanges;
    this.ranges = found.map(({ id, minInclusive: min, maxExclusive: max }) => ({ range: id, min, max }));
    expect(['', ...this.ranges.map(({ max }) => max)]).toEqual([...this.ranges.map(({ min }) => min), 'FF']);
    for (const { range } of this.ranges) {
      if (!before.includes(range)) expect(this.#known.has(range), `range ${range} is a new one`).toBe(false);
      this.#known.add(range);
    }
  }
}

function isLatest(mode: ChangeFeedMode): boolean {
  return mode === ChangeFeedMode.LatestVersion;
}

function append(lists: Map<string, string[]>, key: string, what: string): void {
  lists.set(key, [...(lists.get(key) ?? []), what]);
}

function pickFrom<Item>(items: readonly Item[], random: () => number): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

/** Numbers from 0 to below 1, the same ones for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed * 0x9e3779b9;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
