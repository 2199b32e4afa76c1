import { expect, test } from 'vitest';
import { cloudEvent } from '../../src/formats/cloudevents.ts';
import { removal, upsert } from '../support/changes.ts';

const CONTEXT = { source: 'cosmos://account/shop/orders', id: 'id-1' };

test('an event has the attributes that CloudEvents 1.0 demands, and what is known of the change', () => {
  const change = { ...upsert('a'), lsn: 9_007_199_254_740_991, time: 1_800_000_000 };
  expect(JSON.parse(cloudEvent(change, CONTEXT).toString())).toEqual({
    specversion: '1.0',
    id: 'id-1',
    source: 'cosmos://account/shop/orders',
    type: 'cosmosflow.document.upsert',
    subject: 'a',
    time: '2027-01-15T08:00:00Z',
    partitionkey: '["key of a"]',
    lsn: '9007199254740991',
    datacontenttype: 'application/json',
    data: { id: 'a', pk: 'key of a', version: 1 },
  });
});

test('an event holds its document byte for byte', () => {
  const document = '{"id":"a", "n":1.0e2,"n":18014398509481985,"data":{}}';
  const text = cloudEvent({ ...upsert('a'), document: Buffer.from(document) }, CONTEXT).toString();
  expect(text.endsWith(`"data":${document}}`)).toBe(true);
  expect(JSON.parse(text)).not.toHaveProperty('time');
  expect(JSON.parse(text)).not.toHaveProperty('lsn');
});

test.each(['create', 'replace', 'delete', 'expire'] as const)('its type says that it was a %s', (operation) => {
  const event = JSON.parse(cloudEvent({ ...removal('a'), operation }, CONTEXT).toString());
  expect(event).toMatchObject({ type: `cosmosflow.document.${operation}` });
});

test('a delete is told where the source tells no more', () => {
  expect(JSON.parse(cloudEvent(removal('a'), CONTEXT).toString())).toMatchObject({
    type: 'cosmosflow.document.delete',
    data: { id: 'a', pk: 'key of a' },
  });
});

test('a result of a query is not taken for a document', () => {
  const change = { ...upsert('a'), key: '"","FF","",0', document: Buffer.from('7'), isResult: true };
  expect(JSON.parse(cloudEvent(change, CONTEXT).toString())).toEqual({
    specversion: '1.0',
    id: 'id-1',
    source: 'cosmos://account/shop/orders',
    type: 'cosmosflow.query.result',
    datacontenttype: 'application/json',
    data: 7,
  });
});

test('a key of several parts, one of them missing, is an attribute, too', () => {
  const change = { ...upsert('a'), key: '"a","tenant",{},7' };
  expect(JSON.parse(cloudEvent(change, CONTEXT).toString())).toMatchObject({ partitionkey: '["tenant",{},7]' });
});
