import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fill } from '../sources/rig.ts';
import { useContainer } from '../support/container.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const IDS = Array.from({ length: 40 }, (_, index) => `item-${String(index).padStart(2, '0')}`);

test('query-export --max prints exactly so many, and the same command goes on until all of them came', async () => {
  const { source, checkpoint } = await openItems();
  const seen = new Set<string>();
  let runs = 0;
  for (; ; runs++) {
    const { failure, stdout, notes } = await runCommand([...source, ...checkpoint, '--max', '9']);
    expect(failure).toBeUndefined();
    const ids = idsIn(stdout);
    if (notes.some((note) => note.startsWith('all of this was exported'))) break;
    expect(ids.length).toBeLessThanOrEqual(9);
    if (seen.size === 0) expect(ids).toHaveLength(9);
    for (const id of ids) seen.add(id);
  }
  expect([...seen].sort()).toEqual(IDS);
  expect(runs).toBeGreaterThan(4);
});

test('an export that --max has cut is not complete, and is once it went on to its end, with the cut page again', async () => {
  const { source } = await openItems();
  const out = join(useDirectory(), 'out');
  expect(await runCommand([...source, '--out', out, '--max', '9'])).toMatchObject({ failure: undefined });
  expect(manifestIn(out)).toMatchObject({ complete: false, rows: 9 });
  expect(await runCommand([...source, '--out', out])).toMatchObject({ failure: undefined });
  expect(manifestIn(out)).toMatchObject({ complete: true });
  const parts = readdirSync(out).filter((name) => name.startsWith('part-'));
  const found = parts.flatMap((name) => idsIn(readFileSync(join(out, name), 'utf8')));
  expect([...new Set(found)].sort()).toEqual(IDS);
  expect(found.length).toBeLessThanOrEqual(IDS.length + 9);
});

test('--max of a query that has no positions gives the first ones each time', async () => {
  const { source, checkpoint } = await openItems();
  const ordered = [...source, ...checkpoint, '--query', 'SELECT c.id FROM c ORDER BY c.id', '--max', '3'];
  for (const isSecond of [false, true]) {
    const { failure, stdout, notes } = await runCommand(ordered);
    expect(failure).toBeUndefined();
    expect(idsIn(stdout)).toEqual(IDS.slice(0, 3));
    expect(notes.some((note) => note.includes('starting over'))).toBe(isSecond);
  }
});

test('query-export --continuous --idle-timeout ends once nothing was written for so long, and loses nothing', async () => {
  const { source, checkpoint, rig } = await openItems();
  const follow = [...source, ...checkpoint, '--continuous', '--poll', '10ms', '--idle-timeout', '50ms'];
  const first = await runCommand(follow);
  expect(first).toMatchObject({ failure: undefined });
  expect(idsIn(first.stdout).sort()).toEqual(IDS);
  await fill(rig, ['later', 'item-07'], 2);
  const second = await runCommand(follow);
  expect(second).toMatchObject({ failure: undefined });
  expect(idsIn(second.stdout).sort()).toEqual(['item-07', 'later']);
});

async function openItems() {
  const rig = await useContainer({ ranges: 3 });
  await fill(rig, IDS);
  const source = ['query-export', addressOf(rig.emulator, 'db/items'), '--max-item-count', '4'];
  return { rig, source, checkpoint: ['--checkpoint', join(useDirectory(), 'checkpoint.db')] };
}

function idsIn(lines: string): string[] {
  return lines
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).id);
}

function manifestIn(directory: string): unknown {
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8'));
}
