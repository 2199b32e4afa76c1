import type { Change } from '../contract.ts';

/** A change with another document: what else it tells stays, and is still looked for when it is asked for. */
export class AlteredChange implements Change {
  readonly document: Uint8Array;
  readonly #original: Change;

  constructor(original: Change, document: Uint8Array) {
    this.#original = original;
    this.document = document;
  }

  get key(): string {
    return this.#original.key;
  }

  get kind(): Change['kind'] {
    return this.#original.kind;
  }

  get operation(): Change['operation'] {
    return this.#original.operation;
  }

  get version(): string | undefined {
    return this.#original.version;
  }

  get lsn(): number | undefined {
    return this.#original.lsn;
  }

  get time(): number | undefined {
    return this.#original.time;
  }

  get isResult(): boolean | undefined {
    return this.#original.isResult;
  }
}
