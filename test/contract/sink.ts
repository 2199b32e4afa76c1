import { describe, expect, test } from 'vitest';
import { EVERYTHING, type Sink } from '../../src/contract.ts';
import { removal, textOf, upsert } from '../support/changes.ts';

export interface SinkRig {
  readonly sink: Sink;
  /** The texts of the documents that the destination has now, sorted; read past the sink. */
  readonly contents: () => Promise<readonly string[]>;
}

/** What every sink promises. `open` gives an empty one, and sees to it that it is closed when the test ends. */
export function describeSink(name: string, open: () => Promise<SinkRig>): void {
  describe(`${name} sink`, () => {
    test('has delivered every change of a write by the time it resolves', async () => {
      const { sink, contents } = await open();
      const changes = Array.from({ length: 250 }, (_, index) => upsert(`item-${index}`));
      await sink.write(changes, EVERYTHING);
      expect(await contents()).toEqual(changes.map(textOf).sort());
    });

    test('takes a write without changes', async () => {
      const { sink, contents } = await open();
      await sink.write([], EVERYTHING);
      expect(await contents()).toEqual([]);
    });

    test('ends with the last of several versions in one write', async () => {
      const { sink, contents } = await open();
      await sink.write(
        [upsert('a', 1), upsert('b', 1), upsert('a', 2), removal('b'), upsert('a', 3), upsert('b', 2)],
        EVERYTHING,
      );
      expect(await contents()).toEqual([upsert('a', 3), upsert('b', 2)].map(textOf));
    });

    test('ends with the version of the later write', async () => {
      const { sink, contents } = await open();
      await sink.write([upsert('a', 2), upsert('b', 1)], EVERYTHING);
      await sink.write([upsert('a', 1), removal('b')], EVERYTHING);
      expect(await contents()).toEqual([upsert('a', 1)].map(textOf));
    });

    test('takes the same changes again', async () => {
      const { sink, contents } = await open();
      const changes = [upsert('a', 1), upsert('b', 1), removal('c'), upsert('a', 2)];
      await sink.write(changes, EVERYTHING);
      await sink.write(changes, EVERYTHING);
      expect(await contents()).toEqual([upsert('a', 2), upsert('b', 1)].map(textOf));
    });

    test('deletes what is not there without complaint', async () => {
      const { sink, contents } = await open();
      await sink.write([removal('never'), upsert('a'), removal('nowhere')], EVERYTHING);
      expect(await contents()).toEqual([upsert('a')].map(textOf));
    });

    test('takes writes with other keys while one is open', async () => {
      const { sink, contents } = await open();
      const pages = Array.from({ length: 8 }, (_, page) =>
        Array.from({ length: 40 }, (_, index) => upsert(`item-${page}-${index}`)),
      );
      await Promise.all(pages.map((page) => sink.write(page, EVERYTHING)));
      expect(await contents()).toEqual(pages.flat().map(textOf).sort());
    });
  });
}
