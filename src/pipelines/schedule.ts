import { FlowError } from '../support/error.ts';

/** A pipeline that is to run beside others. */
export interface Work {
  readonly name: string;
  /** It starts once these have finished, and not at all when one of them has not. */
  readonly after: readonly string[];
  /** It is told that nothing more comes once these have ended, however. */
  readonly until: readonly string[];
  /** Whether the others go on when it fails. */
  readonly mayFail: boolean;
  /** Whether the others may need it to end well: then it is stopped after them. */
  readonly isServer: boolean;
  run(signals: Signals): Promise<void>;
}

export interface Signals {
  /** Aborts when it is to stop. */
  readonly stop: AbortSignal;
  /** Aborts when nothing more will come for it. */
  readonly ending: AbortSignal;
}

/** Told what happens. */
export interface Watcher {
  failed(name: string, error: unknown, stopsOthers: boolean): void;
  skipped(name: string, missing: string): void;
}

/**
 * Runs all of them; resolves when all have ended. A failure stops the others, which are drained, and is thrown when
 * nothing is under way any more. What ended with 3 (done, but …) stops nobody, and is thrown if nothing else is.
 */
export async function runAll(works: readonly Work[], signal: AbortSignal, watcher: Watcher): Promise<void> {
  const run = new Run(works, signal, watcher);
  await run.ended();
}

/** Whether all is done, but there is something to be said of it. */
export function isDone(error: unknown): boolean {
  return error instanceof FlowError && error.exitStatus === DONE_BUT;
}

const DONE_BUT = 3;

type Outcome = 'finished' | 'stopped' | 'failed' | 'skipped';

class Run {
  readonly #works: ReadonlyMap<string, Work>;
  readonly #failed = new AbortController();
  readonly #stop: AbortSignal;
  readonly #stopped: Promise<void>;
  readonly #watcher: Watcher;
  readonly #outcomes = new Map<string, Promise<Outcome>>();
  readonly #failures: unknown[] = [];
  readonly #remarks: unknown[] = [];

  constructor(works: readonly Work[], signal: AbortSignal, watcher: Watcher) {
    this.#works = new Map(works.map((work) => [work.name, work]));
    this.#stop = AbortSignal.any([signal, this.#failed.signal]);
    this.#stopped = new Promise((resolve) => {
      if (this.#stop.aborted) resolve();
      this.#stop.addEventListener('abort', () => resolve(), { once: true });
    });
    this.#watcher = watcher;
  }

  async ended(): Promise<void> {
    await Promise.all([...this.#works.keys()].map((name) => this.#outcome(name)));
    const [first] = [...this.#failures, ...this.#remarks];
    if (first !== undefined) throw first;
  }

  #outcome(name: string): Promise<Outcome> {
    const known = this.#outcomes.get(name);
    if (known !== undefined) return known;
    const work = this.#works.get(name) as Work;
    const outcome = this.#run(work);
    this.#outcomes.set(name, outcome);
    return outcome;
  }

  async #run(work: Work): Promise<Outcome> {
    for (const name of work.after) {
      const before = await Promise.race([this.#outcome(name), this.#stopped]);
      if (this.#stop.aborted) return 'stopped';
      if (before === 'finished') continue;
      this.#watcher.skipped(work.name, name);
      return 'skipped';
    }
    const ending = new AbortController();
    if (work.until.length > 0) {
      void Promise.all(work.until.map((name) => this.#outcome(name))).then(() => ending.abort());
    }
    try {
      await work.run({ stop: work.isServer ? this.#stopOfServers() : this.#stop, ending: ending.signal });
      return this.#stop.aborted ? 'stopped' : 'finished';
    } catch (error) {
      return this.#caught(work, error);
    }
  }

  /** Aborts once everything else has stopped. */
  #stopOfServers(): AbortSignal {
    const controller = new AbortController();
    const others = [...this.#works.values()].filter(({ isServer }) => !isServer);
    void this.#stopped
      .then(() => Promise.all(others.map(({ name }) => this.#outcome(name))))
      .then(() => controller.abort(this.#stop.reason));
    return controller.signal;
  }

  #caught({ name, mayFail }: Work, error: unknown): Outcome {
    if (this.#stop.aborted && error === this.#stop.reason) return 'stopped';
    const isRemark = isDone(error);
    const stopsOthers = !isRemark && !mayFail && !this.#stop.aborted;
    this.#watcher.failed(name, error, stopsOthers);
    (isRemark ? this.#remarks : this.#failures).push(error);
    if (stopsOthers) this.#failed.abort(new Error(`"${name}" failed`));
    return isRemark ? 'finished' : 'failed';
  }
}
