import type { Database, Statement } from 'better-sqlite3';
import type { AppliedChange } from './change.ts';
import type { Container } from './container.ts';
import type { Range } from './range.ts';

// To wait for the disk takes long. So writes that come in one turn of the event loop, from many connections, share a
// transaction of SQLite: the first one begins it, and when the turn is over it is committed. A write that fails is undone
// alone, by a savepoint. When the commit fails, all of them are undone, and whoever waits for one of them is told so.
// When even that fails, memory and disk may differ, and nothing is written any more.

export interface TransactionsOptions {
  /** Puts down in the database what a write has left in memory alone. */
  readonly save: (write: Write) => void;
  /** Reads back from the database what these writes touched in memory. */
  readonly restore: (writes: readonly Write[]) => void;
  /** Is told of each change once it is on disk, in order. What it throws fails the write. */
  readonly tell: (change: AppliedChange) => void;
}

/** What one write has touched. */
export class Write {
  /** Containers of which counters changed, each with those of its ranges that did. */
  readonly touched = new Map<Container, Set<Range>>();
  /** Names of databases that came, went, or got or lost a container. */
  readonly changed = new Set<string>();
  readonly changes: AppliedChange[] = [];
  /** Why its changes could not be told, although they are on disk. */
  failure: { readonly cause: unknown } | undefined;
}

export class Transactions {
  /** The write under way, or the one before. */
  current = new Write();
  /** Why nothing can be written any more. */
  broken: Error | undefined;
  readonly #db: Database;
  readonly #options: TransactionsOptions;
  readonly #statements: Readonly<Record<'begin' | 'commit' | 'rollback' | 'save' | 'release' | 'undo', Statement>>;
  #group: Group | undefined;
  /** The last write of the turn, until somebody waits for it. */
  #last: Write | undefined;

  constructor(db: Database, options: TransactionsOptions) {
    this.#db = db;
    this.#options = options;
    this.#statements = {
      begin: db.prepare('BEGIN IMMEDIATE'),
      commit: db.prepare('COMMIT'),
      rollback: db.prepare('ROLLBACK'),
      save: db.prepare('SAVEPOINT one'),
      release: db.prepare('RELEASE one'),
      undo: db.prepare('ROLLBACK TO one'),
    };
  }

  /**
   * Runs `work`: all of it happens, or nothing. It is on disk once `settled` resolves. Work that is only undone when we
   * fail need not be `revocable`: a savepoint costs a tenth of a large write. Then all that shares its transaction is
   * undone as well.
   */
  run<Result>(work: () => Result, revocable = true): Result {
    if (this.broken) throw this.broken;
    this.#group ??= this.#begin();
    const group = this.#group;
    this.current = new Write();
    group.writes.push(this.current);
    this.#last = this.current;
    const isAlone = group.writes.length === 1;
    const result = isAlone || !revocable ? this.#attempt(work) : this.#attemptWithin(work);
    if (performance.now() - group.begun > GROUP_MS) this.flush();
    return result;
  }

  /**
   * The same in a transaction of its own, which is on disk when this returns. Also throws when telling of it fails, and
   * when what was written just before is undone: the work may be about counters and ranges as they were then.
   */
  runAlone<Result>(work: () => Result): Result {
    const failure = this.#commit();
    if (failure) throw failure.cause;
    const result = this.run(work);
    this.flush();
    return result;
  }

  /** Puts all that was written on disk at once. Throws when that fails, or when telling of the last write does. */
  flush(): void {
    if (!this.#group) return;
    this.#last = undefined;
    const error = this.#commit() ?? this.current.failure;
    if (error) throw error.cause;
  }

  /** Resolves once all that was written before is on disk. Rejects when it cannot be, or telling of the last write failed. */
  async settled(): Promise<void> {
    const last = this.#last;
    this.#last = undefined;
    const error = (await this.#group?.end) ?? last?.failure;
    if (error) throw error.cause;
  }

  #begin(): Group {
    this.#statements.begin.run();
    const { promise: end, resolve } = Promise.withResolvers<Failure | undefined>();
    const timer = setImmediate(() => this.#commit());
    return { begun: performance.now(), writes: [], end, resolve, timer };
  }

  #attempt<Result>(work: () => Result): Result {
    try {
      const result = work();
      this.#options.save(this.current);
      return result;
    } catch (error) {
      this.#undoAll(error);
      throw error;
    }
  }

  /** The same within a savepoint. */
  #attemptWithin<Result>(work: () => Result): Result {
    this.#statements.save.run();
    try {
      const result = work();
      this.#options.save(this.current);
      this.#statements.release.run();
      return result;
    } catch (error) {
      // SQLite may have undone everything by itself.
      if (this.#db.inTransaction) this.#undo();
      else this.#undoAll(error);
      throw error;
    }
  }

  #undo(): void {
    this.#group?.writes.pop();
    this.#breakIfFails(() => {
      this.#statements.undo.run();
      this.#statements.release.run();
      this.#options.restore([this.current]);
    });
  }

  #undoAll(cause: unknown): Failure {
    const group = this.#end();
    this.#breakIfFails(() => {
      if (this.#db.inTransaction) this.#statements.rollback.run();
      this.#options.restore(group.writes);
    });
    const failure = { cause };
    group.resolve(failure);
    return failure;
  }

  #breakIfFails(work: () => void): void {
    try {
      work();
    } catch (cause) {
      this.broken = new Error('a write could not be undone; the server has to be started again', { cause });
    }
  }

  #commit(): Failure | undefined {
    if (!this.#group) return undefined;
    try {
      this.#statements.commit.run();
    } catch (error) {
      return this.#undoAll(error);
    }
    const group = this.#end();
    for (const write of group.writes) this.#tell(write);
    group.resolve(undefined);
    return undefined;
  }

  #end(): Group {
    const group = this.#group as Group;
    clearImmediate(group.timer);
    this.#group = undefined;
    return group;
  }

  #tell(write: Write): void {
    try {
      for (const change of write.changes) this.#options.tell(change);
    } catch (cause) {
      write.failure = { cause };
    }
  }
}

/** For how long writes are collected, so that the first of many need not wait for all of them. */
const GROUP_MS = 20;

interface Group {
  readonly begun: number;
  readonly writes: Write[];
  /** Why it is not on disk, if so. */
  readonly end: Promise<Failure | undefined>;
  readonly resolve: (failure: Failure | undefined) => void;
  readonly timer: NodeJS.Immediate;
}

interface Failure {
  readonly cause: unknown;
}
