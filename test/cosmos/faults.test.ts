import { ErrorResponse } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import { faultOf, isTransient, toFlowError } from '../../src/cosmos/faults.ts';
import { Unreachable } from '../../src/cosmos/transport.ts';
import { FlowError } from '../../src/support/error.ts';

describe('a fault', () => {
  test('is read from an error of the SDK', () => {
    const headers = { 'x-ms-substatus': '3200', 'x-ms-retry-after-ms': '250' };
    expect(faultOf(sdkError(429, 'Request rate is large.', { headers }))).toEqual({
      status: 429,
      substatus: 3200,
      retryAfterMs: 250,
      message: 'Request rate is large.',
    });
  });

  test('prefers the substatus that the SDK has parsed', () => {
    expect(faultOf(sdkError(410, 'gone', { substatus: 1002 }))?.substatus).toBe(1002);
  });

  test.each([
    'ECONNREFUSED',
    'ECONNRESET',
    'ENOTFOUND',
    'EPIPE',
    'UND_ERR_SOCKET',
    'TimeoutError',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('of a request without an answer, %s, has the status 0 and is worth another try', (code) => {
    const fault = faultOf(Object.assign(new Error('nothing came'), { code }));
    expect(fault).toMatchObject({ status: 0, message: 'nothing came' });
    expect(fault && isTransient(fault)).toBe(true);
  });

  test('of a look at the ranges that failed, of which the SDK keeps the words alone, has the status 0', () => {
    expect(faultOf(new ErrorResponse('no ranges'))).toMatchObject({ status: 0, message: 'no ranges' });
  });

  test('is found behind other errors', () => {
    const unreachable = new Unreachable('no answer from "host": connect ECONNREFUSED');
    expect(faultOf(new Error('outer', { cause: new Error('inner', { cause: unreachable }) }))?.status).toBe(0);
  });

  test.each([
    new TypeError('x is not a function'),
    new Error('plain'),
    Object.assign(new Error('x'), { code: 'SQLITE_BUSY' }),
    Object.assign(new Error('x'), { code: 'ERR_INVALID_ARG_TYPE' }),
    undefined,
    null,
    'text',
  ])('is not made of %s, which is a bug', (error) => {
    expect(faultOf(error)).toBeUndefined();
    expect(toFlowError(error, 'source', 'source "db/items"')).toBe(error);
  });

  test.each([
    [
      'Message: {"Errors":["The input name is invalid."]}\r\nActivityId: 1, rntbd://10.0.0.1',
      'The input name is invalid.',
    ],
    ['Message: {"Errors":["Path \\"/a\\" is not in the document.","more"]}', 'Path "/a" is not in the document.'],
    ['Batch request error: Message: too much\nActivityId: 2', 'too much'],
    [
      'The MAC signature is not the same. Server used the following payload to sign: get docs',
      'The MAC signature is not the same.',
    ],
    ['Message: {"Errors":["cut of', '{"Errors":["cut of'],
    ['', ''],
  ])('says what the service said: %s', (message, told) => {
    expect(faultOf(sdkError(400, message))?.message).toBe(told);
  });
});

test.each([
  [0, 0, true],
  [408, 0, true],
  [410, 1002, true],
  [423, 0, true],
  [429, 3200, true],
  [449, 0, true],
  [500, 0, true],
  [502, 0, true],
  [503, 0, true],
  [504, 0, true],
  [404, 1002, true],
  [404, 0, false],
  [404, 1003, false],
  [400, 0, false],
  [401, 0, false],
  [403, 0, false],
  [409, 0, false],
  [412, 0, false],
  [413, 0, false],
  [507, 0, false],
])('whether %i/%i may succeed later: %s', (status, substatus, expected) => {
  expect(isTransient({ status, substatus, retryAfterMs: 0, message: '' })).toBe(expected);
});

describe('for the user', () => {
  test.each([
    [401, 'source', 'unauthorized'],
    [403, 'target', 'unauthorized'],
    [503, 'source', 'source_unavailable'],
    [503, 'target', 'sink_unavailable'],
    [400, 'source', 'source_unavailable'],
    [400, 'target', 'sink_refused'],
    [507, 'target', 'local_io'],
  ] as const)('%i of the %s is %s, with its cause and what failed', (status, role, code) => {
    const cause = sdkError(status, 'Not today.');
    const told = toFlowError(cause, role, 'target "db/items"');
    expect(told).toMatchObject({ code, cause, message: expect.stringMatching(/^target "db\/items" .*Not today\.$/) });
  });

  test('a refused clock is told from a refused key', () => {
    const message = 'The authorization token is not valid at the current time.';
    expect(toFlowError(sdkError(403, message), 'source', 'x')).toMatchObject({ hint: expect.stringMatching(/clock/) });
    expect(toFlowError(sdkError(401, 'wrong'), 'source', 'x')).toMatchObject({ hint: expect.stringMatching(/KEY/) });
  });

  test('what is already for the user stays as it is', () => {
    const error = new FlowError('container_recreated', 'x', { cause: sdkError(404, 'gone') });
    expect(toFlowError(error, 'source', 'y')).toBe(error);
  });
});

function sdkError(code: number, message: string, more: object = {}): Error {
  return Object.assign(new Error(message), { code, ...more });
}
