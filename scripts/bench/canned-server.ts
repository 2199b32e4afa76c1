import { Child, SERVER_CORE } from './child.ts';
import type { Shape } from './documents.ts';
import type { CannedReady } from './servers/canned.ts';
import type { Verdict } from './servers/inspection.ts';
import type { Target } from './subjects/subject.ts';

export type Scheme = 'http' | 'https';

export const SCHEMES: readonly Scheme[] = ['http', 'https'];

/** The canned server, running. */
export class CannedServer {
  readonly #child: Child;
  readonly #ready: CannedReady;

  static async start(): Promise<CannedServer> {
    const child = new Child('servers/canned.ts', undefined, SERVER_CORE);
    return new CannedServer(child, await child.next<CannedReady>());
  }

  private constructor(child: Child, ready: CannedReady) {
    this.#child = child;
    this.#ready = ready;
  }

  target(scheme: Scheme, shape: Shape): Target {
    const ca = scheme === 'https' ? this.#ready.ca : undefined;
    return { endpoint: this.#ready[scheme], ca, database: 'bench', container: shape, shape };
  }

  /** What was written since the last verdict. */
  verdict(shape: Shape): Promise<Verdict> {
    this.#child.send(shape);
    return this.#child.next<Verdict>();
  }

  end(): Promise<void> {
    return this.#child.end();
  }
}
