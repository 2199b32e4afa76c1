import type { Checkpoint, Page, Position, Range, Sink, Source, Written } from '../contract.ts';
import { Ledger } from './ledger.ts';
import { Order } from './order.ts';
import { Sequence } from './sequence.ts';
import { assertTiles } from './tiling.ts';

export interface PumpContext {
  readonly source: Source;
  readonly sink: Sink;
  readonly checkpoint: Checkpoint;
  readonly window: number;
  readonly signal: AbortSignal;
  /** Shared by ranges whose writes may not overlap. */
  readonly sequence?: Sequence | undefined;
}

/**
 * Moves one range from the source to the sink until it ends, splits, fails or is told to stop, and drains. Resolves
 * with the successors of a range that has split, which are stored by then.
 */
export async function pump({ range, resumeAt }: Position, context: PumpContext): Promise<readonly Position[]> {
  const hurry = (over: Promise<unknown>): void => context.sink.hurry?.(over, range);
  const ledger = new Ledger(context.window, hurry);
  const order = orderOf(context);
  const stop = AbortSignal.any([context.signal, ledger.failed]);
  let successors: readonly Position[] = [];
  try {
    for await (const page of context.source.pages(range, resumeAt, stop)) {
      const written = order.write(page.changes, range);
      const entered = ledger.enter(written, (notes) => commit(page, range, notes, context.checkpoint));
      if (order instanceof Sequence) order.follows(ledger.settled());
      await entered;
      successors = page.split ?? [];
    }
  } finally {
    hurry(ledger.settled());
    await ledger.settled();
  }
  return successors;
}

function orderOf({ sink, sequence }: PumpContext): Order | Sequence {
  if (sink.order === 'range') return new Sequence(sink);
  return sequence ?? new Order(sink);
}

function commit(page: Page, range: Range, notes: Written, checkpoint: Checkpoint): void {
  const { resumeAt, split } = page;
  const all = page.notes ? new Map([...page.notes, ...(notes ?? [])]) : notes;
  if (split) {
    assertTiles(
      split.map((successor) => successor.range),
      range,
    );
    checkpoint.split(range, split, all);
  } else checkpoint.save(range, resumeAt, all);
  page.release?.();
}
