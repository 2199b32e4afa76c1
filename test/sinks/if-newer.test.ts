import { describe, expect, test, vi } from 'vitest';
import { type Change, EVERYTHING, type Sink } from '../../src/contract.ts';
import { Batches } from '../../src/cosmos/batches.ts';
import type { Fault } from '../../src/emulator/emulator.ts';
import { ageOf } from '../../src/sinks/age.ts';
import { conditionally, judgeAgain } from '../../src/sinks/conditional.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { ifNewer } from '../../src/sinks/if-newer.ts';
import { lookedInto } from '../../src/sinks/looked-into.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { retrying } from '../../src/sinks/retrying.ts';
import { settingAside } from '../../src/sinks/setting-aside.ts';
import { type Stored, storedIn } from '../../src/sinks/stored.ts';
import { countedStrategic, strategicSink } from '../../src/sinks/strategic.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { Tally } from '../../src/support/tally.ts';
import { removal, textOf, upsert } from '../support/changes.ts';
import { type ContainerRigOptions, faultsOn, useContainer } from '../support/container.ts';
import { contentsOf } from '../support/contents.ts';
import { type Random, randomFrom } from '../support/random.ts';
import { patient } from './rig.ts';

// Waits between attempts are what this would spend its time with.
vi.mock('node:timers/promises', async (importActual) => {
  const actual = await importActual<typeof import('node:timers/promises')>();
  return { ...actual, setTimeout: (ms: number, ...rest: []) => actual.setTimeout(ms / 50, ...rest) };
});

describe('by a path', () => {
  test.each<[string, readonly Change[], string[], number]>([
    ['what is newer is written', [upsert('a', 6)], ['a 6'], 0],
    ['what is older is not', [upsert('a', 4)], ['a 5'], 1],
    ['what is the same is not written again', [upsert('a', 5)], ['a 5'], 0],
    ['of several in a page the newest counts, whatever their order', [upsert('a', 7), upsert('a', 6)], ['a 7'], 0],
    ['what is not there is written', [upsert('b', 1)], ['a 5', 'b 1'], 0],
  ])('%s, however often the answer is lost', async (_, changes, left, older) => {
    for (const faults of [[], LOST]) {
      const rig = await open('/version');
      await rig.write([upsert('a', 5)]);
      rig.intercept = faultsOn('batch', faults);
      expect(await rig.write(changes)).toEqual([]);
      expect(await rig.names()).toEqual(left);
      expect(rig.older).toHaveLength(older);
    }
  });

  test('what cannot be compared is refused, and its neighbours are written', async () => {
    const rig = await open('/version');
    await rig.write([upsert('a', 5)]);
    const text = { ...upsert('a'), document: Buffer.from('{"id":"a","pk":"key of a","version":"six"}') };
    const without = { ...upsert('b'), document: Buffer.from('{"id":"b","pk":"key of b"}') };
    expect(await rig.write([text, without, upsert('c', 1)])).toEqual([
      expect.stringMatching(/"b".*no \/version/),
      expect.stringMatching(/"a".*of another type/),
    ]);
    expect(await rig.names()).toEqual(['a 5', 'c 1']);
  });

  test('a document that is kept out by unique values of another is refused', async () => {
    const rig = await open('/version', { policies: { uniqueKeyPolicy: { uniqueKeys: [{ paths: ['/version'] }] } } });
    const document = (id: string, version: number): Change => ({
      key: `"${id}","x"`,
      kind: 'upsert',
      document: Buffer.from(JSON.stringify({ id, pk: 'x', version })),
    });
    await rig.write([document('one', 1)]);
    expect(await rig.write([document('two', 1)])).toEqual([expect.stringMatching(/"two".*409/)]);
    expect(await rig.write([document('two', 0)])).toEqual([]);
    expect(await rig.write([document('two', 1)])).toEqual([expect.stringMatching(/"two".*409/)]);
  });

  test.each([1, 2, 3])(
    'two writers that go through versions in any order leave the newest of each document (seed %i)',
    async (seed) => {
      const random = randomFrom(seed);
      const rig = await open('/version');
      rig.intercept = ({ operation }) => (operation === 'batch' ? trouble(random) : undefined);
      const versions = shuffled(20 * 12, random).map((at) => upsert(`item-${at % 20}`, Math.floor(at / 20) + 1));
      const writers = [versions.filter((_, at) => at % 2 === 0), versions.filter((_, at) => at % 2 === 1)];
      await Promise.all(
        writers.map(async (all) => {
          for (let at = 0; at < all.length; at += 10) await rig.write(all.slice(at, at + 10));
        }),
      );
      rig.intercept = () => undefined;
      expect(await rig.names()).toEqual(Array.from({ length: 20 }, (_, item) => `item-${item} 12`).sort());
    },
  );
});

describe('by _ts', () => {
  const at = (change: Change, time: number): Change => ({ ...change, time });

  test('older ones are not written over newer ones, and of one second the later of the source is', async () => {
    const rig = await open('_ts');
    await rig.write([at(upsert('a', 1), 100), at(upsert('b', 1), 100), at(upsert('c', 1), 100)]);
    await rig.write([at(upsert('a', 2), 99), at(upsert('b', 2), 100), at(upsert('c', 2), 101)]);
    expect(await rig.names()).toEqual(['a 1', 'b 2', 'c 2']);
    await rig.write([at(removal('a'), 99), at(removal('b'), 100), at(removal('c'), 102), at(removal('d'), 1)]);
    expect(await rig.names()).toEqual(['a 1']);
  });

  test('what somebody else wrote in the target counts as of then', async () => {
    const rig = await open('_ts');
    await cosmosSink(rig.connection, rig.facts, { concurrency: 1 }).write([upsert('a', 1), upsert('b', 1)], EVERYTHING);
    const now = Math.floor(Date.now() / 1000);
    await rig.write([at(upsert('a', 2), now - 60), at(upsert('b', 2), now + 60)]);
    expect(await rig.names()).toEqual(['a 1', 'b 2']);
  });

  test('what tells no time is refused', async () => {
    const rig = await open('_ts');
    expect(await rig.write([upsert('a')])).toEqual([expect.stringContaining('it tells no _ts')]);
  });
});

describe('without anything around it, of one page', () => {
  const [nameless, a, b] = [upsert('nameless'), { ...upsert('a'), lsn: 2 }, { ...upsert('b'), lsn: 3 }];
  const reason = new Error('busy');
  /** What is handed on to the sink, and what comes of it. */
  const writeBy = async (
    changes: readonly Change[],
    { rule = '_lsn', stored = async () => new Map(), fails }: { rule?: string; stored?: Stored; fails?: Failing } = {},
  ) => {
    const written: Change[] = [];
    const older: Change[] = [];
    const write: Sink['write'] = async (wanted) => {
      if (fails) throw fails(wanted);
      written.push(...wanted);
    };
    const sink = ifNewer({ write, close: async () => {} }, { ...newness(rule, older), keeps: false, stored });
    const error = await sink.write(changes, EVERYTHING).catch((thrown: unknown) => thrown);
    return { written, older, error };
  };

  test('what could not be delivered comes before what is refused, which is left with it', async () => {
    const { error } = await writeBy([nameless, a], {
      fails: (wanted) => new Undelivered(wanted, { retryAfterMs: 7, reason }),
    });
    expect(error).toBeInstanceOf(Undelivered);
    expect(error).toMatchObject({ changes: [a, nameless], retryAfterMs: 7, reason });
  });

  test('what the target refuses, and what is left beside it, are named as they came', async () => {
    const { error } = await writeBy([nameless, a, b], {
      fails: ([first, ...left]) => new Refused([{ change: first as Change, reason }], left),
    });
    expect((error as Refused).refusals.map(({ change }) => change)).toEqual([nameless, a]);
    expect((error as Refused).left).toEqual([b]);
  });

  test('everything is left while nobody tells what the target has, also what is to be refused', async () => {
    const stored: Stored = async (changes) => {
      throw new Undelivered(changes, { retryAfterMs: 7, reason });
    };
    const { error } = await writeBy([nameless, { ...a, lsn: 1 }, a], { stored });
    expect(error).toBeInstanceOf(Undelivered);
    expect((error as Undelivered).changes).toEqual([nameless, { ...a, lsn: 1 }, a]);
  });

  test('nothing is deleted where there is nothing, for something may come there meanwhile', async () => {
    expect((await writeBy([{ ...removal('a'), lsn: 2 }])).written).toEqual([]);
  });

  test('of two of one age the later is written', async () => {
    const { written } = await writeBy([
      { ...a, ...upsert('a', 1) },
      { ...a, ...upsert('a', 2) },
    ]);
    expect(written.map(textOf)).toEqual([textOf(upsert('a', 2))]);
  });

  test.each<[string, string, Change]>([
    ['what tells no age is written over', '/version', a],
    [
      'a document that is nothing but its key is deleted in the second it was written in',
      '_ts',
      { ...removal('a'), time: 5 },
    ],
  ])('%s', async (_, rule, change) => {
    const there = { text: Buffer.from('{"id":"a","pk":"key of a","_srcTs":5}'), etag: 'e' };
    const stored: Stored = async () => new Map([[a.key, there]]);
    const { written, older } = await writeBy([change], { rule, stored });
    expect([written.length, older]).toEqual([1, []]);
  });

  test('another one of the same age is not written over, and told', async () => {
    const there = { text: Buffer.from('{"id":"a","pk":"key of a","version":1,"by":"somebody else"}'), etag: 'e' };
    const stored: Stored = async () => new Map([[a.key, there]]);
    const { written, older } = await writeBy([a], { rule: '/version', stored });
    expect([written, older]).toEqual([[], [a]]);
  });
});

test('what became newer while a deletion was on its way is not deleted', async () => {
  const rig = await useContainer({ ranges: 1 });
  const plain = cosmosSink(rig.connection, rig.facts, { concurrency: 1 });
  const stored = storedIn(rig.connection, rig.facts, { concurrency: 1 });
  await plain.write([{ ...upsert('a', 1) }], EVERYTHING);
  const first = await stored([upsert('a')]);
  await plain.write([upsert('a', 9)], EVERYTHING);
  let looks = 0;
  const late: Stored = (changes) => (looks++ === 0 ? Promise.resolve(first) : stored(changes));
  const target = cosmosSink(rig.connection, rig.facts, { concurrency: 1, phrase: conditionally });
  const sink = patient(ifNewer(lookedInto(target, late, judgeAgain), { ...newness('/version'), stored: late }), 20_000);
  const document = Buffer.from('{"id":"a","pk":"key of a","version":5}');
  await sink.write([{ ...removal('a'), document }], EVERYTHING);
  expect(namesIn(await contentsOf(rig.emulator, 'db/items'))).toEqual(['a 9']);
});

test('what is as new as what is there, or older, is counted apart from what is written', async () => {
  const { connection, facts } = await useContainer({ ranges: 1 });
  const tally = new Tally();
  const sink = countedStrategic(connection, facts, tally, {
    write: 'upsert',
    concurrency: 1,
    newness: newness('/version'),
  });
  await sink.write([upsert('a', 2), upsert('b', 2)], EVERYTHING);
  await sink.write([upsert('a', 2), upsert('b', 1), upsert('c', 1)], EVERYTHING);
  expect(tally).toMatchObject({ written: 3, unchanged: 2 });
});

test.each([
  ['is taken for new where nothing is compared', undefined, 'a 2'],
  ['changes nothing with --if-newer', '/version', 'a 3'],
])('a request that was cut off, and arrives after its repetition and a newer version, %s', async (_, rule, left) => {
  const rig = await useContainer({ ranges: 1 });
  const options = { write: 'upsert', concurrency: 1, newness: rule === undefined ? undefined : newness(rule) } as const;
  const sink = patient(strategicSink(rig.connection, rig.facts, options), 20_000);
  await sink.write([upsert('a', 1)], EVERYTHING);
  let arrive: (() => Promise<unknown>) | undefined;
  const post = Batches.prototype.post;
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async function (this: Batches, container, rangeId, body, how) {
    if (arrive || !body.includes('"version":2')) return post.call(this, container, rangeId, body, how);
    const sent = Buffer.from(body);
    arrive = () => post.call(this, container, rangeId, sent);
    throw Object.assign(new Error('cut off'), { code: 'ECONNRESET' });
  });
  await sink.write([upsert('a', 2)], EVERYTHING);
  await sink.write([upsert('a', 3)], EVERYTHING);
  await arrive?.();
  vi.restoreAllMocks();
  expect(namesIn(await contentsOf(rig.emulator, 'db/items'))).toEqual([left]);
});

type Failing = (wanted: readonly Change[]) => Error;

const LOST: readonly Fault[] = [{ after: 'drop' }, { after: 'reset' }, { after: 'drop' }];

function trouble(random: Random): Fault | undefined {
  if (random.chance(0.1)) return { status: random.pick([429, 503, 449]), retryAfterMs: 1 };
  return random.chance(0.3) ? { after: 'drop' } : undefined;
}

async function open(rule: string, options: ContainerRigOptions = {}) {
  const rig = await useContainer({ ranges: 2, ...options });
  const older: Change[] = [];
  const refusals: string[] = [];
  const inner = strategicSink(rig.connection, rig.facts, {
    write: 'upsert',
    concurrency: 4,
    newness: newness(rule, older),
  });
  const setAside = async (refused: Refused): Promise<void> => {
    refusals.push(...refused.refusals.map(({ reason }) => (reason as Error).message));
  };
  const patience = { budgetMs: 20_000, signal: new AbortController().signal };
  const sink = settingAside(retrying(inner, patience), setAside, new Tally());
  return Object.assign(rig, {
    older,
    /** Resolves with what is said of the changes that are refused. */
    write: async (changes: readonly Change[]) => {
      await sink.write(changes, EVERYTHING);
      return refusals.splice(0);
    },
    names: async () => namesIn(await contentsOf(rig.emulator, 'db/items')),
  });
}

function newness(rule: string, older: Change[] = []) {
  const age = ageOf(rule);
  return { age, keeps: true, writesEqual: age.isCoarse, onOlder: (change: Change) => void older.push(change) };
}

function namesIn(texts: readonly string[]): string[] {
  return texts
    .map((text) => JSON.parse(text) as { id: string; version: number })
    .map(({ id, version }) => `${id} ${version}`)
    .sort();
}

function shuffled(count: number, random: Random): number[] {
  const order = Array.from({ length: count }, (_, index) => ({ index, rank: random.fraction() }));
  return order.sort((a, b) => a.rank - b.rank).map(({ index }) => index);
}
