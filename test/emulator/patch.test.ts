import type { PatchRequestBody } from '@azure/cosmos';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../../src/emulator/emulator.ts';
import { connect, openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };

let emulator: Emulator;
let items = 0;

beforeAll(async () => {
  emulator = await startEmulator({ ranges: 1 });
  const post = (path: string, body: unknown) =>
    send(emulator, { method: 'POST', path, body: JSON.stringify(body), headers: {} });
  await post('/dbs', { id: 'db' });
  await post('/dbs/db/colls', { id: 'items', partitionKey: { paths: ['/pk'], version: 2 } });
});

afterAll(() => emulator.close());

/** Stores a document with these members, patches it, and returns the answer with the members it has then. */
async function patch(members: string, body: string, headers = {}) {
  const id = String(++items);
  const start = `{"id":"${id}","pk":"p"`;
  const text = `${start}${members === '' ? '' : `,${members}`}}`;
  const path = `${PATH}/${id}`;
  expect((await send(emulator, { method: 'POST', path: PATH, headers: KEY, body: text })).status).toBe(201);
  const answer = await send(emulator, { method: 'PATCH', path, headers: { ...KEY, ...headers }, body });
  const { text: stored } = await send(emulator, { path, headers: KEY });
  const left = stored.slice(start.length, stored.lastIndexOf(',"_rid":')).replace(/^,/, '');
  return { answer, stored, left };
}

describe('a patch', () => {
  test('takes out a name that is there a hundred thousand times as fast as any', async () => {
    const members = `${'"a":1,'.repeat(50_000)}"b":2${',"a":3'.repeat(50_000)}`;
    expect((await patch(members, '[{"op":"remove","path":"/a"}]')).left).toBe('"b":2');
  });

  test.each<[members: string, operations: string, result: string]>([
    ['', '[{"op":"add","path":"/a","value":1}]', '"a":1'],
    ['"a":1', '[{"op":"add","path":"/a","value":2}]', '"a":2'],
    ['"a":1', '[{"op":"add","path":"/b","value":null}]', '"a":1,"b":null'],
    ['"a":{}', '[{"op":"add","path":"/a/b","value":{"c":1.0}}]', '"a":{"b":{"c":1.0}}'],
    ['"a":{ }', '[{"op":"add","path":"/a/b","value":1}]', '"a":{ "b":1}'],
    ['"a":[]', '[{"op":"add","path":"/a/0","value":1}]', '"a":[1]'],
    ['"a":[ ]', '[{"op":"add","path":"/a/-","value":1}]', '"a":[1 ]'],
    ['"a":[1,2]', '[{"op":"add","path":"/a/0","value":0}]', '"a":[0,1,2]'],
    ['"a":[1, 2]', '[{"op":"add","path":"/a/1","value":0}]', '"a":[1, 0,2]'],
    ['"a":[1,2]', '[{"op":"add","path":"/a/2","value":3}]', '"a":[1,2,3]'],
    ['"a":[1,2 ]', '[{"op":"add","path":"/a/-","value":3}]', '"a":[1,2,3 ]'],
    ['"a":[[1],[2]]', '[{"op":"add","path":"/a/1/-","value":3}]', '"a":[[1],[2,3]]'],
    ['"a":1', '[{"op":"add","path":"/a~1b","value":2}]', '"a":1,"a/b":2'],
    ['"a/b":1', '[{"op":"add","path":"/a~1b","value":2}]', '"a/b":2'],
    ['"a~b":1', '[{"op":"set","path":"/a~0b","value":2}]', '"a~b":2'],
    ['"~1":1', '[{"op":"set","path":"/~01","value":2}]', '"~1":2'],
    ['"":1', '[{"op":"set","path":"/","value":2}]', '"":2'],
    ['"":{"":1}', '[{"op":"set","path":"//","value":2}]', '"":{"":2}'],
    ['"\\u0061":1', '[{"op":"set","path":"/a","value":2}]', '"\\u0061":2'],
    ['', '[{"op":"set","path":"/é😀\\"","value":2}]', '"é😀\\"":2'],
    ['"a":1', '[{"op":"set","path":"/a","value":9007199254740993}]', '"a":9007199254740993'],
    ['"a":1', '[{"op":"set","path":"/a","value":[ 1 , 2.50 ]}]', '"a":[ 1 , 2.50 ]'],
    ['"a":1', '[{"op":"set","path":"/b","value":"\\u00e9"}]', '"a":1,"b":"\\u00e9"'],
    ['"a":[1,2]', '[{"op":"set","path":"/a/0","value":0}]', '"a":[0,2]'],
    ['"a":[1,2]', '[{"op":"set","path":"/a/2","value":3}]', '"a":[1,2,3]'],
    ['"a":[1]', '[{"op":"set","path":"/a/-","value":3}]', '"a":[1,3]'],
    ['"a":{"b":{"c":1}}', '[{"op":"set","path":"/a/b/c","value":{}}]', '"a":{"b":{"c":{}}}'],
    ['"a":1,"a":2', '[{"op":"set","path":"/a","value":3}]', '"a":1,"a":3'],
    ['"a":1', '[{"op":"replace","path":"/a","value":"x"}]', '"a":"x"'],
    ['"a": null ,"b":1', '[{"op":"replace","path":"/a","value":0}]', '"a": 0 ,"b":1'],
    ['"a":[1,2]', '[{"op":"replace","path":"/a/1","value":0}]', '"a":[1,0]'],
    ['"a":{"0":1}', '[{"op":"replace","path":"/a/0","value":2}]', '"a":{"0":2}'],
    ['"a":{"-":1}', '[{"op":"replace","path":"/a/-","value":2}]', '"a":{"-":2}'],
    ['"a":1', '[{"op":"remove","path":"/a"}]', ''],
    ['"a":1,"b":2', '[{"op":"remove","path":"/a"}]', '"b":2'],
    ['"a":1,"b":2', '[{"op":"remove","path":"/b"}]', '"a":1'],
    ['"a":1 , "b":2 , "c":3', '[{"op":"remove","path":"/b"}]', '"a":1 , "c":3'],
    ['"a":{"b":1}', '[{"op":"remove","path":"/a/b"}]', '"a":{}'],
    ['"a":{"b":1,"c":2 }', '[{"op":"remove","path":"/a/c"}]', '"a":{"b":1 }'],
    ['"a":[1]', '[{"op":"remove","path":"/a/0"}]', '"a":[]'],
    ['"a":[1,2,3]', '[{"op":"remove","path":"/a/0"}]', '"a":[2,3]'],
    ['"a":[1,2,3]', '[{"op":"remove","path":"/a/2"}]', '"a":[1,2]'],
    ['"a":1,"b":2,"a":3,"c":4,"a":5', '[{"op":"remove","path":"/a"}]', '"b":2,"c":4'],
    ['"a":[{"b":1}]', '[{"op":"remove","path":"/a/0/b"}]', '"a":[{}]'],
    ['"a":1', '[{"op":"incr","path":"/a","value":2}]', '"a":3'],
    ['"a":1', '[{"op":"incr","path":"/a","value":-2}]', '"a":-1'],
    ['"a":1', '[{"op":"incr","path":"/a","value":0.5}]', '"a":1.5'],
    ['"a":1.0', '[{"op":"incr","path":"/a","value":1}]', '"a":2'],
    ['"a":0.1', '[{"op":"incr","path":"/a","value":0.2}]', '"a":0.30000000000000004'],
    ['"a":9007199254740993', '[{"op":"incr","path":"/a","value":1}]', '"a":9007199254740994'],
    ['"a":9223372036854775807', '[{"op":"incr","path":"/a","value":1}]', '"a":9223372036854776000'],
    ['"a":1e3', '[{"op":"incr","path":"/a","value":1}]', '"a":1001'],
    ['"a":[1,2]', '[{"op":"incr","path":"/a/1","value":5}]', '"a":[1,7]'],
    ['', '[{"op":"incr","path":"/a","value":2.50}]', '"a":2.50'],
    ['"a":1', '[{"op":"move","from":"/a","path":"/b"}]', '"b":1'],
    ['"a":1.0,"b":2', '[{"op":"move","from":"/a","path":"/b"}]', '"b":1.0'],
    ['"a":{"b":[1]}', '[{"op":"move","from":"/a/b/0","path":"/c"}]', '"a":{"b":[]},"c":1'],
    ['"a":[1,2,3]', '[{"op":"move","from":"/a/0","path":"/a/2"}]', '"a":[2,3,1]'],
    ['"a":[1,2,3]', '[{"op":"move","from":"/a/2","path":"/a/0"}]', '"a":[3,1,2]'],
    ['"a":{"b":1}', '[{"op":"move","from":"/a/b","path":"/a"}]', '"a":1'],
    ['"a":1', '[{"op":"move","from":"/a","path":"/a"}]', '"a":1'],
    ['"a":1,"ab":{}', '[{"op":"move","from":"/a","path":"/ab/c"}]', '"ab":{"c":1}'],
    [
      '"n":1,"t":["x"],"used":true',
      '[{"op":"incr","path":"/n","value":1},{"op":"add","path":"/t/-","value":"y"},{"op":"remove","path":"/used"}]',
      '"n":2,"t":["x","y"]',
    ],
    [
      '',
      '[{"op":"add","path":"/a","value":{}},{"op":"add","path":"/a/b","value":1},{"op":"incr","path":"/a/b","value":1}]',
      '"a":{"b":2}',
    ],
    ['"a":1', '{"operations":[{"op":"set","path":"/a","value":2}]}', '"a":2'],
    ['"a":1', ' { "condition" : null , "operations" : [ {"value": 2 ,"path":"/a","op":"set"} ] } ', '"a":2'],
    ['"a":1', '{"condition":"from c where c.a = 1","operations":[{"op":"set","path":"/a","value":2}]}', '"a":2'],
    ['"a":1', '{"condition":"from c","operations":[{"op":"set","path":"/a","value":2}]}', '"a":2'],
    ['"a":1', '[{"op":"set","path":"/b","value":1,"value":2}]', '"a":1,"b":2'],
    ['"b":{"_ts":1}', '[{"op":"set","path":"/b/_ts","value":2}]', '"b":{"_ts":2}'],
    ['"_custom":1', '[{"op":"set","path":"/_custom","value":2}]', '"_custom":2'],
    ['"a":"\\"_rid\\":\\"x\\","', '[{"op":"set","path":"/b","value":2}]', '"a":"\\"_rid\\":\\"x\\",","b":2'],
  ])('of %s by %s makes %s of it', async (members, operations, result) => {
    const { answer, stored, left } = await patch(members, operations);
    expect(answer.text).toBe(stored);
    expect([answer.status, left]).toEqual([200, result]);
    expect(answer.headers.etag).toBe(JSON.parse(stored)._etag);
  });

  test.each<[members: string, operations: string, status: number, message: string]>([
    ['', '[]', 400, 'check syntax of patch specification'],
    ['', '{}', 400, 'check syntax'],
    ['', '"x"', 400, 'check syntax'],
    ['', '[1]', 400, 'check syntax'],
    ['', '[{"op":"copy","path":"/a","value":1}]', 400, 'check syntax'],
    ['', '[{"path":"/a","value":1}]', 400, 'check syntax'],
    ['', '[{"op":"set","path":"/a"}]', 400, 'check syntax'],
    ['', '[{"op":"incr","path":"/a","value":"1"}]', 400, 'check syntax'],
    ['', '[{"op":"incr","path":"/a","value":1e999}]', 400, 'check syntax'],
    ['', '[{"op":"set","path":"a","value":1}]', 400, 'is not a path'],
    ['', '[{"op":"set","path":"","value":1}]', 400, 'is not a path'],
    ['', '[{"op":"set","value":1}]', 400, 'is not a path'],
    ['', '[{"op":"set","path":"/a~2","value":1}]', 400, 'is not a path'],
    ['', '[{"op":"set","path":"/\\ud800","value":1}]', 400, 'is not a path'],
    ['', '[{"op":"move","path":"/a"}]', 400, 'is not a path'],
    ['', `[${Array(11).fill('{"op":"set","path":"/a","value":1}')}]`, 400, 'cannot exceed 10'],
    ['', '[{"op":"set","path":"/_ts","value":1}]', 400, 'Cannot patch system property _ts'],
    ['', '[{"op":"remove","path":"/_etag"}]', 400, 'Cannot patch system property _etag'],
    ['', '[{"op":"set","path":"/_rid/x","value":1}]', 400, 'Cannot patch system property _rid'],
    ['', '[{"op":"move","from":"/_self","path":"/a"}]', 400, 'Cannot patch system property _self'],
    ['', '[{"op":"replace","path":"/id","value":"2"}]', 400, 'Cannot patch system property id'],
    ['', '[{"op":"replace","path":"/pk","value":"q"}]', 400, 'partition key'],
    ['', '[{"op":"remove","path":"/pk"}]', 400, 'partition key'],
    ['', '[{"op":"move","from":"/pk","path":"/a"}]', 400, 'partition key'],
    ['', '[{"op":"set","path":"/a/b","value":1}]', 400, 'For Operation(1): The Given Operation can only create'],
    ['', '[{"op":"add","path":"/x/b","value":1}]', 400, "no path found beyond: 'x'"],
    ['"a":1', '[{"op":"add","path":"/a/b","value":1}]', 400, "no path found beyond: 'a'"],
    ['"a":{}', '[{"op":"add","path":"/a/b/c","value":1}]', 400, "no path found beyond: 'b'"],
    ['"a":1', '[{"op":"replace","path":"/b","value":1}]', 400, 'Node(/b) to be replaced is absent'],
    ['"a":1', '[{"op":"remove","path":"/b"}]', 400, 'Node(/b) to be removed is absent'],
    [
      '"a":1',
      '[{"op":"remove","path":"/a"},{"op":"remove","path":"/a"}]',
      400,
      'For Operation(2): Node(/a) to be removed',
    ],
    ['"a":1', '[{"op":"move","from":"/b","path":"/a"}]', 400, 'Node(/b) to be removed is absent'],
    ['"a":{}', '[{"op":"move","from":"/a","path":"/a/b"}]', 400, 'cannot lie inside'],
    ['"a":[1]', '[{"op":"add","path":"/a/2","value":1}]', 400, 'Index(2) to operate on is out of array bounds'],
    ['"a":[1]', '[{"op":"set","path":"/a/2","value":1}]', 400, 'out of array bounds'],
    ['"a":[1]', '[{"op":"set","path":"/a/01","value":1}]', 400, 'out of array bounds'],
    ['"a":[1]', '[{"op":"set","path":"/a/x","value":1}]', 400, 'out of array bounds'],
    ['"a":[1]', '[{"op":"set","path":"/a/-1","value":1}]', 400, 'out of array bounds'],
    ['"a":[[1]]', '[{"op":"set","path":"/a/-/0","value":1}]', 400, 'out of array bounds'],
    ['"a":[1]', '[{"op":"remove","path":"/a/1"}]', 400, 'to be removed is absent'],
    ['"a":[1]', '[{"op":"replace","path":"/a/-","value":1}]', 400, 'to be replaced is absent'],
    ['"a":"1"', '[{"op":"incr","path":"/a","value":1}]', 400, 'Node(/a) is not a number'],
    ['"a":null', '[{"op":"incr","path":"/a","value":1}]', 400, 'is not a number'],
    ['"a":1e308', '[{"op":"incr","path":"/a","value":1.7e308}]', 400, 'too large'],
    [
      '"a":1',
      '{"condition":"from c where c.a = 2","operations":[{"op":"set","path":"/a","value":2}]}',
      412,
      'pre-condition is not met',
    ],
    [
      '"a":1',
      '{"condition":"from p where p.nothing","operations":[{"op":"set","path":"/a","value":2}]}',
      412,
      'pre-condition is not met',
    ],
    ['', '{"condition":"where","operations":[{"op":"set","path":"/a","value":2}]}', 400, 'yntax error'],
    ['', '{"condition":5,"operations":[{"op":"set","path":"/a","value":2}]}', 400, 'check syntax'],
    ['', `[{"op":"set","path":"/a","value":${'['.repeat(128)}${']'.repeat(128)}}]`, 400, 'nests deeper'],
    ['', `[{"op":"set","path":${'['.repeat(9000)}${']'.repeat(9000)},"value":1}]`, 400, 'not a path'],
    ['', '[{"op":"set","path":"/a","value":1}', 400, 'JSON'],
    ['', '', 400, 'JSON'],
  ])('of %s by %s is refused', async (members, operations, status, message) => {
    const { answer, left } = await patch(members, operations);
    expect([answer.status, left]).toEqual([status, members]);
    expect(JSON.parse(answer.text).message.replaceAll('\\"', '"')).toContain(message);
    expect(answer.headers['x-ms-substatus']).toBe(status === 412 ? '1110' : '0');
  });

  test('needs the document and the version that it is meant for', async () => {
    const body = '[{"op":"set","path":"/a","value":1}]';
    const missing = await send(emulator, { method: 'PATCH', path: `${PATH}/none`, headers: KEY, body });
    expect(missing.status).toBe(404);
    expect((await patch('', body, { 'if-match': '"other"' })).answer.status).toBe(412);
    expect((await patch('', body, { 'if-match': '*' })).answer.status).toBe(200);
    expect((await patch('', body, { 'if-none-match': '*' })).answer.status).toBe(412);
  });

  test('may say so in two megabytes, not leave more than two', async () => {
    const text = `"${'x'.repeat(1_200_000)}"`;
    expect((await patch(`"a":${text}`, `[{"op":"set","path":"/a","value":${text}}]`)).answer.status).toBe(200);
    expect((await patch(`"a":${text}`, `[{"op":"set","path":"/b","value":${text}}]`)).answer.status).toBe(413);
  });

  test('is answered without the document when the client wants it so', async () => {
    const { answer, left } = await patch('', '[{"op":"set","path":"/a","value":1}]', { prefer: 'return=minimal' });
    expect([answer.status, answer.text, left]).toEqual([200, '', '"a":1']);
    expect(answer.headers.etag).toMatch(/^".+"$/);
  });
});

describe('a patch by the official client', () => {
  test('changes the document, which the change feed shows as a whole', async () => {
    const { container } = await openRig({ ranges: 1 });
    await container.items.create({ id: '1', pk: 'p', n: 1, keep: true });
    const { resource, statusCode, etag } = await container.item('1', 'p').patch([{ op: 'incr', path: '/n', value: 2 }]);
    expect([statusCode, resource]).toMatchObject([200, { id: '1', n: 3, keep: true }]);
    const condition: PatchRequestBody = {
      condition: 'from c where c.n > 5',
      operations: [{ op: 'remove', path: '/n' }],
    };
    await expect(container.item('1', 'p').patch(condition)).rejects.toMatchObject({ code: 412, substatus: 1110 });
    const old = { accessCondition: { type: 'IfMatch', condition: '"old"' } };
    const set = [{ op: 'set' as const, path: '/n', value: 9 }];
    await expect(container.item('1', 'p').patch(set, old)).rejects.toMatchObject({ code: 412, substatus: 0 });
    const current = { accessCondition: { type: 'IfMatch', condition: etag } };
    expect((await container.item('1', 'p').patch(set, current)).resource).toMatchObject({ n: 9 });
    const feed = await container.items.readAll().fetchAll();
    expect(feed.resources).toMatchObject([{ id: '1', pk: 'p', n: 9, keep: true }]);
  });

  test('may give the document a time to live', async () => {
    let now = Date.now();
    const { container } = await openRig({ defaultTtl: -1, clock: () => now });
    const item = container.item('1', 'p');
    await container.items.create({ id: '1', pk: 'p' });
    await item.patch([{ op: 'add', path: '/ttl', value: 10 }]);
    now += 9_000;
    await item.patch([{ op: 'incr', path: '/ttl', value: 10 }]);
    now += 19_000;
    expect((await item.read()).resource).toMatchObject({ ttl: 20 });
    now += 2_000;
    await expect(item.patch([{ op: 'remove', path: '/ttl' }])).rejects.toMatchObject({ code: 404 });
    await container.items.create({ id: '1', pk: 'p' });
    await expect(item.patch([{ op: 'add', path: '/ttl', value: 'x' }])).rejects.toMatchObject({ code: 400 });
  });

  test('is part of a transaction, and of a bulk request', async () => {
    const { container } = await openRig({ ranges: 1 });
    await container.items.create({ id: '1', pk: 'p', n: 1 });
    const patchOf = (operations: unknown, condition?: string) => ({
      operationType: 'Patch' as const,
      id: '1',
      resourceBody: condition === undefined ? operations : { operations, condition },
    });
    const incr = [{ op: 'incr', path: '/n', value: 1 }];
    const { code, result } = await container.items.batch(
      [patchOf(incr) as never, patchOf(incr, 'from c where c.n = 2') as never],
      'p',
    );
    expect([code, result?.[1]]).toMatchObject([200, { statusCode: 200, resourceBody: { n: 3 } }]);
    const failed = await container.items.batch(
      [patchOf(incr) as never, patchOf(incr, 'from c where c.n = 9') as never],
      'p',
    );
    expect(failed.result).toMatchObject([{ statusCode: 424 }, { statusCode: 412, subStatusCode: 1110 }]);
    const bulk = await container.items.executeBulkOperations([{ ...patchOf(incr), partitionKey: 'p' } as never]);
    expect(bulk[0]?.response).toMatchObject({ statusCode: 200, resourceBody: { n: 4 } });
  });

  test('works on a container with a nested and with a hierarchical key', async () => {
    const nested = await openRig({ partitionKey: { paths: ['/a/b'], version: 2 } });
    await nested.container.items.create({ id: '1', a: { b: 'p', c: 1 } });
    const item = nested.container.item('1', 'p');
    expect((await item.patch([{ op: 'set', path: '/a/c', value: 2 }])).resource).toMatchObject({ a: { b: 'p', c: 2 } });
    await expect(item.patch([{ op: 'set', path: '/a', value: {} }])).rejects.toMatchObject({
      code: 400,
      substatus: 1001,
    });
    await expect(item.patch([{ op: 'remove', path: '/a/b' }])).rejects.toMatchObject({ code: 400 });
    const { database } = await connect(nested.emulator).databases.createIfNotExists({ id: 'db' });
    const partitionKey = { paths: ['/t', '/u'], version: 2, kind: 'MultiHash' as never };
    const { container } = await database.containers.create({ id: 'levels', partitionKey });
    await container.items.create({ id: '1', t: 'a', u: 'b' });
    const patched = await container.item('1', ['a', 'b']).patch([{ op: 'add', path: '/x', value: 1 }]);
    expect(patched.resource).toMatchObject({ t: 'a', u: 'b', x: 1 });
    await expect(container.item('1', ['a', 'b']).patch([{ op: 'set', path: '/u', value: 'c' }])).rejects.toMatchObject({
      code: 400,
    });
  });
});
