import { Findings } from './findings.ts';
import { type Input, inputOf, type Places } from './inputs/input.ts';
import { Lane } from './lane.ts';
import { type Memory, ServerProcess } from './server-process.ts';
import { verdictOn } from './verdict.ts';
import { build, complaints } from './world.ts';

// A run goes in rounds. Each starts with a server that is empty but for what inputs are about, and ends with a look at
// whether the server is sound, so that an input meets little that others have left. Several inputs are under way at
// once; one that took long is sent again by itself, since it may only have waited for another.

export interface RunOptions {
  readonly seed: number;
  /** The numbers of the inputs. */
  readonly numbers: readonly number[];
  /** How long an answer may take. */
  readonly slowMs?: number;
}

export interface Report {
  readonly findings: Findings;
  readonly seconds: number;
  /** What each server has when everything is removed and garbage collected, after its warm-up and from time to time. */
  readonly memory: readonly (readonly Memory[])[];
}

/** Sends inputs to servers of its own, as many as keep the machine busy. */
export async function fuzz(
  { seed, numbers, slowMs = SLOW_MS }: RunOptions,
  say: (text: string) => void = () => {},
): Promise<Report> {
  const findings = new Findings();
  const started = performance.now();
  const rounds = Array.from({ length: Math.ceil(numbers.length / ROUND) }, (_, index) =>
    numbers.slice(index * ROUND, (index + 1) * ROUND),
  ).values();
  const work = async (): Promise<Memory[]> => {
    const bench = await Bench.open({ seed, slowMs }, findings);
    try {
      for (const round of rounds) {
        await bench.run(round);
        say(`${findings.inputs} inputs, ${findings.failures.length} failures`);
      }
      return bench.memory;
    } finally {
      await bench.close();
    }
  };
  const memory = await Promise.all(Array.from({ length: SERVERS }, work));
  return { findings, seconds: (performance.now() - started) / 1000, memory };
}

const ROUND = 1000;
const SERVERS = 2;
/** Rounds after which a server has all the memory that it needs. */
const WARM_UP = 10;
/** After every so many rounds. */
const MEASURED = 10;
/** Inputs under way at once to a server. */
const LANES = 4;
const LATE_MS = 10_000;
const SLOW_MS = 1000;

interface Terms {
  readonly seed: number;
  readonly slowMs: number;
}

/** A server that is sent one round after the other, and replaced when it is of no more use. */
class Bench {
  readonly memory: Memory[] = [];
  readonly #terms: Terms;
  readonly #findings: Findings;
  #server: ServerProcess;
  #rounds = 0;

  private constructor(terms: Terms, findings: Findings, server: ServerProcess) {
    this.#terms = terms;
    this.#findings = findings;
    this.#server = server;
  }

  static async open(terms: Terms, findings: Findings): Promise<Bench> {
    return new Bench(terms, findings, await ServerProcess.start());
  }

  async run(numbers: readonly number[]): Promise<void> {
    const { address } = this.#server;
    const round = new Round(this.#terms, await build(address), this.#server, this.#findings);
    await round.send(numbers);
    const last = numbers.at(-1) as number;
    if (!round.isOver) {
      const wrong = await complaints(address);
      for (const complaint of wrong)
        this.#findings.fail(last, `after the round that ends with this input: ${complaint}`);
      await round.repeatSlow();
    }
    if (round.isOver) await this.#replaceServer(last);
    else if (this.#rounds++ % MEASURED === WARM_UP - 1) {
      await build(address);
      this.memory.push(await this.#server.memory());
    }
  }

  async close(): Promise<void> {
    await this.#server.stop();
  }

  async #replaceServer(last: number): Promise<void> {
    const { end } = this.#server;
    if (end !== undefined) this.#findings.fail(last, `the server ended in the round that ends with this input: ${end}`);
    await this.#server.stop();
    this.#server = await ServerProcess.start();
    this.memory.length = 0;
    this.#rounds = 0;
  }
}

class Round {
  /** Whether the server is of no more use. */
  isOver = false;
  readonly #terms: Terms;
  readonly #places: Places;
  readonly #server: ServerProcess;
  readonly #findings: Findings;
  readonly #slow: number[] = [];

  constructor(terms: Terms, places: Places, server: ServerProcess, findings: Findings) {
    this.#terms = terms;
    this.#places = places;
    this.#server = server;
    this.#findings = findings;
  }

  async send(numbers: readonly number[]): Promise<void> {
    const rest = numbers.values();
    await Promise.all(Array.from({ length: LANES }, () => this.#work(rest)));
  }

  /** An input that takes long again, all by itself, is one that takes long. */
  async repeatSlow(): Promise<void> {
    for (const number of this.#slow) {
      await build(this.#places.address);
      const lane = new Lane(this.#places.address.port);
      const input = this.#input(number);
      const { ms } = await lane.exchange(input.message, LATE_MS);
      lane.close();
      if (ms > this.#terms.slowMs) this.#findings.fail(number, `answered after ${(ms / 1000).toFixed(1)} s`, input);
    }
  }

  async #work(numbers: Iterator<number>): Promise<void> {
    const lane = new Lane(this.#places.address.port);
    for (let next = numbers.next(); !next.done && !this.isOver; next = numbers.next())
      await this.#try(lane, next.value);
    lane.close();
  }

  async #try(lane: Lane, number: number): Promise<void> {
    const input = this.#input(number);
    const outcome = await lane.exchange(input.message, LATE_MS);
    if (this.isOver) return;
    this.#findings.add(
      input.kind,
      outcome.ms,
      outcome.answers.map(({ status }) => status),
    );
    if (this.#server.end !== undefined || outcome.end === 'late') this.isOver = true;
    const wrong = verdictOn(input.message, outcome);
    if (wrong !== undefined) this.#findings.fail(number, wrong, input);
    else if (outcome.ms > this.#terms.slowMs) this.#slow.push(number);
  }

  #input(number: number): Input {
    return inputOf(this.#terms.seed, number, this.#places);
  }
}
