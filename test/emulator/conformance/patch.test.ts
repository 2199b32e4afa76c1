import type { Container, Item, PatchOperation, PatchRequestBody } from '@azure/cosmos';
import { ChangeFeedStartFrom } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { drain, open as openFeed } from './feed.ts';
import { describeService, type Service } from './service.ts';

const DOCUMENT = { id: '1', pk: 'p', n: 1, text: 'a', list: [1, 2, 3], deep: { a: { b: 1 } }, 'a/b': 1, 'a~b': 2 };

async function open(service: Service): Promise<{ container: Container; item: Item }> {
  const container = await service.container();
  await container.items.create({ ...DOCUMENT });
  return { container, item: container.item('1', 'p') };
}

const WORKING: readonly (readonly [string, PatchOperation[], object])[] = [
  ['add a property', [{ op: 'add', path: '/new', value: { x: [null] } }], { new: { x: [null] } }],
  ['add in the place of a property', [{ op: 'add', path: '/n', value: 'x' }], { n: 'x' }],
  ['add into a list', [{ op: 'add', path: '/list/1', value: 9 }], { list: [1, 9, 2, 3] }],
  ['add to the end of a list', [{ op: 'add', path: '/list/-', value: 9 }], { list: [1, 2, 3, 9] }],
  ['set a property', [{ op: 'set', path: '/deep/a/c', value: true }], { deep: { a: { b: 1, c: true } } }],
  ['set an element', [{ op: 'set', path: '/list/1', value: 9 }], { list: [1, 9, 3] }],
  ['replace a property', [{ op: 'replace', path: '/text', value: 'é😀' }], { text: 'é😀' }],
  ['replace an element', [{ op: 'replace', path: '/list/0', value: [] }], { list: [[], 2, 3] }],
  ['remove a property', [{ op: 'remove', path: '/deep/a' }], { deep: {} }],
  ['remove an element', [{ op: 'remove', path: '/list/0' }], { list: [2, 3] }],
  ['increment', [{ op: 'incr', path: '/n', value: 41 }], { n: 42 }],
  ['decrement by a fraction', [{ op: 'incr', path: '/n', value: -1.5 }], { n: -0.5 }],
  ['increment what is not there', [{ op: 'incr', path: '/count', value: 5 }], { count: 5 }],
  ['move', [{ op: 'move', from: '/deep/a/b', path: '/moved' } as never], { moved: 1, deep: { a: {} } }],
  ['name properties with a slash', [{ op: 'set', path: '/a~1b', value: 9 }], { 'a/b': 9 }],
  ['name properties with a tilde', [{ op: 'set', path: '/a~0b', value: 9 }], { 'a~b': 9 }],
  [
    'do ten things in order',
    [
      ...Array.from({ length: 9 }, (): PatchOperation => ({ op: 'incr', path: '/n', value: 1 })),
      { op: 'set', path: '/text', value: 'z' },
    ],
    { n: 10, text: 'z' },
  ],
];

const REFUSED: readonly (readonly [string, PatchOperation[]])[] = [
  ['replaces what is not there', [{ op: 'replace', path: '/none', value: 1 }]],
  ['removes what is not there', [{ op: 'remove', path: '/none' }]],
  ['increments text', [{ op: 'incr', path: '/text', value: 1 }]],
  ['adds behind the end of a list', [{ op: 'add', path: '/list/9', value: 1 }]],
  ['adds below what is not there', [{ op: 'add', path: '/none/x', value: 1 }]],
  ['changes the id', [{ op: 'set', path: '/id', value: '2' }]],
  ['changes the key', [{ op: 'set', path: '/pk', value: 'q' }]],
  ['has eleven operations', Array.from({ length: 11 }, (): PatchOperation => ({ op: 'incr', path: '/n', value: 1 }))],
  ['has an operation that there is not', [{ op: 'copy', path: '/n', value: 1 } as never]],
];

describeService('a patch', (service) => {
  test.each(WORKING)('can %s', async (_, operations, expected) => {
    const { item } = await open(service);
    const { statusCode, resource } = await item.patch(operations);
    expect(statusCode).toBe(200);
    expect(resource).toMatchObject(expected);
    expect((await item.read()).resource).toEqual(resource);
  });

  test.each(REFUSED)('that %s is refused with 400, and nothing of it is done', async (_, operations) => {
    const { item } = await open(service);
    const first: PatchOperation = { op: 'set', path: '/text', value: 'changed' };
    await expect(item.patch(operations.length > 1 ? operations : [first, ...operations])).rejects.toMatchObject({
      code: 400,
    });
    expect((await item.read()).resource).toMatchObject(DOCUMENT);
  });

  test('with a condition is done where that holds, else refused with 412 and 1110', async () => {
    const { item } = await open(service);
    const body = (n: number): PatchRequestBody => ({
      condition: `from c where c.n = ${n}`,
      operations: [{ op: 'incr', path: '/n', value: 1 }],
    });
    expect((await item.patch(body(1))).resource).toMatchObject({ n: 2 });
    await expect(item.patch(body(1))).rejects.toMatchObject({ code: 412, substatus: 1110 });
    expect((await item.read()).resource).toMatchObject({ n: 2 });
  });

  test('for another etag is refused with 412', async () => {
    const { item } = await open(service);
    const options = { accessCondition: { type: 'IfMatch', condition: '"other"' } };
    await expect(item.patch([{ op: 'incr', path: '/n', value: 1 }], options)).rejects.toMatchObject({ code: 412 });
  });

  test('of what is not there is refused with 404', async () => {
    const { container } = await open(service);
    const none = container.item('none', 'p').patch([{ op: 'incr', path: '/n', value: 1 }]);
    await expect(none).rejects.toMatchObject({ code: 404 });
  });

  test('may be part of a batch, and of a bulk request', async () => {
    const { container, item } = await open(service);
    const patch = {
      operationType: 'Patch' as const,
      id: '1',
      resourceBody: { operations: [{ op: 'incr' as const, path: '/n', value: 1 }] },
    };
    const { code, result } = await container.items.batch([patch, patch], 'p');
    expect([code, result?.map(({ statusCode }) => statusCode)]).toEqual([200, [200, 200]]);
    const [bulk] = await container.items.executeBulkOperations([{ ...patch, partitionKey: 'p' }]);
    expect(bulk?.response?.statusCode).toBe(200);
    expect((await item.read()).resource).toMatchObject({ n: 4 });
  });

  test('is in the change feed as the whole document', async () => {
    const { container, item } = await open(service);
    const { resource } = await item.patch([{ op: 'set', path: '/text', value: 'b' }]);
    expect(await drain(openFeed(container, ChangeFeedStartFrom.Beginning()))).toMatchObject([resource]);
  });
});
