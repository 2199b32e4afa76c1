import { type FaultRule, isMeant, parseRule } from './fault-rule.ts';
import type { Exchange, Fault } from './faults.ts';

/** A rule in force, with how many requests came to it and to how many it happened. */
export interface ActiveRule {
  readonly id: number;
  readonly rule: FaultRule;
  readonly seen: number;
  readonly hits: number;
}

/**
 * The faults in force. Rules are asked in the order in which they were added, and the first that has something for a
 * request has it alone: later ones do not get to see it. One that is used up lets everything through.
 */
export class FaultRules {
  readonly #fraction: () => number;
  readonly #operations: readonly string[];
  #rules: ActiveRule[] = [];
  #added = 0;

  /** `fraction` decides by chance; `operations` are those that a rule may name. */
  constructor(fraction: () => number, operations: readonly string[]) {
    this.#fraction = fraction;
    this.#operations = operations;
  }

  /** Adds rules after those that are there, all or none, and returns their ids. */
  add(...values: readonly unknown[]): number[] {
    const rules = values.map((value) => parseRule(value, this.#operations));
    const added = rules.map((rule) => ({ id: ++this.#added, rule, seen: 0, hits: 0 }));
    this.#rules.push(...added);
    return added.map(({ id }) => id);
  }

  list(): readonly ActiveRule[] {
    return this.#rules;
  }

  /** Whether there was such a rule. */
  remove(id: number): boolean {
    const count = this.#rules.length;
    this.#rules = this.#rules.filter((active) => active.id !== id);
    return this.#rules.length < count;
  }

  clear(): void {
    this.#rules = [];
  }

  /** What happens to a request. */
  decide(exchange: Exchange): Fault | undefined {
    for (const [index, { rule, seen, hits, ...rest }] of this.#rules.entries()) {
      if (hits >= (rule.count ?? Number.POSITIVE_INFINITY) || !isMeant(rule.match ?? {}, exchange)) continue;
      const isHit = seen + 1 >= (rule.from ?? 1) && this.#happens(rule);
      this.#rules[index] = { ...rest, rule, seen: seen + 1, hits: hits + (isHit ? 1 : 0) };
      if (isHit) return rule.effect;
    }
    return undefined;
  }

  #happens({ probability }: FaultRule): boolean {
    return probability === undefined || this.#fraction() < probability;
  }
}
