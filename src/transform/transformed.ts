import type { Change, Notes, Page, Position, Range, Source } from '../contract.ts';
import { DocumentKey } from '../cosmos/document-key.ts';
import { FlawedRecord } from '../formats/flawed-record.ts';
import type { PartitionKeyDefinition } from '../protocol/partition-key.ts';
import { FlowError } from '../support/error.ts';
import type { Tally } from '../support/tally.ts';
import { jsonText } from './json-text.ts';
import type { ClosedWindow, Output, Outputs, TransformContext, TransformModule, WindowDefinition } from './module.ts';
import { State } from './state.ts';
import { UserChange } from './user-change.ts';
import { Windows } from './windows.ts';

export interface TransformOptions {
  readonly module: TransformModule;
  /** Of what comes out: of the target, where there is one. */
  readonly partitionKey: PartitionKeyDefinition;
  /** Where a document says when it happened, in milliseconds since 1970; needed for windows alone. */
  readonly eventTime: ((change: UserChange) => number | undefined) | undefined;
  /** What was noted before, and the ranges as they are stored, once reading begins. */
  readonly notes: () => ReadonlyMap<string, string>;
  readonly positions: () => readonly Position[];
  readonly tally: Tally;
}

/**
 * The same source, with what a module of the user's makes of each change in its place. What fails comes as a
 * `FlawedRecord`. State and windows are noted with the pages; with either, pages must come one at a time.
 */
export function transformed(source: Source, options: TransformOptions): Source {
  let work: Work | undefined;
  return {
    ...source,
    async *pages(range, from, signal) {
      for await (const page of source.pages(range, from, signal)) {
        work ??= new Work(options);
        yield await work.transform(page, range);
      }
    },
  };
}

class Work {
  readonly #options: TransformOptions;
  readonly #key: DocumentKey;
  readonly #state: State | undefined;
  readonly #windows: Windows | undefined;
  readonly #context: TransformContext;

  constructor(options: TransformOptions) {
    const { module, partitionKey, notes, positions } = options;
    this.#options = options;
    this.#key = new DocumentKey(partitionKey);
    const state = module.state && new State(module.state, notes());
    this.#state = state;
    this.#windows = module.window && new Windows(module.window, positions(), notes());
    this.#context = {
      get state() {
        if (state) return state;
        throw new FlowError('configuration', 'the transform uses context.state without saying that it has one', {
          hint: 'add to its file: export const state = {}',
        });
      },
    };
  }

  async transform({ release, ...page }: Page, range: Range): Promise<Page> {
    const outputs: (readonly Change[])[] = [];
    const users = page.changes.map((change) => new UserChange(change, range));
    for (const [index, user] of users.entries())
      outputs.push(await this.#outputsOf(page.changes[index] as Change, user, range));
    for (const user of users) user.end();
    const results = await this.#closed(page, range);
    if (page.split) this.#windows?.split(range, page.split);
    release?.();
    const changes = [...outputs.flat(), ...results];
    const dropped = outputs.filter(({ length }) => length === 0).length;
    this.#options.tally.transformed(dropped, changes.length - (outputs.length - dropped));
    const notes: Notes = new Map([...(this.#state?.takePage() ?? []), ...(this.#windows?.takePage() ?? [])]);
    return notes.size > 0 ? { ...page, changes, notes } : { ...page, changes };
  }

  async #outputsOf(change: Change, user: UserChange, range: Range): Promise<readonly Change[]> {
    const { transform } = this.#options.module;
    try {
      const outputs = transform ? await transform(user, this.#context) : null;
      const changes = listOf(outputs, 'return the change, or null to drop it').map((output, index) =>
        this.#changeOf(output, user, change, index),
      );
      this.#addToWindow(user, range);
      this.#state?.keepRecord();
      return changes;
    } catch (error) {
      this.#state?.dropRecord();
      return [flawed(change, error)];
    }
  }

  #addToWindow(change: UserChange, range: Range): void {
    if (!this.#windows || change.kind === 'delete') return;
    const eventMs = this.#options.eventTime?.(change);
    if (eventMs === undefined) throw new Error('it has no event time');
    if (!this.#windows.add(change, eventMs, range)) throw new Error('it is late: its window is closed');
  }

  async #closed(page: Pick<Page, 'lag' | 'changes'>, range: Range): Promise<readonly Change[]> {
    const { window } = this.#options.module;
    if (!this.#windows || !window) return [];
    const results: Change[] = [];
    // An empty page of a filter says nothing; a lag of 0 does.
    for (const closed of this.#windows.close(range, page.lag === 0)) {
      results.push(...(await this.#resultsOf(window, closed)));
    }
    return results;
  }

  /** A result that cannot be made is no change that could be set aside: what it was made of is counted. */
  async #resultsOf({ close }: WindowDefinition, closed: ClosedWindow): Promise<readonly Change[]> {
    try {
      return listOf(await close(closed), 'return { document }, or null').map((output, index) =>
        this.#made(output, JSON.stringify([closed.key, closed.start, index])),
      );
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      const what = `the window of ${JSON.stringify(closed.key)} from ${closed.start}`;
      throw new FlowError('transform_failed', `the transform failed to close ${what}: ${why}`, {
        hint: 'mend window.close; the same command goes on at that window',
        cause: error,
      });
    }
  }

  #changeOf(output: Output, user: UserChange, change: Change, index: number): Change {
    if (output !== user)
      return this.#made(output, versionOf(change, index), output instanceof UserChange ? output : user);
    const { key, kind, isResult } = change;
    const text = user.ownText();
    if (!text || text.equals(change.document))
      return { ...factsOf(change), document: Uint8Array.from(change.document), key, ...(isResult && { isResult }) };
    return { ...this.#keyed(kind, text), ...factsOf(change) };
  }

  /** `user` is what it was made of, where that is known. */
  #made(output: Output, version?: string, user?: UserChange): Change {
    const { kind = 'upsert', document } = (output ?? {}) as { kind?: unknown; document?: unknown };
    if (typeof document !== 'object' || document === null || Array.isArray(document))
      throw new Error('what came out has no document that is an object');
    if (kind !== 'upsert' && kind !== 'delete')
      throw new Error(`what came out has the kind ${JSON.stringify(kind)}, which is neither "upsert" nor "delete"`);
    const text = user ? user.print(document) : jsonText(document);
    return { ...this.#keyed(kind, text), ...(version !== undefined && { version }) };
  }

  #keyed(kind: Change['kind'], document: Buffer): Change {
    this.#key.scan(document, 0);
    if (!this.#key.id.startsWith('"')) throw new Error('what came out has no id that is a text');
    return { kind, key: this.#key.key, document };
  }
}

/** A function that ends without a word would drop everything, and nobody would know. */
function listOf(outputs: Outputs, advice: string): readonly Output[] {
  if (outputs === undefined) throw new Error(`it returned nothing: ${advice}`);
  if (outputs === null) return [];
  return Array.isArray(outputs) ? outputs : [outputs as Output];
}

/** What was made of another version is another version, though it be the same; `undefined` where none is told. */
function versionOf({ version, lsn, operation }: Change, index: number): string | undefined {
  if (version === undefined && lsn === undefined) return undefined;
  return JSON.stringify([version ?? [lsn, operation], index]);
}

function factsOf({ kind, operation, version, lsn, time }: Change): Omit<Change, 'key' | 'document'> {
  return {
    kind,
    ...(operation !== undefined && { operation }),
    ...(version !== undefined && { version }),
    ...(lsn !== undefined && { lsn }),
    ...(time !== undefined && { time }),
  };
}

function flawed(change: Change, error: unknown): FlawedRecord {
  // An error of ours says it all; one of the user's code comes with its place.
  if (error instanceof FlowError) throw error;
  const { key } = change;
  const why = error instanceof Error ? error.message : String(error);
  const flaw = new FlowError('transform_failed', `the transform failed on ${key}: ${why}`, {
    hint: 'mend the transform',
    cause: error,
  });
  return new FlawedRecord(key, Uint8Array.from(change.document), flaw);
}
