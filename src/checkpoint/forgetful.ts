import type { Checkpoint, Position } from '../contract.ts';

/** Remembers positions for as long as the process lives, for work that is started anew rather than resumed. */
export function forgetful(): Checkpoint {
  const positions = new Map<string, Position>();
  const set = (position: Position): unknown => positions.set(position.range.min, position);
  return {
    positions: () => [...positions.values()],
    begin: (ranges) => ranges.forEach((range) => void set({ range, resumeAt: undefined })),
    save: (range, resumeAt) => void set({ range, resumeAt }),
    split: (range, successors) => {
      positions.delete(range.min);
      successors.forEach(set);
    },
    close: () => {},
  };
}
