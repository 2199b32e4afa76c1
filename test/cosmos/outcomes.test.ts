import { expect, test } from 'vitest';
import { outcomesIn, resultsIn } from '../../src/cosmos/outcomes.ts';

const statuses = (body: string): number[] => outcomesIn(Buffer.from(body)).map(({ statusCode }) => statusCode);

test('of operations that went well, the statuses are told', () => {
  expect(statuses('[{"statusCode":201,"requestCharge":6.29,"eTag":"\\"00-1\\""},{"statusCode":200}]')).toEqual([
    201, 200,
  ]);
  expect(statuses('[]')).toEqual([]);
});

test.each([
  ['one failed', '[{"statusCode":201},{"statusCode":429,"subStatusCode":3200,"retryAfterMilliseconds":7}]'],
  ['the status is not what comes first', '[{"requestCharge":1,"statusCode":200},{"statusCode":409}]'],
  ['there is space between', ' [ {"statusCode" : 201 } , { "statusCode": 404 } ]'],
  ['the status is no whole number', '[{"statusCode":200.5}]'],
  ['the status is longer', '[{"statusCode":2001}]'],
  ['the status is shorter', '[{"statusCode":20}]'],
])('where %s, all is told as it came', (_, body) => {
  expect(outcomesIn(Buffer.from(body))).toEqual(JSON.parse(body));
});

test('a document that was read may say what it likes', () => {
  const body = '[{"statusCode":200,"resourceBody":{"a":[{"statusCode":404}],"b":"{\\"statusCode\\":500}"}}]';
  expect(statuses(body)).toEqual([200]);
  expect(resultsIn(Buffer.from(body)).map(String)).toEqual([body.slice(1, -1)]);
});

test('what is not an array is not an answer', () => {
  expect(() => outcomesIn(Buffer.from('{"statusCode":200}'))).toThrow();
});
