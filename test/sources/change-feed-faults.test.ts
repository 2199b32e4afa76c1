import { describe, expect, test } from 'vitest';
import type { Range } from '../../src/contract.ts';
import { readContainer } from '../../src/cosmos/container.ts';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { idOf, rangesOf, readAll } from '../support/changes.ts';
import { faultsOn, useConnection } from '../support/container.ts';
import { feedOf, firstPage, onlyRange, openFeed, patient } from './rig.ts';

describe('every document is read once although', () => {
  test.each<[string, readonly Fault[]]>([
    [
      'requests are told to come back later',
      [
        { status: 429, retryAfterMs: 1 },
        { status: 429, retryAfterMs: 1 },
      ],
    ],
    ['more are than the SDK tries again', Array.from({ length: 30 }, () => ({ status: 429, retryAfterMs: 1 }))],
    ['the service is not available', [{ status: 503 }, { status: 503 }, { status: 503 }]],
    ['the service fails', [{ status: 500 }, { status: 500 }]],
    ['the service ran out of time', [{ status: 408 }, { status: 408 }]],
    ['a range is on the move', [{ status: 410, substatus: 1008 }, { status: 410 }]],
    ['a range is said to be gone that is not', [{ status: 410, substatus: 1002 }]],
    [
      'a session is not there yet',
      [
        { status: 404, substatus: 1002 },
        { status: 404, substatus: 1002 },
      ],
    ],
    ['connections are cut', [{ before: 'drop' }, { after: 'drop' }, { before: 'drop' }, { after: 'drop' }]],
  ])('%s', async (_, faults) => {
    const rig = await openFeed({ ranges: 2, documents: 60 });
    const later = [undefined, undefined, undefined] as unknown as Fault[];
    rig.intercept = faultsOn('changeFeed', [...later, ...faults]);
    expect((await readAll(patient(rig.source, 20_000))).map(idOf).sort()).toEqual(rig.ids);
  });

  test('the ranges cannot be read at first', async () => {
    const rig = await openFeed({ ranges: 2, documents: 20 });
    rig.intercept = faultsOn('pkranges', [{ status: 503 }, { before: 'drop' }, { status: 503 }, { before: 'drop' }]);
    expect((await readAll(patient(rig.source, 20_000))).map(idOf).sort()).toEqual(rig.ids);
  });

  test('the ranges cannot be read again by the SDK, which keeps the words of that failure alone', async () => {
    const rig = await openFeed({ ranges: 2, documents: 20 });
    const listed = undefined as unknown as Fault;
    rig.intercept = faultsOn('pkranges', [
      listed,
      { status: 503 },
      { status: 503 },
      { status: 500 },
      { before: 'drop' },
    ]);
    expect((await readAll(patient(rig.source, 20_000))).map(idOf).sort()).toEqual(rig.ids);
  });
});

test.each([1002, 1007])('a range that answers 410/%i on and on is waited for, not hammered', async (substatus) => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  const range = await onlyRange(rig.source);
  let requests = 0;
  rig.intercept = ({ operation }) => {
    if (operation !== 'changeFeed') return undefined;
    requests++;
    return { status: 410, substatus };
  };
  await expect(firstPage(patient(rig.source, 500), range)).rejects.toMatchObject({ code: 'source_unavailable' });
  expect(requests).toBeLessThan(40);
});

test('one silent range is given up while another answers', async () => {
  const rig = await openFeed({ ranges: 2, documents: 20, timeoutMs: 100, follow: true });
  const [silent, lively] = (await rangesOf(rig.source)) as [Range, Range];
  const stop = new AbortController();
  rig.intercept = ({ operation, headers }) =>
    operation === 'changeFeed' && headers['x-ms-documentdb-partitionkeyrangeid'] === '0' ? { hang: true } : undefined;
  let answers = 0;
  const following = (async () => {
    for await (const _ of rig.source.pages(lively, undefined, stop.signal)) answers++;
  })();
  await expect(firstPage(patient(rig.source, 300), silent)).rejects.toMatchObject({ code: 'source_unavailable' });
  stop.abort();
  await following;
  expect(answers).toBeGreaterThan(5);
});

test.each([1008, 1009, 0])('410/%i, which is no split, is an error and not a page', async (substatus) => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  rig.intercept = ({ operation }) => (operation === 'changeFeed' ? { status: 410, substatus } : undefined);
  await expect(firstPage(rig.source, await onlyRange(rig.source))).rejects.toMatchObject({ code: 410, substatus });
});

test('a range that is being split is read when that is over, from where it was', async () => {
  const rig = await openFeed({ ranges: 1, documents: 60 });
  const splitting = Array.from({ length: 5 }, () => ({ status: 410, substatus: 1007 }));
  rig.intercept = faultsOn('changeFeed', [undefined as unknown as Fault, ...splitting]);
  expect((await readAll(patient(rig.source, 20_000))).map(idOf).sort()).toEqual(rig.ids);
});

describe('it is given up when patience ends, with what to do:', () => {
  test.each<[string, (exchange: Exchange) => Fault | undefined]>([
    ['nothing answers', () => ({ hang: true })],
    ['no page comes', ({ operation }) => (operation === 'changeFeed' ? { hang: true } : undefined)],
    ['connections are cut', () => ({ before: 'drop' })],
    ['the service is not available', ({ operation }) => (operation === 'changeFeed' ? { status: 503 } : undefined)],
  ])('%s', async (_, intercept) => {
    const rig = await openFeed({ ranges: 1, documents: 20, timeoutMs: 150 });
    const range = await onlyRange(rig.source);
    rig.intercept = intercept;
    await expect(firstPage(patient(rig.source, 400), range)).rejects.toMatchObject({
      code: 'source_unavailable',
      message: expect.stringContaining('source "db/items"'),
      hint: expect.stringMatching(/goes on where it stopped/),
    });
  });
});

test('it is given up at once when the key is wrong', async () => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  const range = await onlyRange(rig.source);
  const connection = useConnection({ endpoint: rig.emulator.endpoint, key: Buffer.from('wrong').toString('base64') });
  const source = patient(feedOf({ connection, facts: rig.facts }), 20_000);
  await expect(firstPage(source, range)).rejects.toMatchObject({ code: 'unauthorized' });
});

test('it is given up at once when the container is gone', async () => {
  const rig = await openFeed({ ranges: 1, documents: 20 });
  const range = await onlyRange(rig.source);
  const facts = await readContainer(rig.connection.client, rig.facts);
  await rig.client.database('db').container('items').delete();
  const source = patient(feedOf({ ...rig, facts }), 20_000);
  await expect(firstPage(source, range)).rejects.toMatchObject({ code: 'source_unavailable' });
});
