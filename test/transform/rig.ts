import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { transforming } from '../../src/commands/transforming.ts';
import type { Checkpoint, Sink, Source } from '../../src/contract.ts';
import { run } from '../../src/pipeline/run.ts';
import { Tally } from '../../src/support/tally.ts';
import { useDirectory } from '../support/run-cli.ts';

let files = 0;

/** A module with this text. */
export function moduleOf(text: string): string {
  // Node keeps modules by their names.
  const file = join(useDirectory(), `transform-${++files}.mjs`);
  writeFileSync(file, text);
  return file;
}

/** Runs changes through a module into a sink, as a command does. */
export async function transform(
  text: string,
  { source, sink, checkpoint }: { readonly source: Source; readonly sink: Sink; readonly checkpoint: Checkpoint },
  eventTime?: string,
  tally = new Tally(),
): Promise<void> {
  const flow = (await transforming({ transform: moduleOf(text), eventTime }))?.over(
    checkpoint,
    { paths: ['/pk'] },
    tally,
  );
  if (!flow) throw new Error('there is no transform');
  const { signal } = new AbortController();
  await run(flow.over(source), sink, flow.checkpoint, { window: 4, signal });
}
