import type { Program } from './program.ts';

/** The positions of a match: of the whole, then of each group, a start and an end; -1 for a group that took no part. */
export type Match = readonly number[];

/** How many steps may still be made. What needs more than that has no answer. */
export interface Budget {
  left: number;
}

/** The first match at or after a position; `undefined` when there is none, or the budget is used up. */
export function findMatch(program: Program, text: string, from: number, budget: Budget): Match | undefined {
  const search: Search = { program, text, seen: new Int32Array(program.steps.length).fill(-1), budget };
  const nothing: Match = new Array((program.groups + 1) * 2).fill(-1);
  let found: Match | undefined;
  let threads: Thread[] = [];
  for (let at = from; ; ) {
    // What starts here counts less than what is under way, and nothing once there is a match.
    if (!found) follow(search, threads, { step: 0, notes: nothing }, at);
    if (threads.length === 0 && found) return found;
    const character = text.codePointAt(at);
    const after = at + (character !== undefined && character > 0xffff ? 2 : 1);
    const next: Thread[] = [];
    for (const thread of threads) {
      const step = program.steps[thread.step];
      if (step?.kind === 'match') {
        found = thread.notes;
        // The threads behind it count less.
        break;
      }
      if (character === undefined || step?.kind !== 'one') continue;
      budget.left -= step.cost;
      if (budget.left < 0) return undefined;
      if (!step.matches(character)) continue;
      follow(search, next, { step: thread.step + 1, notes: thread.notes }, after);
    }
    if (budget.left < 0) return undefined;
    if (character === undefined) return found;
    [threads, at] = [next, after];
  }
}

interface Thread {
  readonly step: number;
  readonly notes: Match;
}

interface Search {
  readonly program: Program;
  readonly text: string;
  /** The position at which a thread was last at each step: a second one there would do the same, and count less. */
  readonly seen: Int32Array;
  readonly budget: Budget;
}

/** Adds the threads that wait for a character, in the order in which they count. */
function follow(search: Search, threads: Thread[], start: Thread, at: number): void {
  const { program, seen, budget } = search;
  const waiting = [start];
  for (let thread = waiting.pop(); thread !== undefined; thread = waiting.pop()) {
    const { step: place, notes } = thread;
    if (seen[place] === at) continue;
    seen[place] = at;
    if (--budget.left < 0) return;
    const step = program.steps[place];
    if (step?.kind === 'jump') waiting.push({ step: step.to, notes });
    else if (step?.kind === 'fork') waiting.push({ step: step.second, notes }, { step: step.first, notes });
    else if (step?.kind === 'note') {
      budget.left -= notes.length;
      waiting.push({ step: place + 1, notes: notes.with(step.slot, at) });
    } else if (step?.kind !== 'assertion') threads.push(thread);
    else if (step.assertion(...around(search.text, at))) waiting.push({ step: place + 1, notes });
  }
}

/** The characters, or halves of some, before and after the position, and whether the latter is the last; -1 at the ends. */
function around(text: string, at: number): [before: number, after: number, isBeforeLast: boolean] {
  return [text.codePointAt(at - 1) ?? -1, text.codePointAt(at) ?? -1, at === text.length - 1];
}
