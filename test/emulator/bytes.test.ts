import { ChangeFeedStartFrom } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { parseDocument } from '../../src/emulator/document.ts';
import { randomFrom } from '../support/random.ts';
import { openRig } from './rig.ts';
import { send } from './wire.ts';

const PATH = '/dbs/db/colls/items/docs';
const KEY = { 'x-ms-documentdb-partitionkey': '["p"]' };
const SYSTEM = /,"_rid":"[^"]+","_self":"[^"]+","_etag":"\\"[^"]+\\"","_attachments":"attachments\/","_ts":\d+\}$/;

const open = (text: string): string => parseDocument(Buffer.from(text)).open.toString('utf8');

describe('a document', () => {
  test.each([
    ['numbers', '{"id":"1","pk":"p","a":9007199254740993,"b":1.0,"c":1e2,"d":-0,"e":0.10}'],
    ['key order', '{"z":1,"pk":"p","id":"1","10":1,"2":2}'],
    ['duplicate names', '{"id":"1","a":1,"pk":"p","a":2}'],
    ['white space', ' {\n\t"id" : "1" ,\r\n "pk":"p" , "a" : [ 1 , 2 ]\n} \n'],
    ['escapes', '{"id":"1","pk":"p","a":"\\u00e9\\/\\ud83d\\ude00","b":"é😀"}'],
    [
      'properties with underscores',
      '{"id":"1","pk":"p","_custom":1,"$type":"x","_rid2":3,"in":{"_rid":"kept","_ts":1}}',
    ],
  ])('keeps its %s', async (_, text) => {
    const { emulator } = await openRig();
    const put = await send(emulator, { method: 'POST', path: PATH, headers: KEY, body: text });
    const get = await send(emulator, { path: `${PATH}/1`, headers: KEY });
    expect(put.status).toBe(201);
    expect(get.text).toBe(put.text);
    expect(get.text).toMatch(SYSTEM);
    expect(`${get.text.replace(SYSTEM, '')}`).toBe(text.slice(0, text.lastIndexOf('}')));
  });

  test.each([
    ['{"_rid":"x","id":"1","_ts":5,"a":1,"_etag":{"b":[1]}}', '{"id":"1","a":1'],
    ['{"id":"1","_self":"}","_lsn":1}', '{"id":"1"'],
    ['{"_ts":1,"_ts":2,"id":"1","_ts":3,"_ts":4}', '{"id":"1"'],
    ['{ "_ts" : 1 , "id" : "1" , "_rid" : null , "a" : 2 }', '{ "id" : "1" , "a" : 2 '],
    ['{ "id" : "1" , "_rid" : null }', '{ "id" : "1"  '.slice(0, -1)],
    ['{"id":"1","\\u005frid":"x","a":{"_rid":1}}', '{"id":"1","a":{"_rid":1}'],
    ['{"id":"1","_attachments":"attachments/","a":"\\"_ts\\":1,"}', '{"id":"1","a":"\\"_ts\\":1,"'],
  ])('%s loses its system properties and nothing else', (text, left) => {
    expect(open(text)).toBe(left);
  });

  test('loses system properties wherever they are (seeds 1 to 300)', () => {
    for (let seed = 1; seed <= 300; seed++) {
      const { pick, integer, chance } = randomFrom(seed);
      const space = (): string => (chance(0.3) ? pick([' ', '\n', '\t']) : '');
      const own = Array.from({ length: integer(6) }, (_, index) => [
        `p${index}`,
        pick(['1.0', '"_ts"', '[{"_rid":1}]', '{}']),
      ]);
      const foreign = Array.from({ length: integer(6) }, () => [
        pick(['_rid', '_self', '_etag', '_attachments', '_ts', '_lsn']),
        pick(['1', '"}"', '{"a":[]}']),
      ]);
      const kept = [['id', '"1"'], ...own].map(([name, value]) => `"${name}"${space()}:${space()}${value}`);
      const all = [...kept];
      for (const [name, value] of foreign)
        all.splice(integer(all.length + 1), 0, `"${name}"${space()}:${space()}${value}`);
      const text = `{${all.join(',')}}`;
      expect(open(text), `seed ${seed}: ${text}`).toBe(`{${kept.join(',')}`);
    }
  });

  test('is the same in the change feed, the read feed and a query', async () => {
    const { emulator, container } = await openRig({ ranges: 1 });
    const text = '{"id":"1","pk":"p","big":9007199254740993,"one":1.0}';
    await send(emulator, { method: 'POST', path: PATH, headers: KEY, body: text });
    const { text: stored } = await send(emulator, { path: `${PATH}/1`, headers: KEY });
    const range = { 'x-ms-documentdb-partitionkeyrangeid': '0' };
    const feed = await send(emulator, { path: PATH, headers: { ...range, 'a-im': 'Incremental Feed' } });
    const read = await send(emulator, { path: PATH });
    const query = { method: 'POST', path: PATH, headers: { 'x-ms-documentdb-isquery': 'true' } };
    const all = await send(emulator, { ...query, body: '{"query":"SELECT * FROM c"}' });
    const some = await send(emulator, { ...query, body: '{"query":"SELECT * FROM c WHERE c.one = 1"}' });
    const { _rid: rid } = (await container.read()).resource as { _rid?: string };
    expect(feed.text).toBe(`{"_rid":"${rid}","Documents":[${stored.slice(0, -1)},"_lsn":1}],"_count":1}`);
    for (const answer of [read, all, some]) {
      expect(answer.text).toBe(`{"_rid":"${rid}","Documents":[${stored}],"_count":1}`);
    }
  });

  test('comes back from a batch as it went in', async () => {
    const { emulator } = await openRig();
    const text = '{"one":1.0 , "pk":"p","id":"1"}';
    const headers = { ...KEY, 'x-ms-cosmos-is-batch-request': 'true', 'x-ms-cosmos-batch-atomic': 'true' };
    const body = `[ {"resourceBody":{"x":1},"operationType":"Create", "resourceBody" : ${text} } ]`;
    const { status, text: results } = await send(emulator, { method: 'POST', path: PATH, headers, body });
    expect(status).toBe(200);
    expect(results).toContain(`"resourceBody":${text.slice(0, -1)},"_rid":`);
  });

  test('keeps resource id and self link over updates, and gets new ones when created again', async () => {
    const { container } = await openRig();
    const { resource: first } = await container.items.create({ id: '1', pk: 'p' });
    const { resource: second } = await container.items.upsert({ id: '1', pk: 'p' });
    expect([second?._rid, second?._self]).toEqual([first?._rid, first?._self]);
    expect(second?._etag).not.toBe(first?._etag);
    await container.item('1', 'p').delete();
    const { resource: third } = await container.items.create({ id: '1', pk: 'p' });
    expect(third?._rid).not.toBe(first?._rid);
    const feed = container.items.getChangeFeedIterator({ changeFeedStartFrom: ChangeFeedStartFrom.Beginning('p') });
    expect((await feed.readNext()).result).toMatchObject([{ _rid: third?._rid, _lsn: 4 }]);
  });
});
