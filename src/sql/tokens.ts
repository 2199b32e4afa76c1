import { isReserved } from './keywords.ts';
import { syntaxError, type Token, tokenize } from './lexer.ts';
import { SqlError } from './sql-error.ts';

/** A position in the tokens of a query. Words are compared without regard to case. */
export class Tokens {
  readonly #query: string;
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;
  #chained = 0;

  constructor(query: string) {
    this.#query = query;
    this.#tokens = tokenize(query);
  }

  get next(): Token {
    return this.#tokens[this.#at] as Token;
  }

  get following(): Token {
    return this.#tokens[Math.min(this.#at + 1, this.#tokens.length - 1)] as Token;
  }

  /** Where the last token that was taken ends. */
  get end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  isSymbol(...symbols: string[]): boolean {
    return this.next.kind === 'symbol' && symbols.includes(this.next.text);
  }

  isWord(...words: string[]): boolean {
    return this.next.kind === 'word' && words.includes(this.next.text.toUpperCase());
  }

  isName(): boolean {
    return this.next.kind === 'word' && !isReserved(this.next.text);
  }

  /** Whether the next token was `text`; then it is taken. */
  skip(text: string): boolean {
    const found = this.isSymbol(text) || this.isWord(text);
    if (found) this.#at++;
    return found;
  }

  expect(text: string): Token {
    const token = this.next;
    if (!this.skip(text)) throw this.unexpected();
    return token;
  }

  name(): Token {
    if (!this.isName()) throw this.unexpected();
    return this.take();
  }

  unexpected(): SqlError {
    const { kind, start, end } = this.next;
    if (kind === 'end') return new SqlError('Syntax error, unexpected end-of-file.', this.next, 'SC1002');
    return syntaxError(this.#query.slice(start, end), this.next);
  }

  /** Counts an operator or member access that hangs its left side one level lower. */
  chain(): void {
    if (++this.#chained > CHAINED_MAX) throw new SqlError('The query has too many operators.', this.next, 'SC3009');
  }

  /** Runs `parse` one level deeper; a query may nest only so far, so that no text can exhaust the stack. */
  nested<Node>(parse: () => Node): Node {
    if (++this.#depth > DEPTH_MAX) throw new SqlError('The query is nested too deeply.', this.next, 'SC3009');
    try {
      return parse();
    } finally {
      this.#depth--;
    }
  }
}

const DEPTH_MAX = 100;
const CHAINED_MAX = 2000;
