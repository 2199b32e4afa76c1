import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { play, type RunFunction } from './world.ts';

// Each row breaks the pipeline in one place, in a copy. A simulation that does not notice is not worth running.

const SEEDS_MAX = 2000;
const SOURCE = new URL('../../src/', import.meta.url);
const copies = mkdtempSync(join(tmpdir(), 'cosmosflow-planted-'));
afterAll(() => rmSync(copies, { recursive: true }));

const PLANTED: readonly { bug: string; file: string; replace: string; by: string }[] = [
  {
    bug: 'a page commits before its write is over',
    file: 'ledger.ts',
    replace: 'await Promise.allSettled([earlier, written]);',
    by: 'await earlier; commit(undefined); await written; return;',
  },
  {
    bug: 'a page commits without waiting for earlier pages',
    file: 'ledger.ts',
    replace: 'await Promise.allSettled([earlier, written]);\n  await earlier;',
    by: 'earlier.catch(() => {});',
  },
  {
    bug: 'a failed page ends the chain while an earlier write is still going',
    file: 'ledger.ts',
    replace: 'await Promise.allSettled([earlier, written]);',
    by: 'await Promise.all([earlier, written]);',
  },
  {
    bug: 'a page commits although an earlier one failed',
    file: 'ledger.ts',
    replace: '  await earlier;\n  commit(await written);',
    by: '  commit(await written);',
  },
  {
    bug: 'reading never waits for commits',
    file: 'ledger.ts',
    replace: 'if (this.#uncommitted.length >= this.#window) await',
    by: 'if (this.#uncommitted.length < 0) await',
  },
  {
    bug: 'a failure does not wake a source that waits',
    file: 'pump.ts',
    replace: 'AbortSignal.any([context.signal, ledger.failed])',
    by: 'context.signal',
  },
  {
    bug: 'a range ends without draining',
    file: 'pump.ts',
    replace: 'await ledger.settled();',
    by: 'ledger.settled().catch(() => {});',
  },
  {
    bug: 'a split is stored before what precedes it is durable',
    file: 'pump.ts',
    replace: 'successors = page.split ?? [];',
    by: 'successors = page.split ?? []; if (page.split) context.checkpoint.split(range, page.split);',
  },
  {
    bug: 'successors of a split start from the beginning',
    file: 'pump.ts',
    replace: 'checkpoint.split(range, split, all);',
    by: 'checkpoint.split(range, split.map(({ range }) => ({ range, resumeAt: undefined })));',
  },
  {
    bug: 'the memory of a page is given back while it is written',
    file: 'pump.ts',
    replace: 'successors = page.split ?? [];',
    by: 'successors = page.split ?? []; page.release?.();',
  },
  {
    bug: 'a page does not wait for an earlier one with the same key',
    file: 'order.ts',
    replace: 'await Promise.all(earlier);',
    by: '',
  },
  {
    bug: 'a key goes on after its earlier version failed',
    file: 'order.ts',
    replace: 'await Promise.all(earlier);',
    by: 'await Promise.allSettled(earlier);',
  },
  {
    bug: 'a finished page releases keys that a later page holds',
    file: 'order.ts',
    replace: 'if (this.#writes.get(key) === written) this',
    by: 'this',
  },
  {
    bug: 'a failed page releases its keys',
    file: 'order.ts',
    replace: '      () => {},\n',
    by: '      () => this.#forget(changes, written),\n',
  },
  {
    bug: 'only one successor of a split is followed',
    file: 'run.ts',
    replace: 'successors.map(follow)',
    by: 'successors.slice(1).map(follow)',
  },
  {
    bug: 'the run ends at the first failure without awaiting the others',
    file: 'run.ts',
    replace: 'await Promise.allSettled(promises);',
    by: '',
  },
  {
    bug: 'a stop is not passed on',
    file: 'run.ts',
    replace: 'AbortSignal.any([options.signal, failure.signal])',
    by: 'failure.signal',
  },
  {
    bug: 'a resumed run starts every range from the beginning',
    file: 'pump.ts',
    replace: 'source.pages(range, resumeAt, stop)',
    by: 'source.pages(range, undefined, stop)',
  },
];

describe('the simulation notices when', () => {
  test.each(PLANTED)('$bug', async ({ file, replace, by }) => {
    const broken = await breakPipeline(file, replace, by);
    expect(await firstComplaint(broken)).toBeTypeOf('string');
  });
});

async function firstComplaint(run: RunFunction): Promise<string | undefined> {
  for (let seed = 1; seed <= SEEDS_MAX; seed++) {
    const complaint = await play(seed, run);
    if (complaint) return complaint;
  }
  return undefined;
}

async function breakPipeline(file: string, replace: string, by: string): Promise<RunFunction> {
  const copy = mkdtempSync(join(copies, 'copy-'));
  for (const part of ['pipeline', 'support', 'contract.ts']) {
    cpSync(new URL(part, SOURCE), join(copy, part), { recursive: true });
  }
  const target = join(copy, 'pipeline', file);
  const text = readFileSync(target, 'utf8');
  expect(text.split(replace)).toHaveLength(2);
  writeFileSync(
    target,
    text.replace(replace, () => by),
  );
  const { run } = await import(/* @vite-ignore */ pathToFileURL(join(copy, 'pipeline', 'run.ts')).href);
  return run;
}
