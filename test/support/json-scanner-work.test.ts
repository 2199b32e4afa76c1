import { beforeEach, expect, test, vi } from 'vitest';
import { elementSpans, locateMembers, SPAN } from '../../src/support/json-bytes.ts';
import { JsonScanner } from '../../src/support/json-scanner.ts';

vi.mock('../../src/support/json-bytes.ts', { spy: true });

const scanner = new JsonScanner();
const NAMES = [Buffer.from('id'), Buffer.from('_ts')];
const DOCUMENT = ' {"id" : "größe \\"x\\" ☕","a":[{"b":{"c":[]}},1.5,true] ,\n"b":"{","":null,"_ts":17}';

beforeEach(() => {
  vi.clearAllMocks();
});

test('of what a feed is made of, nothing is left to the byte loop', () => {
  const spans = new Int32Array(2 * SPAN);
  expect(scanner.locateMembers(Buffer.from(DOCUMENT), 0, NAMES, spans)).toBe(Buffer.byteLength(DOCUMENT));
  expect(spans.every((offset) => offset > 0)).toBe(true);
  for (const array of ['[]', `[${DOCUMENT}]`, JSON.stringify(Array(10_000).fill({ id: 'x'.repeat(60) }))]) {
    scanner.elementSpans(Buffer.from(array), 0);
  }
  expect([locateMembers, elementSpans].map((loop) => vi.mocked(loop).mock.calls.length)).toEqual([0, 0]);
});

test.each(['{"\\u0069d":1}', '{"id":1,"id":2}', '{"id":1'])('%j is left to it', (text) => {
  try {
    scanner.locateMembers(Buffer.from(text), 0, NAMES, new Int32Array(2 * SPAN));
  } catch (error) {
    expect(error).toBeInstanceOf(SyntaxError);
  }
  expect(locateMembers).toHaveBeenCalledOnce();
});
