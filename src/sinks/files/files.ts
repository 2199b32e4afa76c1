import { EVERYTHING, type Notes, type Range, type Sink } from '../../contract.ts';
import { fitting } from './fitting.ts';
import { goingOn } from './going-on.ts';
import { Lane } from './lane.ts';
import type { Layout } from './layout.ts';
import { type About, writeManifest } from './manifest.ts';
import { mixedColumns } from './mixed-columns.ts';
import { noteName, type PartNote, partNotesIn } from './part-note.ts';
import { recover, removeLeftovers } from './recovery.ts';
import { type Workshop, writtenAs } from './workshop.ts';

export interface FilesOptions {
  /** What was noted when the sink was open before. */
  readonly notes: ReadonlyMap<string, string>;
  /** What the manifest says besides its files; asked for when they are finished. */
  readonly about: () => About;
  /** Request units of this run so far. */
  readonly requestCharge: () => number;
  /** Told at the end which columns cannot be read together from all files, if there are such. */
  readonly onMixed?: (columns: readonly string[]) => void;
}

/**
 * Writes each document once, as a row of a file: files are called `.partial` until they are whole, and then never
 * change. Durable when file and directory are synced; what was written and not committed is cut off when it is opened
 * again. A file that is not what was written any more is refused.
 */
export async function filesSink(given: Workshop, options: FilesOptions): Promise<Sink> {
  const { notes, about, requestCharge, onMixed } = options;
  let shop = given;
  const { layout } = shop;
  const job = jobIn(notes) ?? { started: shop.now(), requestCharge: 0 };
  const jobNow = (): Job => ({ ...job, requestCharge: job.requestCharge + requestCharge() });
  const known = partNotesIn(notes);
  const lanes = new Map<string, Lane>();
  const laneOf = (range: Range): Lane => {
    const key = keyOf(layout, range);
    const lane = lanes.get(key) ?? new Lane(shop, { range: layout.isSingle ? EVERYTHING : range });
    lanes.set(key, lane);
    return lane;
  };
  const noted = (parts: readonly PartNote[]): Notes | undefined => {
    if (parts.length === 0) return undefined;
    const decided = writtenAs(shop.format).decided?.();
    const named = parts.map((note) => [layout.nameOf(note.range, note.number), note] as const);
    for (const [name, note] of named) known.set(name, note);
    return new Map([
      ...named.map(([name, note]) => [noteName(name), JSON.stringify(note)] as const),
      [JOB, JSON.stringify(jobNow())],
      ...(decided === undefined ? [] : [[DECIDED, decided] as const]),
    ]);
  };

  /** A range that this one came of has ended; its last file needs two writes to get its name. */
  const retire = async (successor: Range): Promise<PartNote[]> => {
    const ended = [...lanes.values()].filter(({ range }) => !layout.isSingle && isSuccessor(successor, range));
    return (await Promise.all(ended.map((lane) => lane.retire()))).flat();
  };
  const close = async (): Promise<void> => {
    for (const lane of lanes.values()) await lane.close();
  };

  try {
    await removeLeftovers(shop, new Set(known.keys()));
    for (const [name, note] of byNumber(known)) {
      let found = await recover(shop, name, note);
      if (found && layout.isSingle) [shop, found] = await goingOn(shop, name, found);
      if (!found) {
        known.delete(name);
        continue;
      }
      known.set(name, found.note);
      const last = found.part ? undefined : found.note;
      lanes.set(keyOf(layout, note.range), new Lane(shop, { range: note.range, part: found.part, last }));
    }
  } catch (error) {
    await close();
    throw error;
  }
  const sink: Sink = {
    order: layout.isSingle ? 'all' : 'range',
    async write(changes, range) {
      const retired = await retire(range);
      return noted([...retired, ...(await laneOf(range).write(changes.map(({ document }) => document)))]);
    },
    async finish() {
      if (layout.isSingle) laneOf(EVERYTHING);
      for (const lane of lanes.values()) noted(await lane.finish());
      // What was found when it was opened may not be noted either.
      const written = noted([...known.values()]);
      const { started, requestCharge } = jobNow();
      const times = { started: textOf(started), finished: textOf(shop.now()) };
      await writeManifest(shop.disk, layout, { ...about(), ...times, requestCharge }, known);
      const mixed = mixedColumns(known.values());
      if (mixed.length > 0) onMixed?.(mixed);
      return written;
    },
    close,
  };
  return fitting(sink, shop.format);
}

/** The note of what the format has decided. */
export const DECIDED = 'format';

/** All runs of a job, as far as they came. */
interface Job {
  /** Milliseconds since 1970. */
  readonly started: number;
  readonly requestCharge: number;
}

const JOB = 'files';

function jobIn(notes: ReadonlyMap<string, string>): Job | undefined {
  const text = notes.get(JOB);
  return text === undefined ? undefined : (JSON.parse(text) as Job);
}

function textOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** What is written one after the other. */
function keyOf({ isSingle }: Layout, { min, max }: Range): string {
  return isSingle ? '' : `${min}-${max}`;
}

function isSuccessor({ min, max }: Range, range: Range): boolean {
  return range.min <= min && max <= range.max && (range.min !== min || range.max !== max);
}

function byNumber(parts: ReadonlyMap<string, PartNote>): [string, PartNote][] {
  return [...parts].toSorted(([, a], [, b]) => a.number - b.number);
}
