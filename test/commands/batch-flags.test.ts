import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { Fault } from '../../src/emulator/emulator.ts';
import { type ContainerRig, useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const FOREVER = '10d';
const PAGE_ITEMS = 10;

describe('pages that do not fill a batch', () => {
  test.each([
    ['sent one by one', [], Array(6).fill(PAGE_ITEMS)],
    ['put together in batches of a time', ['--batch', 'time', '--batch-max-wait', FOREVER], [60]],
    ['put together in batches of a size', ['--batch', 'size', '--batch-max-items', '40'], Array(6).fill(10)],
    [
      'as large as they may be',
      ['--batch', 'time', '--batch-max-wait', FOREVER, '--batch-max-items', '25'],
      [25, 25, 10],
    ],
    ['adapted, and told to wait', ['--batch-max-wait', FOREVER], [60]],
    ['of a key each', ['--batch', 'partition', '--batch-max-wait', FOREVER], [20, 20, 20]],
  ])('are %s', async (_, flags, sizes) => {
    const rig = await open(60);
    const { failure } = await rig.copy(...flags);
    expect(failure).toBeUndefined();
    expect(rig.batches.toSorted((a, b) => b - a)).toEqual(sizes);
    expect(await rig.copied()).toEqual(await contentsOf(rig.emulator, 'db/items'));
  });
});

describe('with --follow, what does not fill a batch', () => {
  test('arrives when it has waited for as long as it may', async () => {
    const rig = await open(3);
    const stop = new AbortController();
    const running = rig.copy('--follow', '--poll', '10ms', '--batch', 'time', '--batch-max-wait', '20ms', stop.signal);
    await vi.waitFor(async () => expect(await rig.copied()).toHaveLength(3), 5000);
    stop.abort();
    await running;
  });

  test('waits, and is sent and committed when the copy is told to stop', async () => {
    const rig = await open(3);
    const stop = new AbortController();
    const running = rig.copy('--follow', '--poll', '10ms', '--batch-max-wait', FOREVER, stop.signal);
    // What was read before the feed is asked twice more has come to the sink.
    await vi.waitFor(() => expect(rig.feeds()).toBeGreaterThan(3), 5000);
    expect(rig.batches).toEqual([]);
    stop.abort();
    await running;
    expect(await rig.copied()).toHaveLength(3);
    expect((await rig.copy()).notes.join()).toMatch(/going on where/);
    expect(rig.batches).toEqual([3]);
  });
});

test('what is produced in trickles is put together', async () => {
  const rig = await open(0);
  const args = ['--count', '30', '--rate', '1000', '--batch', 'time', '--batch-max-wait', FOREVER];
  const { failure } = await runCommand(['produce', addressOf(rig.emulator, 'db/orders'), ...args]);
  expect(failure).toBeUndefined();
  expect(rig.batches).toEqual([30]);
});

describe('it is refused to wait for what cannot come', () => {
  test.each([
    ['copy', ['--batch', 'time', '--batch-max-items', '1'], /--batch time has nothing to wait for/],
    ['produce', ['--batch-max-wait', '1s', '--batch-max-items', '1'], /--batch-max-wait has nothing to wait for/],
  ])('by %s %j', async (command, flags, message) => {
    const addresses = command === 'copy' ? ['embedded:a/b', 'embedded:a/c'] : ['embedded:a/b'];
    const { failure } = await runCommand([command, ...addresses, ...flags]);
    expect(failure).toMatchObject({ code: 'usage', message: expect.stringMatching(message) });
    expect(failure).toHaveProperty('hint', expect.stringContaining('leave out'));
  });
});

test('a transform with state, whose pages come one by one, is not held up by batches that wait', async () => {
  const module = join(useDirectory(), 'count.mjs');
  writeFileSync(module, 'export const state = {}; export default (change) => change;');
  const args = ['copy', 'embedded:a/b', 'embedded:a/c', '--transform', module];
  const { failure } = await runCommand([...args, '--batch', 'time']);
  expect(failure).toMatchObject({ code: 'usage', message: expect.stringMatching(/state.*--batch time/) });
});

type Batching = ContainerRig & {
  /** Operations in each batch that was written to the copy. */
  readonly batches: number[];
  readonly feeds: () => number;
  copy(...flags: readonly (string | AbortSignal)[]): ReturnType<typeof runCommand>;
  copied(): Promise<readonly string[]>;
};

/** A container of one range with so many documents of three keys, which is copied in small pages. */
async function open(count: number): Promise<Batching> {
  const rig = await useContainer({ ranges: 1 });
  const checkpoint = join(useDirectory(), 'checkpoint.db');
  const items = rig.client.database('db').container('items');
  for (let index = 0; index < count; index++) await items.items.create({ id: `${index}`, pk: index % 3 });
  const batches: number[] = [];
  let feeds = 0;
  rig.intercept = ({ operation, body }): Fault | undefined => {
    if (operation === 'batch') batches.push((JSON.parse(body.toString()) as unknown[]).length);
    if (operation === 'changeFeed') feeds++;
    return undefined;
  };
  return Object.assign(rig, {
    batches,
    feeds: () => feeds,
    copied: () => contentsOf(rig.emulator, 'db/copy').catch(() => []),
    copy: (...given: readonly (string | AbortSignal)[]) => {
      const flags = given.filter((flag) => typeof flag === 'string');
      const signal = given.find((flag) => typeof flag !== 'string');
      const addresses = [addressOf(rig.emulator, 'db/items'), addressOf(rig.emulator, 'db/copy')];
      const usual = ['--checkpoint', checkpoint, '--max-item-count', String(PAGE_ITEMS)];
      return runCommand(['copy', ...addresses, ...usual, ...flags], signal);
    },
  });
}
