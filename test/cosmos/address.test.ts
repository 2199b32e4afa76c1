import { expect, test } from 'vitest';
import { type Address, isLoopback, parseAddress } from '../../src/cosmos/address.ts';

test.each<[string, Address]>([
  ['shop/orders', { account: 'environment', database: 'shop', container: 'orders' }],
  ['größe/a b', { account: 'environment', database: 'größe', container: 'a b' }],
  ['embedded:shop/orders', { account: 'embedded', database: 'shop', container: 'orders' }],
  ['cosmos://name.documents.azure.com/shop/orders', at('https://name.documents.azure.com/')],
  ['cosmos://name.documents.azure.com:443/shop/orders', at('https://name.documents.azure.com/')],
  ['cosmos://localhost:8081/shop/orders', at('http://localhost:8081/')],
  ['cosmos://127.0.0.1:9000/shop/orders', at('http://127.0.0.1:9000/')],
  ['cosmos+https://localhost:8081/shop/orders', at('https://localhost:8081/')],
  ['cosmos+https://name.documents.azure.com/shop/orders', at('https://name.documents.azure.com/')],
  ['cosmos://[::1]:9000/shop/orders', at('http://[::1]:9000/')],
  ['cosmos://host/sh%20op/orders', { ...at('https://host/'), database: 'sh op' }],
])('%s is read', (text, address) => {
  expect(parseAddress(text)).toEqual(address);
});

test.each([
  '',
  'shop',
  'shop/',
  '/orders',
  'shop/orders/more',
  'shop/or#ders',
  'shop/or?ders',
  'shop\\orders/x',
  'http://host/shop/orders',
  'https://host/shop/orders',
  'cosmos://',
  'cosmos://host',
  'cosmos://host/shop',
  'cosmos://host/shop/orders/',
  'cosmos://host/sh%2Fop/orders',
  'cosmos://host/shop/%zz',
  'cosmos+http://localhost:8081/shop/orders',
  'embedded:',
  'embedded:shop',
])('"%s" is refused, and the error says how to write one', (text) => {
  expect(() => parseAddress(text)).toThrow(
    expect.objectContaining({ code: 'usage', hint: expect.stringMatching(/db\/container/) }),
  );
});

test.each([
  'cosmos://user:c2VjcmV0@host/shop/orders',
  'cosmos+https://user:c2VjcmV0@host/shop/orders',
  'cosmos://host/shop/orders?AccountKey=c2VjcmV0',
  'cosmos://AccountEndpoint=https:host;AccountKey=c2VjcmV0/shop/orders',
])('an address with a key in it, %s, is refused without repeating it', (text) => {
  const refusal = refusalOf(text);
  expect(refusal).toMatchObject({ code: 'usage' });
  expect(`${refusal.message} ${refusal.hint}`).not.toContain('c2VjcmV0');
});

test.each([
  ['localhost', true],
  ['127.0.0.1', true],
  ['127.255.1.2', true],
  ['[::1]', true],
  ['127.0.0.1.example.com', false],
  ['localhost.example.com', false],
  ['0.0.0.0', false],
  ['128.0.0.1', false],
])('whether %s is always this machine: %s', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});

function at(endpoint: string): Address {
  return { account: 'endpoint', endpoint, database: 'shop', container: 'orders' };
}

function refusalOf(text: string): { message: string; hint?: string } {
  try {
    return { message: JSON.stringify(parseAddress(text)) };
  } catch (error) {
    return error as { message: string; hint?: string };
  }
}
