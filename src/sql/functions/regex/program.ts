import { type Assertion, type Modifiers, type Node, type OneCharacter, PatternError } from './node.ts';
import { parsePattern } from './parser.ts';

/** A regular expression as the steps of a machine that tries all ways at once. It begins with the first. */
export interface Program {
  readonly steps: readonly Step[];
  readonly groups: number;
}

export type Step =
  | OneCharacter
  | { readonly kind: 'assertion'; readonly assertion: Assertion }
  /** Goes on at both places; what comes of the first counts more. */
  | { readonly kind: 'fork'; readonly first: number; readonly second: number }
  | { readonly kind: 'jump'; readonly to: number }
  /** Notes the position. Even slots are the starts of groups, odd ones their ends. */
  | { readonly kind: 'note'; readonly slot: number }
  | { readonly kind: 'match' };

/** `undefined` when the pattern is wrong, too long or too big, or needs more than such a machine can do. */
export function compilePattern(pattern: string, modifiers: Modifiers): Program | undefined {
  if (pattern.length > PATTERN_MAX) return undefined;
  try {
    const { node, groups } = parsePattern(pattern, modifiers);
    const steps: Step[] = [];
    emit({ kind: 'group', number: 0, item: node }, steps);
    add({ kind: 'match' }, steps);
    return { steps, groups };
  } catch (error) {
    if (error instanceof PatternError) return undefined;
    throw error;
  }
}

const PATTERN_MAX = 1000;
/** Counted repetitions are written out. */
const STEPS_MAX = 5000;

function emit(node: Node, steps: Step[]): void {
  if (node.kind === 'sequence') {
    for (const item of node.items) emit(item, steps);
  } else if (node.kind === 'choice') {
    emitChoice(node.items, steps);
  } else if (node.kind === 'group') {
    add({ kind: 'note', slot: node.number * 2 }, steps);
    emit(node.item, steps);
    add({ kind: 'note', slot: node.number * 2 + 1 }, steps);
  } else if (node.kind === 'repeat') {
    emitRepeat(node, steps);
  } else {
    add(node, steps);
  }
}

/** The place of the step. */
function add(step: Step, steps: Step[]): number {
  if (steps.length >= STEPS_MAX) throw new PatternError();
  return steps.push(step) - 1;
}

function emitChoice(items: readonly Node[], steps: Step[]): void {
  const ends: number[] = [];
  for (const [at, item] of items.entries()) {
    if (at === items.length - 1) {
      emit(item, steps);
    } else {
      const fork = add({ kind: 'jump', to: 0 }, steps);
      emit(item, steps);
      ends.push(add({ kind: 'jump', to: 0 }, steps));
      steps[fork] = { kind: 'fork', first: fork + 1, second: steps.length };
    }
  }
  for (const end of ends) steps[end] = { kind: 'jump', to: steps.length };
}

function emitRepeat({ item, fewest, most, lazy }: Node & { kind: 'repeat' }, steps: Step[]): void {
  for (let count = 0; count < fewest; count++) {
    const before = steps.length;
    emit(item, steps);
    // Nothing, how often ever, is nothing.
    if (steps.length === before) return;
  }
  const forks: number[] = [];
  for (let count = fewest; count < most; count++) {
    forks.push(add({ kind: 'jump', to: 0 }, steps));
    emit(item, steps);
    if (most === Number.POSITIVE_INFINITY) {
      add({ kind: 'jump', to: forks[0] as number }, steps);
      break;
    }
  }
  const out = steps.length;
  for (const fork of forks) {
    const [into, past] = [fork + 1, out];
    steps[fork] = { kind: 'fork', first: lazy ? past : into, second: lazy ? into : past };
  }
}
