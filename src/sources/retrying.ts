import type { Source } from '../contract.ts';
import { Patience, type PatienceOptions } from '../support/patience.ts';

export interface RetryOptions extends PatienceOptions {
  readonly isTransient: (error: unknown) => boolean;
  /** The error for the user when trying again has not helped. */
  readonly explain: (error: unknown) => unknown;
}

/** The same source, patient: a range that fails is read on from its last page, while the others go on. */
export function retrying(source: Source, options: RetryOptions): Source {
  const waitOrThrow = async (patience: Patience, error: unknown): Promise<void> => {
    if (!options.isTransient(error)) throw options.explain(error);
    await patience.wait(options.explain(error));
  };
  return {
    ...source,
    async starts() {
      for (const patience = new Patience(options); ; ) {
        try {
          return await source.starts();
        } catch (error) {
          await waitOrThrow(patience, error);
        }
      }
    },
    async *pages(range, from, signal) {
      for (let [patience, position] = [new Patience({ ...options, signal }), from]; ; ) {
        try {
          for await (const page of source.pages(range, position, signal)) {
            yield page;
            position = page.resumeAt;
            patience.restore();
          }
          return;
        } catch (error) {
          await waitOrThrow(patience, error).catch((reason: unknown) => {
            if (!signal.aborted || !options.isTransient(error)) throw reason;
          });
          if (signal.aborted) return;
        }
      }
    },
  };
}
