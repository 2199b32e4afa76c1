import type { CosmosClientOptions } from '@azure/cosmos';

/** A request of the official client and what came back, once per attempt. */
export interface Exchange {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
  /** 0 when there was no answer. */
  readonly status: number;
  readonly answered: Readonly<Record<string, string>>;
}

/** Plugins that note all exchanges of a client in the list. */
export function recorder(): { exchanges: Exchange[]; plugins: CosmosClientOptions } {
  const exchanges: Exchange[] = [];
  const plugin = async (context: Context, _diagnostics: unknown, next: (context: Context) => Promise<Outcome>) => {
    const { method, path, headers, body } = context;
    const note = ({ code, headers: answered = {} }: Partial<Outcome>): void => {
      const status = typeof code === 'number' ? code : 0;
      exchanges.push({ method, path, headers: { ...headers }, body, status, answered });
    };
    try {
      const outcome = await next(context);
      note(outcome);
      return outcome;
    } catch (error) {
      note(error as Partial<Outcome>);
      throw error;
    }
  };
  // The client has plugins, but its types do not show them.
  return { exchanges, plugins: { plugins: [{ on: 'request', plugin }] } as CosmosClientOptions };
}

interface Context {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
}

interface Outcome {
  readonly code: unknown;
  readonly headers: Record<string, string>;
}
