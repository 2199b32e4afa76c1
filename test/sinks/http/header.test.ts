import { expect, test } from 'vitest';
import { headerName, headerValue, isSecret } from '../../../src/sinks/http/header.ts';

test.each(['a\r\nx: y', 'a\nb', 'a\u0000b', 'snow ☃', 'a\u2028b', 'a\u007fb'])(
  'the value %j is refused, and not told',
  (value) => {
    expect(() => headerValue('x-tenant', value)).toThrow('the value of the header "x-tenant" cannot be sent');
  },
);

test('a value is Latin-1, without the spaces around it', () => {
  expect(headerValue('x-tenant', ' blå bær\n')).toBe('blå bær');
});

test.each(['', ' ', 'a b', 'a:b', 'ä', 'a\r\nb'])('%j is not the name of a header', (name) => {
  expect(() => headerName(name)).toThrow('is not the name of a header');
});

test.each(['Content-Length', 'host', 'Transfer-Encoding', 'webhook-id', 'Idempotency-Key', 'cosmosflow-operation'])(
  'the header %s is ours',
  (name) => {
    expect(() => headerName(name)).toThrow('is not to be set');
  },
);

test.each(['authorization', 'proxy-authorization', 'cookie', 'x-api-key', 'x-functions-key', 'private-token'])(
  'what %s says is secret',
  (name) => {
    expect(isSecret(name)).toBe(true);
  },
);

test('what x-tenant says is not', () => {
  expect(isSecret(headerName('X-Tenant'))).toBe(false);
});
