import type { Checkpoint, Position, Written } from '../contract.ts';

/** Remembers positions for as long as the process lives, for work that is started anew rather than resumed. */
export function forgetful(): Checkpoint {
  const positions = new Map<string, Position>();
  const set = (position: Position): unknown => positions.set(position.range.min, position);
  const noted = new Map<string, string>();
  const note = (notes: Written): void => {
    for (const [name, text] of notes ?? []) {
      if (text === undefined) noted.delete(name);
      else noted.set(name, text);
    }
  };
  return {
    positions: () => [...positions.values()],
    notes: () => noted,
    begin: (starts) => starts.forEach(set),
    save: (range, resumeAt, notes) => {
      set({ range, resumeAt });
      note(notes);
    },
    split: (range, successors, notes) => {
      positions.delete(range.min);
      successors.forEach(set);
      note(notes);
    },
    note,
    close: () => {},
  };
}
