import type { LineCounter } from 'yaml';
import { FlowError } from '../support/error.ts';
import { nearest } from './suggestion.ts';

/** All that is wrong with a file, each with its place. */
export class Problems {
  readonly #file: string;
  readonly #lines: LineCounter;
  readonly #found: { readonly at: number; readonly text: string }[] = [];

  constructor(file: string, lines: LineCounter) {
    this.#file = file;
    this.#lines = lines;
  }

  /** `at` counts characters from the beginning of the file. */
  add(at: number, text: string): void {
    this.#found.push({ at, text });
  }

  /** A word that means nothing where it stands. */
  unknown(at: number, what: string, word: string, words: Iterable<string>): void {
    const meant = nearest(word, words);
    this.add(at, `${what} "${word}"${meant === undefined ? '' : `; did you mean "${meant}"?`}`);
  }

  /** Throws a FlowError with a line for each, in the order of the file, if there are any. */
  throwIfAny(hint = 'cosmosflow COMMAND --help says what a command takes'): void {
    if (this.#found.length === 0) return;
    const lines = this.#found.toSorted((one, other) => one.at - other.at).map(({ at, text }) => this.#lineOf(at, text));
    throw new FlowError('usage', lines.join('\n'), { hint });
  }

  #lineOf(at: number, text: string): string {
    const { line, col } = this.#lines.linePos(at);
    return `${this.#file}:${line}:${col}: ${text}`;
  }
}
