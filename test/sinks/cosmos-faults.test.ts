import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { Batches } from '../../src/cosmos/batches.ts';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { Gates } from '../../src/sinks/gates.ts';
import { Refused } from '../../src/sinks/refused.ts';
import { settingAside } from '../../src/sinks/setting-aside.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { buffers } from '../../src/support/buffers.ts';
import { Tally } from '../../src/support/tally.ts';
import { idOf, removal, textOf, upsert } from '../support/changes.ts';
import { faultsOn, useConnection } from '../support/container.ts';
import { openCosmosSink, patient } from './rig.ts';

const CHANGES = Array.from({ length: 120 }, (_, index) => upsert(`item-${index}`));
const NO_BODY = Buffer.from('[]');
const ALL = CHANGES.map(textOf).sort();

// Whoever still looks at memory that was given back finds something else there.
beforeEach(() => {
  const giveBack = buffers.giveBack.bind(buffers);
  vi.spyOn(buffers, 'giveBack').mockImplementation((view) => {
    Buffer.from(view.buffer).fill('!');
    giveBack(view);
  });
});

afterEach(() => {
  vi.restoreAllMocks();
});

describe('everything arrives although', () => {
  test.each<[string, readonly Fault[]]>([
    [
      'requests are told to come back later',
      [
        { status: 429, retryAfterMs: 1 },
        { status: 429, retryAfterMs: 1 },
      ],
    ],
    ['more are than the SDK tries again', Array.from({ length: 30 }, () => ({ status: 429, retryAfterMs: 1 }))],
    ['the service is not available', [{ status: 503 }, { status: 503 }]],
    ['the service fails', [{ status: 500 }]],
    ['an operation met another', [{ status: 449 }, { status: 449 }]],
    ['the service ran out of time', [{ status: 408 }, { status: 408 }]],
    [
      'a range is on the move',
      [
        { status: 410, substatus: 1007 },
        { status: 410, substatus: 1008 },
      ],
    ],
    ['connections are cut before anything is applied', [{ before: 'drop' }, { before: 'drop' }, { before: 'drop' }]],
    ['answers are lost after everything is applied', [{ after: 'drop' }, { after: 'drop' }, { after: 'drop' }]],
    ['the server is slow', [{ delayMs: 150 }, { delayMs: 150 }]],
  ])('%s', async (_, faults) => {
    const rig = await openCosmosSink();
    rig.intercept = faultsOn('batch', faults);
    await patient(rig.sink, 20_000).write(CHANGES, EVERYTHING);
    expect(await rig.contents()).toEqual(ALL);
  });

  test('the ranges have split since they were read', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    const sink = patient(rig.sink, 20_000);
    await sink.write(
      CHANGES.map(({ key }) => removal(JSON.parse(`[${key}]`)[0])),
      EVERYTHING,
    );
    for (let split = 0; split < 3; split++) rig.emulator.split('db', 'items');
    await sink.write(CHANGES, EVERYTHING);
    expect(await rig.contents()).toEqual(ALL);
  });

  test('the ranges split at every third request', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    let requests = 0;
    rig.intercept = ({ operation }) => {
      if (operation === 'batch' && requests++ % 3 === 0) rig.emulator.split('db', 'items');
      return undefined;
    };
    const pages = Array.from({ length: 6 }, (_, page) => CHANGES.slice(page * 20, page * 20 + 20));
    const sink = patient(rig.sink, 20_000);
    for (const page of pages) await sink.write(page, EVERYTHING);
    expect(await rig.contents()).toEqual(ALL);
    expect(requests).toBeGreaterThan(6);
  });

  test('some operations of a batch are told to come back later, and only those are sent again', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    const sent = throttleOdd();
    await patient(rig.sink, 20_000).write(CHANGES.slice(0, 50), EVERYTHING);
    expect(await rig.contents()).toEqual(CHANGES.slice(0, 50).map(textOf).sort());
    expect(sent).toEqual([
      CHANGES.slice(0, 50).map(idOf),
      CHANGES.slice(0, 50)
        .filter((_, at) => at % 2)
        .map(idOf),
    ]);
  });
});

describe('without patience around it, the sink says what is left:', () => {
  test('the operations that were told to come back later, and when', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    throttleOdd();
    const error = await rig.sink.write(CHANGES.slice(0, 10), EVERYTHING).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Undelivered);
    expect(error).toMatchObject({ changes: CHANGES.slice(0, 10).filter((_, at) => at % 2), retryAfterMs: 7 });
    expect(rig.connection.meter.throttled).toBe(5);
  });

  test('every change of a request without an answer', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    rig.intercept = ({ operation }) => (operation === 'batch' ? { before: 'drop' } : undefined);
    await expect(rig.sink.write([upsert('a'), removal('b')], EVERYTHING)).rejects.toMatchObject({
      changes: [upsert('a'), removal('b')],
      reason: { code: 'sink_unavailable' },
    });
  });
});

describe('it is given up at once when', () => {
  test('a document is too large, which is named', async () => {
    const rig = await openCosmosSink();
    const document = Buffer.from(
      JSON.stringify({ id: 'the large one', pk: 'x', padding: 'x'.repeat(2 * 1024 * 1024) }),
    );
    const write = patient(rig.sink, 20_000).write(
      [upsert('a'), { key: '"the large one","x"', kind: 'upsert', document }],
      EVERYTHING,
    );
    await expect(write).rejects.toMatchObject({
      code: 'sink_refused',
      message: expect.stringMatching(/db\/items.*"the large one".*20\d\d\d\d\d bytes/),
    });
  });

  test('the key is wrong', async () => {
    const rig = await openCosmosSink();
    const wrong = useConnection({ endpoint: rig.emulator.endpoint, key: Buffer.from('wrong').toString('base64') });
    const sink = cosmosSink(wrong, rig.facts, { concurrency: 1 });
    const error = await patient(sink, 20_000)
      .write(CHANGES, EVERYTHING)
      .catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: 'unauthorized', hint: expect.stringMatching(/COSMOS_TARGET_KEY/) });
  });

  test('the container is gone', async () => {
    const rig = await openCosmosSink();
    await rig.client.database('db').container('items').delete();
    await expect(patient(rig.sink, 20_000).write(CHANGES, EVERYTHING)).rejects.toMatchObject({ code: 'sink_refused' });
  });
});

test('a container that was created again between two writes is not filled with half of the documents', async () => {
  const rig = await openCosmosSink();
  await rig.sink.write(CHANGES.slice(0, 60), EVERYTHING);
  await rig.client.database('db').container('items').delete();
  await rig.client.database('db').containers.create({ id: 'items', partitionKey: { paths: ['/pk'], version: 2 } });
  await expect(patient(rig.sink, 20_000).write(CHANGES.slice(60), EVERYTHING)).rejects.toMatchObject({
    code: 'container_recreated',
    hint: expect.stringMatching(/--restart/),
  });
});

test('a document whose unique values another one has is refused, and the error says so', async () => {
  const rig = await openCosmosSink({ ranges: 1 });
  const outcomes = [{ statusCode: 201 }, { statusCode: 409 }];
  vi.spyOn(Batches.prototype, 'post').mockResolvedValue({ outcomes, containerRid: undefined, body: NO_BODY });
  await expect(patient(rig.sink, 20_000).write([upsert('a'), upsert('b')], EVERYTHING)).rejects.toMatchObject({
    code: 'sink_refused',
    message: expect.stringContaining('"b"'),
    hint: expect.stringMatching(/unique-key/),
  });
});

describe('of changes that are never taken, the sink says which, and what is left:', () => {
  test.each([413, 409, 400, 403])(
    'an operation in a batch that is answered %i; its neighbours arrive',
    async (status) => {
      const rig = await openCosmosSink({ ranges: 1 });
      answerOperation(37, status);
      const changes = CHANGES.slice(0, 100);
      const error = await rig.sink.write(changes, EVERYTHING).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(Refused);
      const { refusals, left } = error as Refused;
      expect(refusals).toMatchObject([{ change: changes[37], status, substatus: 0, reason: { code: 'sink_refused' } }]);
      expect(left).toEqual([]);
      expect(await rig.contents()).toEqual(changes.toSpliced(37, 1).map(textOf).sort());
    },
  );

  test('and what was only told to come back later, or failed with another, is left', async () => {
    const rig = await openCosmosSink({ ranges: 1 });
    const answers = [201, 429, 413, 424, 409].map((statusCode) => ({ statusCode }));
    vi.spyOn(Batches.prototype, 'post').mockResolvedValue({
      outcomes: answers,
      containerRid: undefined,
      body: NO_BODY,
    });
    const changes = CHANGES.slice(0, 5);
    const error = (await rig.sink.write(changes, EVERYTHING).catch((thrown: unknown) => thrown)) as Refused;
    expect(error.refusals.map(({ change, status }) => [idOf(change), status])).toEqual([
      ['item-2', 413],
      ['item-4', 409],
    ]);
    expect(error.left.map(idOf)).toEqual(['item-1', 'item-3']);
  });

  test.each([400, 413])(
    'one that has the whole request refused with %i is found, and its neighbours arrive',
    async (code) => {
      const rig = await openCosmosSink({ ranges: 1 });
      const post = Batches.prototype.post;
      let posts = 0;
      vi.spyOn(Batches.prototype, 'post').mockImplementation(async function (this: Batches, container, range, body) {
        posts++;
        if (body.includes('"item-37"')) throw Object.assign(new Error('no'), { code });
        return post.call(this, container, range, body);
      });
      const changes = CHANGES.slice(0, 100);
      const aside: Refused[] = [];
      const sink = settingAside(rig.sink, async (refused) => void aside.push(refused), new Tally());
      await sink.write(changes, EVERYTHING);
      expect(aside.flatMap(({ refusals }) => refusals)).toMatchObject([{ change: changes[37], status: code }]);
      expect(aside[0]?.refusals[0]?.reason).toMatchObject({ message: expect.stringContaining('"item-37"') });
      expect(await rig.contents()).toEqual(changes.toSpliced(37, 1).map(textOf).sort());
      expect(posts).toBeLessThan(20);
    },
  );

  test('not so when the account or the container is what refuses', async () => {
    const rig = await openCosmosSink();
    await rig.client.database('db').container('items').delete();
    const sink = settingAside(rig.sink, () => Promise.reject(new Error('nothing is to be set aside')), new Tally());
    await expect(sink.write(CHANGES, EVERYTHING)).rejects.toMatchObject({ code: 'sink_refused' });
  });
});

test('how long a range is to be left alone is told to those who send to it', async () => {
  const rig = await openCosmosSink({ ranges: 1 });
  const told: (number | undefined)[] = [];
  const { through } = Gates.prototype;
  vi.spyOn(Gates.prototype, 'through').mockImplementation(function (this: Gates, range, send) {
    return through.call(this, range, async () => {
      const fare = await send();
      told.push(fare.throttledForMs);
      return fare;
    }) as never;
  });
  throttleOdd();
  await patient(rig.sink, 20_000).write(CHANGES.slice(0, 10), EVERYTHING);
  expect(told).toEqual([7, undefined]);
});

test('a request that was throttled as a whole counts as one', async () => {
  const rig = await openCosmosSink({ ranges: 1 });
  rig.intercept = faultsOn('batch', [{ status: 429, retryAfterMs: 1 }]);
  await patient(rig.sink, 20_000).write(CHANGES.slice(0, 50), EVERYTHING);
  expect(rig.connection.meter.throttled).toBe(1);
});

describe('it is given up when patience ends, with what to do:', () => {
  test.each<[string, (exchange: Exchange) => Fault | undefined]>([
    ['nothing answers', () => ({ hang: true })],
    ['no batch is answered', ({ operation }) => (operation === 'batch' ? { hang: true } : undefined)],
    ['the ranges cannot be read', ({ operation }) => (operation === 'pkranges' ? { hang: true } : undefined)],
    ['connections are cut', () => ({ before: 'drop' })],
    ['the service is not available', ({ operation }) => (operation === 'batch' ? { status: 503 } : undefined)],
  ])('%s', async (_, intercept) => {
    const rig = await openCosmosSink({ timeoutMs: 150 });
    rig.intercept = intercept;
    await expect(patient(rig.sink, 400).write(CHANGES, EVERYTHING)).rejects.toMatchObject({
      code: 'sink_unavailable',
      message: expect.stringContaining('target "db/items"'),
      hint: expect.stringMatching(/goes on where it stopped/),
    });
  });

  test('the server is gone', async () => {
    const rig = await openCosmosSink();
    const nowhere = useConnection({ endpoint: 'http://127.0.0.1:9/', key: rig.emulator.key }, { timeoutMs: 200 });
    const sink = cosmosSink(nowhere, rig.facts, { concurrency: 1 });
    await expect(patient(sink, 300).write(CHANGES, EVERYTHING)).rejects.toMatchObject({ code: 'sink_unavailable' });
  });

  test('throughput never suffices', async () => {
    const rig = await openCosmosSink();
    vi.spyOn(Batches.prototype, 'post').mockImplementation(async (_container, _range, body) => ({
      outcomes: JSON.parse(body.toString()).map(() => ({ statusCode: 429, subStatusCode: 3200 })),
      containerRid: undefined,
      body: NO_BODY,
    }));
    await expect(patient(rig.sink, 300).write(CHANGES, EVERYTHING)).rejects.toMatchObject({
      code: 'sink_unavailable',
      message: expect.stringMatching(/429\/3200/),
      hint: expect.stringMatching(/throughput/),
    });
  });
});

test('a batch that was refused before it was read keeps its memory, which may still be on its way', async () => {
  const rig = await openCosmosSink({ ranges: 1 });
  const bodies: Buffer[] = [];
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async (_container, _range, body) => {
    if (bodies.push(body) === 1) throw Object.assign(new Error('busy'), { code: 503 });
    return { outcomes: CHANGES.slice(0, 50).map(() => ({ statusCode: 201 })), containerRid: undefined, body: NO_BODY };
  });
  await patient(rig.sink, 20_000).write(CHANGES.slice(0, 50), EVERYTHING);
  expect(bodies.map((body) => /^!+$/.test(body.toString()))).toEqual([false, true]);
});

test.each(['a refusal', 'a bug'])('when a write rejects for %s, nothing of it is still under way', async (reason) => {
  const rig = await openCosmosSink({ ranges: 4 });
  let [open, posts] = [0, 0];
  const post = Batches.prototype.post;
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async function (this: Batches, ...call) {
    if (posts++ === 0 && reason === 'a bug') throw new TypeError('a bug');
    open++;
    return post.apply(this, call).finally(() => open--);
  });
  const delays = [{ delayMs: 200 }, { delayMs: 200 }, { delayMs: 200 }];
  rig.intercept = faultsOn('batch', reason === 'a bug' ? delays : [{ status: 403 }, ...delays]);
  await expect(patient(rig.sink, 20_000).write(CHANGES, EVERYTHING)).rejects.toThrow(
    reason === 'a bug' ? TypeError : /refused the request/,
  );
  expect(open).toBe(0);
});

/** One operation of the first batch is not applied, and answered so. */
function answerOperation(at: number, statusCode: number): void {
  const post = Batches.prototype.post;
  vi.spyOn(Batches.prototype, 'post').mockImplementationOnce(async function (this: Batches, container, rangeId, body) {
    const operations = JSON.parse(body.toString()) as unknown[];
    const answer = await post.call(this, container, rangeId, Buffer.from(JSON.stringify(operations.toSpliced(at, 1))));
    return { ...answer, outcomes: answer.outcomes.toSpliced(at, 0, { statusCode }) };
  });
}

/** The first batch is applied but for every other operation, which is told to come back in 7 ms. Returns ids as sent. */
function throttleOdd(): string[][] {
  const sent: string[][] = [];
  const post = Batches.prototype.post;
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async function (this: Batches, container, rangeId, body) {
    const operations = JSON.parse(body.toString()) as { resourceBody: { id: string } }[];
    sent.push(operations.map(({ resourceBody }) => resourceBody.id));
    if (sent.length > 1) return post.call(this, container, rangeId, body);
    const taken = operations.filter((_, at) => at % 2 === 0);
    const answer = await post.call(this, container, rangeId, Buffer.from(JSON.stringify(taken)));
    const outcomes = [...answer.outcomes];
    const throttled = { statusCode: 429, subStatusCode: 3200, retryAfterMilliseconds: 7 };
    return {
      ...answer,
      outcomes: operations.map((_, at) => (at % 2 === 0 ? outcomes.shift() : undefined) ?? throttled),
    };
  });
  return sent;
}

test('a target that is deleted and created again while it is written is noticed', async () => {
  const rig = await openCosmosSink();
  await rig.sink.write(CHANGES, EVERYTHING);
  const { database } = rig.client.database('db').container('items');
  await database.container('items').delete();
  await database.containers.create({ id: 'items', partitionKey: { paths: ['/pk'] } });
  await expect(patient(rig.sink, 5000).write(CHANGES, EVERYTHING)).rejects.toMatchObject({
    code: 'container_recreated',
  });
});
