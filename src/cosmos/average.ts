/** What things have cost of late for each unit of their size: large ones count for more than small ones. */
export class Average {
  #total: number;
  #size = 1;
  #isGuess = true;

  constructor(guess: number) {
    this.#total = guess;
  }

  get value(): number {
    return this.#total / this.#size;
  }

  add(total: number, size: number): void {
    const weight = this.#isGuess ? 1 : WEIGHT;
    this.#isGuess = false;
    this.#total += (total - this.#total) * weight;
    this.#size += (size - this.#size) * weight;
  }
}

const WEIGHT = 0.2;
