import {
  type Change,
  type Continuation,
  EVERYTHING,
  type Page,
  type Range,
  type Sink,
  type Source,
} from '../../src/contract.ts';
import { idOf, startOf, upsert } from '../support/changes.ts';

/** A page of versions of documents, `page('a1', 'b1')`, which ends at `resumeAt`. */
export function page(resumeAt: string, ...versions: readonly string[]): Page {
  const changes = versions.map((text) => upsert(text.slice(0, 1), Number(text.slice(1))));
  return { changes, resumeAt: resumeAt as Continuation };
}

/** Ranges and their pages. After the last page a range ends, or waits to be told to stop where `idle` says so. */
export function sourceOf(pages: ReadonlyMap<Range, readonly Page[]>, { idle = false } = {}): Source & { read: number } {
  const source = {
    read: 0,
    starts: async () => [...pages.keys()].filter((range) => !isSuccessor(range, pages)).map(startOf),
    async *pages(range: Range, from: Continuation | undefined, signal: AbortSignal) {
      const all = [...pages].find(([{ min, max }]) => min === range.min && max === range.max)?.[1] ?? [];
      for (const next of all.slice(all.findIndex(({ resumeAt }) => resumeAt === from) + 1)) {
        if (signal.aborted) return;
        source.read++;
        yield next;
      }
      if (idle) await aborted(signal);
    },
  };
  return source;
}

/** One range with these pages. */
export function everything(...pages: readonly Page[]): ReadonlyMap<Range, readonly Page[]> {
  return new Map([[EVERYTHING, pages]]);
}

export interface ManualSink extends Sink {
  /** Documents and versions of the writes that are open, in the order in which they were begun. */
  readonly open: readonly string[];
  /** Everything whose write has resolved, in that order. */
  readonly durable: readonly string[];
  /** Lets the open write that holds this version resolve, once there is one. */
  end(version: string): Promise<void>;
  fail(version: string, error: Error): Promise<void>;
}

/** A sink whose writes last until a test ends them. */
export function manualSink(): ManualSink {
  const writes: {
    readonly versions: string[];
    readonly resolve: () => void;
    readonly reject: (error: Error) => void;
  }[] = [];
  const durable: string[] = [];
  const take = async (version: string): Promise<(typeof writes)[number]> => {
    await eventually(() => writes.some(({ versions }) => versions.includes(version)));
    const at = writes.findIndex(({ versions }) => versions.includes(version));
    return writes.splice(at, 1)[0] as (typeof writes)[number];
  };
  return {
    durable,
    get open() {
      return writes.flatMap(({ versions }) => versions);
    },
    write: (changes) =>
      new Promise((resolve, reject) => {
        const versions = changes.map(versionOf);
        writes.push({
          versions,
          reject,
          resolve: () => {
            durable.push(...versions);
            resolve();
          },
        });
      }),
    close: async () => {},
    end: async (version) => (await take(version)).resolve(),
    fail: async (version, error) => (await take(version)).reject(error),
  };
}

/** Resolves when the condition holds; throws when it still does not after many turns of the event loop. */
export async function eventually(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < TURNS_MAX; turn++) {
    if (condition()) return;
    await new Promise(setImmediate);
  }
  throw new Error(`this did not come true: ${condition}`);
}

/** Resolves when everything that can happen without the test has happened. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
}

const TURNS_MAX = 2000;

function versionOf(change: Change): string {
  return `${idOf(change)}${(JSON.parse(Buffer.from(change.document).toString()) as { version: number }).version}`;
}

function isSuccessor(range: Range, pages: ReadonlyMap<Range, readonly Page[]>): boolean {
  const successors = [...pages.values()].flat().flatMap(({ split }) => split ?? []);
  return successors.some((successor) => successor.range === range);
}

function aborted(signal: AbortSignal): Promise<unknown> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}
