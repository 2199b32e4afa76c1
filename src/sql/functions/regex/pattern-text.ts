import { PatternError } from './node.ts';

/** A pattern and how far it was read. */
export class PatternText {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length;
  }

  is(part: string): boolean {
    return this.#text.startsWith(part, this.#at);
  }

  /** The next character, or an empty string at the end. */
  peek(): string {
    const character = this.#text.codePointAt(this.#at);
    return character === undefined ? '' : String.fromCodePoint(character);
  }

  take(): string {
    const character = this.peek();
    if (character === '') throw new PatternError();
    this.#at += character.length;
    return character;
  }

  skip(part: string): boolean {
    if (!this.is(part)) return false;
    this.#at += part.length;
    return true;
  }

  /** What a sticky expression matches here, which is skipped. */
  skipMatch(expression: RegExp): RegExpExecArray | undefined {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.#text);
    this.#at += match?.[0].length ?? 0;
    return match ?? undefined;
  }
}
