import { describe, expect, test } from 'vitest';
import { type Change, EVERYTHING, type Sink } from '../../src/contract.ts';
import { counted } from '../../src/sinks/counted.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { type SetAside, settingAside } from '../../src/sinks/setting-aside.ts';
import { strict } from '../../src/sinks/strict.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { FlowError } from '../../src/support/error.ts';
import { Tally } from '../../src/support/tally.ts';
import { describeSink } from '../contract/sink.ts';
import { idOf, textOf, upsert } from '../support/changes.ts';
import { memorySink } from './rig.ts';

const NEVER = new AbortController().signal;

for (const [name, wrap] of [
  ['setting aside', (sink: Sink) => lenient(sink, async () => {})],
  ['strict', (sink: Sink) => strict(sink)],
] as const) {
  describeSink(name, async () => {
    const { sink, contents } = memorySink();
    return { sink: wrap(sink), contents };
  });
}

test('what is refused is set aside, and its neighbours arrive', async () => {
  const { sink, contents } = refusing(/"id":"[bd]"/);
  const aside: [string, number][] = [];
  const write = lenient(sink, async ({ refusals }, _, attempt) => {
    for (const { change } of refusals) aside.push([idOf(change), attempt]);
  }).write(
    ['a', 'b', 'c', 'd', 'e'].map((id) => upsert(id)),
    EVERYTHING,
  );
  await write;
  expect(aside).toEqual([
    ['b', 1],
    ['d', 2],
  ]);
  expect(await contents()).toEqual(['a', 'c', 'e'].map((id) => textOf(upsert(id))));
});

test('a write is over only once what was refused is kept', async () => {
  const { sink } = refusing(/"id":"a"/);
  const kept = Promise.withResolvers<void>();
  let isOver = false;
  const write = lenient(sink, () => kept.promise)
    .write([upsert('a')], EVERYTHING)
    .then(() => {
      isOver = true;
    });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  await new Promise(setImmediate);
  expect(isOver).toBe(false);
  kept.resolve();
  await write;
});

test('a write fails when what was refused cannot be kept, and nothing more of it is written', async () => {
  const { sink, contents } = refusing(/"id":"a"/);
  const full = new FlowError('local_io', 'the disk is full');
  const write = lenient(sink, () => Promise.reject(full)).write([upsert('a'), upsert('b')], EVERYTHING);
  await expect(write).rejects.toBe(full);
  expect(await contents()).toEqual([]);
});

test('what was set aside is counted, and so is what is written of the rest', async () => {
  const { sink } = refusing(/"id":"[bc]"/);
  const tally = new Tally();
  tally.page(EVERYTHING, 4, 0, false);
  await settingAside(counted(sink, tally), async () => {}, tally).write(
    ['a', 'b', 'c', 'd'].map((id) => upsert(id)),
    EVERYTHING,
  );
  expect(tally).toMatchObject({ read: 4, written: 2, setAside: 2, settled: 4 });
});

test('other failures are left to others, and so is what is to be written again', async () => {
  let writes = 0;
  const sink: Sink = {
    ...memorySink().sink,
    write: async (changes) => {
      writes++;
      if (writes === 1) throw refusal(changes.slice(0, 1), changes.slice(1));
      if (writes === 2) throw new Undelivered(changes, { retryAfterMs: 1, reason: new Error('busy') });
    },
  };
  const aside: string[] = [];
  const wrapped = lenient(retrying(sink, { budgetMs: 5000, signal: NEVER }), async ({ refusals }) => {
    aside.push(...refusals.map(({ change }) => idOf(change)));
  });
  await wrapped.write([upsert('a'), upsert('b')], EVERYTHING);
  expect([aside, writes]).toEqual([['a'], 3]);
  const broken = lenient({ ...sink, write: () => Promise.reject(new TypeError('a bug')) }, async () => {});
  await expect(broken.write([upsert('a')], EVERYTHING)).rejects.toThrow(TypeError);
});

test('after a version that was set aside, the next one of the document is written', async () => {
  const { sink, contents } = refusing(/"version":5/);
  const wrapped = lenient(sink, async () => {});
  await wrapped.write([upsert('a', 5)], EVERYTHING);
  await wrapped.write([upsert('a', 6)], EVERYTHING);
  expect(await contents()).toEqual([textOf(upsert('a', 6))]);
});

test('what the sink notes in its last write is kept', async () => {
  const notes = new Map([['name', 'text']]);
  let writes = 0;
  const sink: Sink = {
    ...memorySink().sink,
    write: async (changes) => {
      if (writes++ === 0) throw refusal(changes.slice(0, 1), changes.slice(1));
      return notes;
    },
  };
  expect(await lenient(sink, async () => {}).write([upsert('a'), upsert('b')], EVERYTHING)).toBe(notes);
});

describe('a strict sink', () => {
  test('fails with the reason of the first change that is refused', async () => {
    const { sink } = refusing(/"id":"[bc]"/);
    await expect(
      strict(sink).write(
        ['a', 'b', 'c'].map((id) => upsert(id)),
        EVERYTHING,
      ),
    ).rejects.toThrow('"b" is refused');
  });

  test('adds what to do', async () => {
    const { sink } = refusing(/"id":"b"/);
    await expect(strict(sink, 'or else').write([upsert('b')], EVERYTHING)).rejects.toMatchObject({
      code: 'sink_refused',
      message: '"b" is refused',
      hint: 'mend it; or else',
    });
  });
});

/** Takes changes one by one, up to the first whose text fits. */
function refusing(pattern: RegExp): ReturnType<typeof memorySink> {
  const { sink, contents } = memorySink();
  const write = async (changes: readonly Change[]): Promise<void> => {
    const at = changes.findIndex((change) => pattern.test(textOf(change)));
    if (at < 0) await sink.write(changes, EVERYTHING);
    else {
      await sink.write(changes.slice(0, at), EVERYTHING);
      // Whoever asks for ever leaves time for others to notice.
      await new Promise(setImmediate);
      throw refusal(changes.slice(at, at + 1), changes.slice(at + 1));
    }
  };
  return { sink: { ...sink, write }, contents };
}

function refusal(changes: readonly Change[], left: readonly Change[]): Refused {
  const reasonOf = (change: Change) =>
    new FlowError('sink_refused', `"${idOf(change)}" is refused`, { hint: 'mend it' });
  return new Refused(
    changes.map((change) => ({ change, reason: reasonOf(change) })),
    left,
  );
}

function lenient(sink: Sink, setAside: SetAside): Sink {
  return settingAside(sink, setAside, new Tally());
}
