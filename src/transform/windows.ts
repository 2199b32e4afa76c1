import type { Position, Range } from '../contract.ts';
import { jsonText } from './json-text.ts';
import type { ClosedWindow, WindowDefinition } from './module.ts';
import type { UserChange } from './user-change.ts';

// A range has a mark: the newest event time that it has shown. The watermark is the oldest of the marks of the ranges that
// are behind, less the lateness; a range that has nothing more to show holds nobody back. A window closes once the
// watermark has passed its end, and what belongs to it after that is late.

/** Tumbling windows over event time, noted with the pages that they are made of. */
export class Windows {
  readonly #definition: WindowDefinition;
  readonly #marks = new Map<string, number>();
  /** Ranges that have shown all that they have for now. */
  readonly #idle = new Set<string>();
  /** JSON texts by start, then by key: what is in memory is what is found again after a crash. */
  readonly #open = new Map<number, Map<string, string>>();
  #watermark: number;
  readonly #notes = new Map<string, string | undefined>();

  /** `positions` are those of all ranges, `notes` what was stored before. */
  constructor(definition: WindowDefinition, positions: readonly Position[], notes: ReadonlyMap<string, string>) {
    this.#definition = definition;
    this.#watermark = Number(notes.get(WATERMARK) ?? Number.NEGATIVE_INFINITY);
    for (const { range } of positions) {
      this.#marks.set(nameOf(range), Number(notes.get(MARK + nameOf(range)) ?? Number.NEGATIVE_INFINITY));
    }
    for (const [name, text] of notes) {
      if (!name.startsWith(WINDOW)) continue;
      const [start = '', ...key] = name.slice(WINDOW.length).split('/');
      this.#windowAt(Number(start)).set(key.join('/'), text);
    }
  }

  /** Adds a change to its window; `false` when that is closed. */
  add(change: UserChange, eventMs: number, range: Range): boolean {
    const { everyMs, key, add } = this.#definition;
    const start = Math.floor(eventMs / everyMs) * everyMs;
    if (start + everyMs <= this.#watermark) return false;
    const name: unknown = key(change);
    if (typeof name !== 'string') throw new Error(`window.key gave no text but ${JSON.stringify(name)}`);
    const before = this.#open.get(start)?.get(name);
    const value = add(before === undefined ? undefined : JSON.parse(before), change);
    if (value === undefined) throw new Error('window.add returned nothing: return the value that the window then has');
    const text = jsonText(value).toString();
    this.#windowAt(start).set(name, text);
    this.#notes.set(`${WINDOW}${start}/${name}`, text);
    this.#marks.set(nameOf(range), Math.max(eventMs, this.#marks.get(nameOf(range)) ?? Number.NEGATIVE_INFINITY));
    return true;
  }

  /** To be called at the end of a page: moves the watermark, and gives the windows that it closes, oldest first. */
  close(range: Range, isCaughtUp: boolean): ClosedWindow[] {
    const name = nameOf(range);
    if (isCaughtUp) this.#idle.add(name);
    else this.#idle.delete(name);
    this.#note(MARK + name, this.#marks.get(name));
    this.#watermark = Math.max(this.#watermark, this.#reached());
    this.#note(WATERMARK, this.#watermark);
    const { everyMs } = this.#definition;
    const over = [...this.#open.keys()].filter((start) => start + everyMs <= this.#watermark).sort((a, b) => a - b);
    return over.flatMap((start) => this.#take(start));
  }

  /** A range has become others, which go on with its mark. */
  split(range: Range, successors: readonly Position[]): void {
    const mark = this.#marks.get(nameOf(range)) ?? Number.NEGATIVE_INFINITY;
    this.#marks.delete(nameOf(range));
    this.#idle.delete(nameOf(range));
    this.#notes.set(MARK + nameOf(range), undefined);
    for (const successor of successors) {
      this.#marks.set(nameOf(successor.range), mark);
      this.#note(MARK + nameOf(successor.range), mark);
    }
  }

  /** What has changed since it was asked last. */
  takePage(): Map<string, string | undefined> {
    const notes = new Map(this.#notes);
    this.#notes.clear();
    return notes;
  }

  #reached(): number {
    const marks = [...this.#marks];
    const behind = marks.filter(([name]) => !this.#idle.has(name)).map(([, mark]) => mark);
    const oldest = behind.length > 0 ? Math.min(...behind) : Math.max(...marks.map(([, mark]) => mark));
    return oldest - this.#definition.latenessMs;
  }

  #take(start: number): ClosedWindow[] {
    const window = this.#windowAt(start);
    this.#open.delete(start);
    return [...window].map(([key, text]) => {
      this.#notes.set(`${WINDOW}${start}/${key}`, undefined);
      return { start: iso(start), end: iso(start + this.#definition.everyMs), key, value: JSON.parse(text) };
    });
  }

  #windowAt(start: number): Map<string, string> {
    const window = this.#open.get(start) ?? new Map<string, string>();
    this.#open.set(start, window);
    return window;
  }

  #note(name: string, value: number | undefined): void {
    if (value !== undefined && Number.isFinite(value)) this.#notes.set(name, String(value));
  }
}

const WINDOW = 'window/';
const MARK = 'mark/';
const WATERMARK = 'watermark';

const nameOf = ({ min, max }: Range): string => `${min}-${max}`;
const iso = (ms: number): string => new Date(ms).toISOString();
