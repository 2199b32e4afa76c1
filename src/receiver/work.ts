/** What is under way; tells when there has been nothing for `idleMs`. */
export class Work {
  readonly #idle: NodeJS.Timeout | undefined;
  #underWay = 0;
  #onOver = (): void => {};

  constructor(idleMs: number | undefined, onIdle: () => void) {
    if (idleMs !== undefined) this.#idle = setTimeout(() => this.#underWay === 0 && onIdle(), idleMs);
  }

  /** Something begins; to be called back when it is over. */
  begin(): () => void {
    this.#underWay++;
    return () => {
      this.#idle?.refresh();
      if (--this.#underWay === 0) this.#onOver();
    };
  }

  /** Resolves once nothing is under way. */
  over(): Promise<void> {
    return new Promise((resolve) => {
      this.#onOver = resolve;
      if (this.#underWay === 0) resolve();
    });
  }

  stop(): void {
    clearTimeout(this.#idle);
  }
}
