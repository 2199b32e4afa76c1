// One seed, one world: a source with ranges that split, a sink, a checkpoint, and a life of the process that may be
// told to stop, be refused something, or be killed. Time is the order of microtasks, so a seed always plays the same.

import type { Change, Checkpoint, Continuation, Page, Position, Range, Sink, Source } from '../../src/contract.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { type Random, randomFrom } from '../support/random.ts';

export type RunFunction = (
  source: Source,
  sink: Sink,
  checkpoint: Checkpoint,
  options: { readonly window: number; readonly signal: AbortSignal },
) => Promise<void>;

/** Plays a seed until everything is delivered; returns what went wrong, or undefined. */
export async function play(seed: number, run: RunFunction): Promise<string | undefined> {
  const world = new World(seed);
  try {
    while (!world.finished) await world.live(run);
    return world.complaint ?? world.check();
  } catch (error) {
    return world.complaint ?? `the seed did not play: ${error}`;
  }
}

interface Entry {
  readonly key: string;
  readonly version: number;
  readonly epk: number;
  readonly lsn: number;
}

interface Life {
  /** Set when the process is killed: nothing it still does has any effect. */
  dead: boolean;
  readonly stop: AbortController;
  readonly writing: Map<string, number>;
  readonly entered: Map<string, number>;
  readonly delivered: Set<Entry>;
  over: boolean;
  mayFail: boolean;
  failed: boolean;
}

const LIVES_MAX = 40;
/** Who has not ended after so many turns hangs. */
const TICKS_MAX = 20_000;
const EPK_END = 0xff;

class World {
  readonly #random: Random;
  readonly #log: Entry[] = [];
  readonly #splits: { readonly at: number; readonly epk: number }[] = [];
  readonly #stored = new Map<string, { range: Range; resumeAt: Continuation | undefined }>();
  /** Versions durable at the sink, and the newest that was applied last. */
  readonly #durable = new Set<Entry>();
  readonly #applied = new Map<string, number>();
  readonly #window: number;
  readonly #calm: boolean;
  #lives = 0;
  finished = false;
  complaint: string | undefined;

  constructor(seed: number) {
    this.#random = randomFrom(seed);
    this.#window = 1 + this.#random.integer(4);
    this.#calm = this.#random.chance(0.1);
    const keys = 1 + this.#random.integer(12);
    const versions = new Map<string, number>();
    for (let lsn = 1; lsn <= 5 + this.#random.integer(60); lsn++) {
      const key = `k${this.#random.integer(keys)}`;
      const version = (versions.get(key) ?? 0) + 1;
      versions.set(key, version);
      this.#log.push({ key, version, epk: (Number(key.slice(1)) * 37) % EPK_END, lsn });
    }
    const splits = this.#random.integer(4);
    for (let split = 0; split < splits; split++) {
      const epk = 1 + this.#random.integer(EPK_END - 1);
      if (!this.#splits.some((other) => other.epk === epk)) {
        this.#splits.push({ epk, at: this.#random.integer(this.#log.length + 1) });
      }
    }
  }

  /** One life of the process: a run that ends, fails, is stopped or is killed. */
  async live(run: RunFunction): Promise<void> {
    const gentle = ++this.#lives > LIVES_MAX;
    const life: Life = {
      dead: false,
      stop: new AbortController(),
      writing: new Map(),
      entered: new Map(),
      delivered: new Set(),
      over: false,
      mayFail: !gentle && !this.#calm,
      failed: false,
    };
    const fate = gentle ? 'finish' : this.#random.pick(['finish', 'finish', 'stop', 'kill', 'kill', 'idle'] as const);
    const running = run(this.#source(life, fate === 'idle'), this.#sink(life), this.#checkpoint(life), {
      window: this.#window,
      signal: life.stop.signal,
    }).then(
      () => 'done' as const,
      (error: unknown) => (error instanceof Refusal ? ('refused' as const) : this.#complain(`run threw ${error}`)),
    );
    const outcome = await Promise.race([running, this.#interrupt(life, fate)]);
    life.over = true;
    if (outcome !== 'killed') {
      if (life.writing.size > 0) this.#complain('the run ended while a write was under way');
      await this.#pause(80);
    }
    life.dead = true;
    if (outcome === 'done' && fate === 'stop') this.#checkNothingBeyondCommits(life);
    if (outcome === 'done' && fate === 'finish') this.finished = true;
    if (this.complaint) this.finished = true;
  }

  /** What must hold once everything was delivered. */
  check(): string | undefined {
    for (const entry of this.#log) {
      if (!this.#durable.has(entry)) return `${entry.key} version ${entry.version} was never delivered`;
    }
    for (const entry of this.#newest()) {
      if (this.#applied.get(entry.key) !== entry.version) return `${entry.key} ended stale`;
    }
    return this.complaint;
  }

  async #interrupt(life: Life, fate: string): Promise<'killed'> {
    if (fate === 'finish') {
      await this.#untilOver(life, 'the run did not end with its source');
      return 'killed';
    }
    await this.#pause(400);
    if (fate === 'kill') {
      life.dead = true;
      return 'killed';
    }
    if (life.failed) await this.#untilOver(life, 'the run did not end after a failure');
    life.stop.abort();
    await this.#untilOver(life, 'the run did not end after it was told to stop');
    return 'killed';
  }

  async #untilOver(life: Life, complaint: string): Promise<void> {
    for (let tick = 0; tick < TICKS_MAX && !life.over; tick++) await null;
    if (!life.over) this.#complain(complaint);
  }

  #source(life: Life, idle: boolean): Source {
    return {
      starts: async () => [{ range: EVERYTHING, resumeAt: undefined }],
      pages: (range, from, signal) => this.#pages(life, idle, range, from, signal),
    };
  }

  async *#pages(
    life: Life,
    idle: boolean,
    range: Range,
    from: Continuation | undefined,
    signal: AbortSignal,
  ): AsyncGenerator<Page> {
    let position = Number(from ?? 0);
    const open = (): number => life.entered.get(nameOf(range)) ?? 0;
    while (!signal.aborted) {
      await this.#pause(6);
      if (life.dead) await new Promise(() => {});
      if (open() >= this.#window) this.#complain('a page was read although the window was full');
      this.#maybeRefuse(life, 0.01);
      const split = this.#splitOf(range);
      const entries = this.#entries(range, position).slice(0, 1 + this.#random.integer(5));
      const next = entries.at(-1)?.lsn ?? this.#log.length + 1;
      if (split && next > split.at) {
        const last = entries.filter(({ lsn }) => lsn <= split.at);
        const end = Math.max(position, split.at);
        yield this.#page(life, range, last, end, successorsOf(range, split.epk, end));
        return;
      }
      if (entries.length > 0) {
        position = next;
        yield this.#page(life, range, entries, position);
      } else if (idle) {
        await aborted(signal);
      } else return;
    }
  }

  #page(life: Life, range: Range, entries: readonly Entry[], end: number, split?: readonly Position[]): Page {
    life.entered.set(nameOf(range), (life.entered.get(nameOf(range)) ?? 0) + 1);
    const changes = entries.map(toChange);
    const release = (): void => {
      if (entries.some((entry) => !this.#durable.has(entry)))
        this.#complain('a page was released before it was durable');
      for (const { document } of changes) document.fill(0);
    };
    const page = { changes, resumeAt: String(end) as Continuation, release };
    return split ? { ...page, split } : page;
  }

  #sink(life: Life): Sink {
    return {
      write: async (changes) => {
        if (life.dead) await new Promise(() => {});
        const entries = changes.map((change) => this.#entryOf(change));
        const keys = new Set(entries.map(({ key }) => key));
        if (life.over) this.#complain('a write began after the run had ended');
        for (const key of keys) {
          if (life.writing.has(key)) this.#complain(`two writes of ${key} were in flight`);
          life.writing.set(key, 1);
        }
        try {
          await this.#applyAll(life, entries);
        } finally {
          for (const key of keys) life.writing.delete(key);
        }
      },
      close: async () => {},
    };
  }

  /** May refuse before it has applied anything, or after: then the answer is lost. */
  async #applyAll(life: Life, entries: readonly Entry[]): Promise<void> {
    await this.#pause(12);
    this.#maybeRefuse(life, 0.03);
    for (const entry of entries) {
      await this.#pause(2);
      if (life.dead) await new Promise(() => {});
      this.#apply(entry);
    }
    this.#maybeRefuse(life, 0.03);
    for (const entry of entries) {
      this.#durable.add(entry);
      life.delivered.add(entry);
    }
  }

  #apply({ key, version }: Entry): void {
    const before = this.#applied.get(key) ?? 0;
    // A resumed run may step back, but not to what was committed, and then goes through all versions again.
    if (version <= before && this.#isCommitted(key, version))
      this.#complain(`${key} was repeated from before a commit`);
    if (version > before + 1) this.#complain(`${key} skipped a version`);
    this.#applied.set(key, version);
  }

  #checkpoint(life: Life): Checkpoint {
    return {
      positions: () => [...this.#stored.values()],
      notes: () => new Map(),
      note: () => {},
      begin: (starts) => {
        this.#maybeRefuse(life, 0.01);
        for (const start of starts) this.#stored.set(nameOf(start.range), start);
      },
      save: (range, resumeAt) => {
        if (this.#mayStore(life, range)) this.#commit(life, range, [{ range, resumeAt }]);
      },
      split: (range, successors) => {
        if (this.#mayStore(life, range)) this.#commit(life, range, successors);
      },
      close: () => {},
    };
  }

  #mayStore(life: Life, range: Range): boolean {
    if (life.dead) return false;
    if (life.over) this.#complain('a commit came after the run had ended');
    if (!this.#stored.has(nameOf(range))) this.#complain(`a commit of ${nameOf(range)}, which is not stored`);
    this.#maybeRefuse(life, 0.02);
    return true;
  }

  #commit(life: Life, range: Range, next: readonly Position[]): void {
    const before = Number(this.#stored.get(nameOf(range))?.resumeAt ?? 0);
    const after = Number(next[0]?.resumeAt ?? 0);
    if (after < before) this.#complain('a commit moved back');
    for (const entry of this.#entries(range, before)) {
      if (entry.lsn <= after && !this.#durable.has(entry)) this.#complain(`a commit passed ${entry.key}, not durable`);
    }
    life.entered.set(nameOf(range), (life.entered.get(nameOf(range)) ?? 0) - 1);
    this.#stored.delete(nameOf(range));
    for (const position of next) this.#stored.set(nameOf(position.range), { ...position });
  }

  #checkNothingBeyondCommits(life: Life): void {
    for (const entry of life.delivered) {
      if (!this.#isCommitted(entry.key, entry.version))
        this.#complain(`${entry.key} was delivered but not committed at a clean stop`);
    }
  }

  #isCommitted(key: string, version: number): boolean {
    const entry = this.#log.find((candidate) => candidate.key === key && candidate.version === version);
    const holder = [...this.#stored.values()].find(({ range }) => entry && contains(range, entry.epk));
    return entry !== undefined && holder !== undefined && entry.lsn <= Number(holder.resumeAt ?? 0);
  }

  #entries(range: Range, after: number): Entry[] {
    return this.#log.filter(({ lsn, epk }) => lsn > after && contains(range, epk));
  }

  #entryOf(change: Change): Entry {
    const version = Number(Buffer.from(change.document).toString());
    const entry = this.#log.find((candidate) => candidate.key === change.key && candidate.version === version);
    if (!entry) throw new Error(`nobody wrote ${change.key} version ${version}`);
    return entry;
  }

  #splitOf(range: Range): { readonly at: number; readonly epk: number } | undefined {
    return this.#splits.find(({ epk }) => contains(range, epk) && hex(epk) !== range.min);
  }

  #newest(): Entry[] {
    return [...new Map(this.#log.map((entry) => [entry.key, entry])).values()];
  }

  #maybeRefuse(life: Life, probability: number): void {
    if (!life.mayFail || life.dead || !this.#random.chance(probability)) return;
    life.failed = true;
    throw new Refusal();
  }

  async #pause(ticksMax: number): Promise<void> {
    for (let ticks = this.#random.integer(ticksMax); ticks > 0; ticks--) await null;
  }

  #complain(complaint: string): 'refused' {
    this.complaint ??= complaint;
    return 'refused';
  }
}

class Refusal extends Error {}

function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

function successorsOf(range: Range, epk: number, end: number): Position[] {
  const resumeAt = String(end) as Continuation;
  const middle = hex(epk);
  return [
    { range: { min: range.min, max: middle }, resumeAt },
    { range: { min: middle, max: range.max }, resumeAt },
  ];
}

function toChange({ key, version }: Entry): Change {
  return { key, kind: 'upsert', document: Buffer.from(String(version)) };
}

const hex = (epk: number): string => epk.toString(16).toUpperCase().padStart(2, '0');
const contains = (range: Range, epk: number): boolean => range.min <= hex(epk) && hex(epk) < range.max;
const nameOf = ({ min, max }: Range): string => `${min}-${max}`;
