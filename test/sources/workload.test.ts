import { describe, expect, test } from 'vitest';
import { CUSTOMERS } from '../../src/sources/order.ts';
import { poisonText } from '../../src/sources/poison.ts';
import { type RecordOptions, recordMaker } from '../../src/sources/records.ts';
import { parseTemplate } from '../../src/sources/template.ts';
import { eventAt } from '../../src/sources/workload.ts';
import { zipf } from '../../src/sources/zipf.ts';

const OPTIONS: RecordOptions = {
  seed: 7,
  mix: { updates: 0, deletes: 0, poison: 0 },
  payloadBytes: 0,
  keys: CUSTOMERS,
  keySkew: undefined,
  ttl: undefined,
  template: undefined,
};
const MIX = { updates: 0.5, deletes: 0.1, poison: 0.05 };
const RECORDS = 20_000;

describe('a mixed workload', () => {
  const events = Array.from({ length: RECORDS }, (_, index) => eventAt(7, index, MIX));

  test('has about as much of each kind as it is told', () => {
    const share = (kind: string): number => events.filter((event) => event.kind === kind).length / RECORDS;
    expect(share('update')).toBeCloseTo(0.5, 1);
    expect(share('delete')).toBeCloseTo(0.1, 1);
    expect(share('poison')).toBeCloseTo(0.05, 1);
  });

  test('updates and deletes documents that were made before', () => {
    for (const [index, { kind, of }] of events.entries()) {
      if (kind === 'create' || kind === 'poison') expect(of).toBe(index);
      else {
        expect(of).toBeLessThan(index);
        expect(events[of]?.kind).toBe('create');
      }
    }
  });

  test('is the same whenever a record is made', () => {
    const make = recordMaker({ ...OPTIONS, mix: MIX });
    const late = make(12_345);
    expect(recordMaker({ ...OPTIONS, mix: MIX })(12_345)).toEqual(late);
    expect(recordMaker({ ...OPTIONS, mix: MIX, seed: 8 })(12_345)).not.toEqual(late);
  });

  test('gives an updated document the number of the record as its version, and keeps its key', () => {
    const make = recordMaker({ ...OPTIONS, mix: MIX, ttl: 60 });
    const index = events.findIndex(({ kind }) => kind === 'update');
    const [before, after] = [make(events[index]?.of ?? -1), make(index)].map(({ text }) => JSON.parse(text));
    expect(after).toEqual({ ...before, version: index, ttl: 60 });
  });
});

test('keys come as often as Zipf has it', () => {
  const pick = zipf(1000, 1);
  const counts = new Uint32Array(1000);
  for (let n = 0; n < 100_000; n++) (counts[pick(n / 100_000)] as number)++;
  expect((counts[0] as number) / (counts[9] as number)).toBeCloseTo(10, 0);
  expect(counts.reduce((sum, count) => sum + count)).toBe(100_000);
  expect(zipf(4, 0)(0.5)).toBe(2);
});

test('skewed orders have few customers with many orders', () => {
  const make = recordMaker({ ...OPTIONS, keys: 100, keySkew: 1.2 });
  const customers = Array.from({ length: 2000 }, (_, index) => JSON.parse(make(index).text).customerId as string);
  const first = customers.filter((customer) => customer === 'customer-00000').length;
  expect(first).toBeGreaterThan(2000 / 10);
  expect(new Set(customers).size).toBeLessThanOrEqual(100);
});

test('awkward documents are JSON, each with the id it was given', () => {
  const texts = Array.from({ length: 15 }, (_, choice) => poisonText(choice / 15, 'p'));
  expect(new Set(texts).size).toBe(15);
  for (const text of texts) expect((JSON.parse(text) as { id: string }).id).toMatch(/^p/);
});

describe('a template', () => {
  test('makes values and texts, the same ones for the same record', () => {
    const text = JSON.stringify({
      id: '{{uuid}}',
      customerId: 'customer-{{key}}',
      amount: '{{decimal 1 500 2}}',
      count: '{{int 5 5}}',
      state: '{{pick new paid}}',
      at: '{{time 2026-11-21T00:00:00Z 60}}',
      nested: [{ paid: '{{bool}}', note: 'n° {{index}}/{{version}} {{text 3}}', fixed: null }],
    });
    const make = recordMaker({ ...OPTIONS, template: parseTemplate(text, 't.json') });
    const document = JSON.parse(make(2).text);
    expect(document).toMatchObject({ count: 5, at: '2026-11-21T00:02:00.000Z' });
    expect(document.id).toMatch(/^[0-9a-f-]{36}$/);
    expect(document.amount).toBeGreaterThanOrEqual(1);
    expect(document.nested[0].note).toMatch(/^n° 2\/2 [a-z]{3}$/);
    expect(make(2)).toEqual(make(2));
    expect(JSON.parse(make(3).text).id).not.toBe(document.id);
  });

  test('pads its documents', () => {
    const make = recordMaker({ ...OPTIONS, payloadBytes: 300, template: parseTemplate('{"id":"{{index}}"}', 't') });
    expect(Buffer.byteLength(make(1).text)).toBe(300);
    expect(JSON.parse(make(1).text)).toMatchObject({ id: 1 });
  });

  test.each([
    ['{"id"', /is not JSON/],
    ['{"name":"x"}', /no JSON object with an "id"/],
    ['{"id":"{{guid}}"}', /"\{\{guid\}\}", which makes nothing/],
    ['{"id":"{{int 5 1}}"}', /makes nothing/],
    ['{"id":"{{constructor}}"}', /makes nothing/],
  ])('that makes no sense is refused: %s', (text, message) => {
    expect(() => parseTemplate(text, 't.json')).toThrow(message);
  });
});
