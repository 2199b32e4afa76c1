import { describe, expect, onTestFinished, test } from 'vitest';
import type { Checkpoint, Continuation, Position, Range } from '../../src/contract.ts';
import { startOf } from '../support/changes.ts';

export interface CheckpointKind {
  /** Prepares a place for checkpoints; what it returns opens the one in it, again and again. */
  readonly prepare: () => () => Checkpoint;
  /** Whether what is stored outlives `close`. */
  readonly durable: boolean;
}

const [LEFT, MIDDLE, RIGHT]: readonly [Range, Range, Range] = [
  { min: '', max: '40' },
  { min: '40', max: '80' },
  { min: '80', max: 'FF' },
];
const MIDDLE_PARTS: readonly Position[] = [
  { range: { min: '40', max: '60' }, resumeAt: at('split') },
  { range: { min: '60', max: '80' }, resumeAt: undefined },
];

/** What every checkpoint promises. */
export function describeCheckpoint(name: string, { prepare, durable }: CheckpointKind): void {
  describe(`${name} checkpoint`, () => {
    test('is empty before the first begin', () => {
      expect(positions(opened(prepare()))).toEqual([]);
    });

    test('begin stores the ranges, each at the start it was opened with', () => {
      const checkpoint = begun(prepare());
      expect(positions(checkpoint)).toEqual([LEFT, MIDDLE, RIGHT].map((range) => ({ range, resumeAt: undefined })));
    });

    test('a saved position replaces the one before, and those of other ranges stay', () => {
      const checkpoint = begun(prepare());
      checkpoint.save(LEFT, at('other'));
      checkpoint.save(MIDDLE, at('first'));
      checkpoint.save(MIDDLE, at('second'));
      expect(positions(checkpoint)).toEqual([
        { range: LEFT, resumeAt: 'other' },
        { range: MIDDLE, resumeAt: 'second' },
        { range: RIGHT, resumeAt: undefined },
      ]);
    });

    test('a range may be saved at its start', () => {
      const checkpoint = begun(prepare());
      checkpoint.save(LEFT, undefined);
      expect(positions(checkpoint)[0]).toEqual({ range: LEFT, resumeAt: undefined });
    });

    test('a split puts the successors in the place of their range', () => {
      const checkpoint = begun(prepare());
      checkpoint.save(MIDDLE, at('before'));
      checkpoint.split(MIDDLE, MIDDLE_PARTS);
      expect(positions(checkpoint)).toEqual([
        { range: LEFT, resumeAt: undefined },
        ...MIDDLE_PARTS,
        { range: RIGHT, resumeAt: undefined },
      ]);
    });

    test('a successor that starts where its parent started is saved and split like any other', () => {
      const checkpoint = begun(prepare());
      checkpoint.split(MIDDLE, MIDDLE_PARTS);
      const [first, second] = MIDDLE_PARTS.map(({ range }) => range) as [Range, Range];
      checkpoint.save(first, at('further'));
      checkpoint.split(second, [{ range: second, resumeAt: at('same') }]);
      expect(positions(checkpoint).slice(1, 3)).toEqual([
        { range: first, resumeAt: 'further' },
        { range: second, resumeAt: 'same' },
      ]);
    });

    test('positions are of any length and script', () => {
      const checkpoint = begun(prepare());
      const text = at(`{"rid":"größe 😀","etag":"\\"1\\"${"'".repeat(20_000)}"}`);
      checkpoint.save(LEFT, text);
      expect(positions(checkpoint)[0]?.resumeAt).toBe(text);
    });

    test('notes are stored with a position, replaced and forgotten by name', () => {
      const checkpoint = begun(prepare());
      checkpoint.note(new Map([['part/1', 'open']]));
      checkpoint.save(
        LEFT,
        at('further'),
        new Map([
          ['part/1', 'larger'],
          ['part/2', 'open'],
        ]),
      );
      expect(checkpoint.notes()).toEqual(
        new Map([
          ['part/1', 'larger'],
          ['part/2', 'open'],
        ]),
      );
      checkpoint.split(MIDDLE, MIDDLE_PARTS, new Map([['part/2', undefined]]));
      expect(checkpoint.notes()).toEqual(new Map([['part/1', 'larger']]));
    });

    test('notes are stored although the position stays, and the position although the notes do', () => {
      const checkpoint = begun(prepare());
      for (const [resumeAt, text] of [
        ['one', 'open'],
        ['one', 'larger'],
        ['two', 'larger'],
      ] as const) {
        checkpoint.save(LEFT, at(resumeAt), new Map([['part/1', text]]));
        expect(positions(checkpoint)[0]).toEqual({ range: LEFT, resumeAt });
        expect(checkpoint.notes()).toEqual(new Map([['part/1', text]]));
      }
    });

    test(durable ? 'comes back as it was when it is opened again' : 'is empty when it is opened again', () => {
      const open = prepare();
      const checkpoint = begun(open);
      checkpoint.save(LEFT, at('further'));
      checkpoint.split(MIDDLE, MIDDLE_PARTS);
      checkpoint.note(new Map([['part/1', 'open']]));
      const before = [positions(checkpoint), checkpoint.notes()];
      checkpoint.close();
      const again = opened(open);
      expect([positions(again), again.notes()]).toEqual(durable ? before : [[], new Map()]);
    });
  });
}

function opened(open: () => Checkpoint): Checkpoint {
  const checkpoint = open();
  const { close } = checkpoint;
  let isOpen = true;
  checkpoint.close = () => {
    if (isOpen) close();
    isOpen = false;
  };
  onTestFinished(() => checkpoint.close());
  return checkpoint;
}

function begun(open: () => Checkpoint): Checkpoint {
  const checkpoint = opened(open);
  checkpoint.begin([LEFT, MIDDLE, RIGHT].map(startOf));
  return checkpoint;
}

function positions(checkpoint: Checkpoint): readonly Position[] {
  return checkpoint.positions().toSorted((a, b) => (a.range.min < b.range.min ? -1 : 1));
}

function at(text: string): Continuation {
  return text as Continuation;
}
