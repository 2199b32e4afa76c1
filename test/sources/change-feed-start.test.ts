import { describe, expect, test } from 'vitest';
import type { Position, Source } from '../../src/contract.ts';
import { assertTiles } from '../../src/pipeline/tiling.ts';
import { idOf, pagesOf, readAll } from '../support/changes.ts';
import { feedOf, fill, openFeed } from './rig.ts';

describe('from now', () => {
  test('what is there does not come, and everything does that is written once the starts are known', async () => {
    const rig = await openFeed({ ranges: 3, documents: 30 });
    const source = feedOf(rig, { start: 'now' });
    const starts = await source.starts();
    expect(starts.map(({ resumeAt }) => resumeAt)).not.toContain(undefined);
    const ids = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
    await fill(rig, ids);
    expect(await idsFrom(source, starts)).toEqual(ids);
  });

  test('asks all ranges at once', async () => {
    const rig = await openFeed({ ranges: 4, documents: 4 });
    const stop = new AbortController();
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation !== 'changeFeed') return undefined;
      if (++requests === 4) stop.abort();
      return { hang: true };
    };
    await expect(feedOf(rig, { start: 'now', signal: stop.signal }).starts()).rejects.toThrow();
    expect(requests).toBe(4);
  });

  test('a split while the starts are looked for gives starts that tile, and lose nothing', async () => {
    const rig = await openFeed({ ranges: 1, documents: 30 });
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation === 'changeFeed' && ++requests === 1) rig.emulator.split('db', 'items');
      return undefined;
    };
    const source = feedOf(rig, { start: 'now' });
    const starts = await source.starts();
    expect(starts).toHaveLength(2);
    assertTiles(starts.map(({ range }) => range));
    await fill(rig, ['a', 'b', 'c', 'd', 'e', 'f']);
    expect(await idsFrom(source, starts)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  test('ends at once where that is asked for', async () => {
    const rig = await openFeed({ ranges: 2, documents: 30 });
    expect(await readAll(feedOf(rig, { start: 'now' }))).toEqual([]);
  });
});

describe('from a time', () => {
  test('comes what was written in that second or later', async () => {
    const clock = useClock();
    const rig = await openFeed({ ranges: 2, clock: clock.now });
    await fill(rig, ['long before']);
    clock.pass(60);
    await fill(rig, ['just before']);
    clock.pass(1);
    const since = clock.seconds();
    await fill(rig, ['then']);
    clock.pass(1);
    await fill(rig, ['later']);
    expect((await readAll(feedOf(rig, { start: { since } }))).map(idOf).sort()).toEqual(['later', 'then']);
  });

  test('costs no request to begin with, and asks for a little more than is wanted', async () => {
    const clock = useClock();
    const rig = await openFeed({ ranges: 2, clock: clock.now });
    const asked: unknown[] = [];
    rig.intercept = ({ operation, headers }) => {
      if (operation === 'changeFeed') asked.push(headers['if-modified-since'], headers['if-none-match']);
      return undefined;
    };
    const source = feedOf(rig, { start: { since: clock.seconds() } });
    const [start] = (await source.starts()) as [Position];
    expect(asked).toEqual([]);
    await pagesOf(source, start.range, start.resumeAt);
    expect(asked).toEqual([new Date((clock.seconds() - 5) * 1000).toUTCString(), undefined]);
  });

  test('the time is not forgotten by a range that has not answered yet, whatever happens to it', async () => {
    const clock = useClock();
    const rig = await openFeed({ ranges: 2, clock: clock.now });
    await fill(
      rig,
      Array.from({ length: 20 }, (_, index) => `old ${index}`),
    );
    clock.pass(60);
    const since = clock.seconds();
    const starts = await feedOf(rig, { start: { since } }).starts();
    const ids = ['a', 'b', 'c', 'd', 'e', 'f'];
    await fill(rig, ids);
    rig.emulator.split('db', 'items');
    rig.emulator.merge('db', 'items');
    rig.emulator.merge('db', 'items');
    // Another run goes by what is stored, not by what it was started with.
    expect(await idsFrom(feedOf(rig), starts)).toEqual(ids);
  });
});

function useClock(): { now: () => number; pass(seconds: number): void; seconds(): number } {
  let ms = Math.floor(Date.now() / 1000) * 1000 - 300_000;
  return {
    now: () => ms,
    pass: (seconds) => {
      ms += seconds * 1000;
    },
    seconds: () => ms / 1000,
  };
}

/** The ids of all that comes from these positions on, through splits. */
async function idsFrom(source: Source, starts: readonly Position[]): Promise<string[]> {
  return (await readAll({ ...source, starts: async () => starts })).map(idOf).sort();
}
