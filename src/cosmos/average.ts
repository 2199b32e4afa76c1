/** The average of what came last. */
export class Average {
  #value: number;
  #isGuess = true;

  constructor(guess: number) {
    this.#value = guess;
  }

  get value(): number {
    return this.#value;
  }

  add(value: number): void {
    this.#value = this.#isGuess ? value : this.#value + (value - this.#value) * WEIGHT;
    this.#isGuess = false;
  }
}

const WEIGHT = 0.2;
