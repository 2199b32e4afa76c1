import { describe, expect, test } from 'vitest';
import { accountOf } from '../../src/cosmos/account.ts';
import { parseAddress } from '../../src/cosmos/address.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';

const [URI, KEY] = ['https://one.documents.azure.com/', 'c2VjcmV0LW9uZQ=='];
const [OTHER_URI, OTHER_KEY] = ['https://two.documents.azure.com/', 'c2VjcmV0LXR3bw=='];
const STRING = `AccountEndpoint=${URI}:443/;AccountKey=${KEY};`.replace('/:443', ':443');
const NAMED = parseAddress('db/items');
const ENDPOINT = parseAddress('cosmos://two.documents.azure.com/db/items');
const LOCAL = parseAddress('cosmos://localhost:8081/db/items');

describe('the account of a name without one', () => {
  test.each([
    ['COSMOS_URI and COSMOS_KEY', { COSMOS_URI: URI, COSMOS_KEY: KEY }, { endpoint: URI, key: KEY }],
    ['a connection string', { COSMOS_CONNECTION_STRING: STRING }, { endpoint: URI, key: KEY }],
    [
      'single variables before a connection string',
      { COSMOS_CONNECTION_STRING: STRING, COSMOS_KEY: OTHER_KEY },
      { endpoint: URI, key: OTHER_KEY },
    ],
    ['an endpoint without its path', { COSMOS_URI: `${URI}x/y?z`, COSMOS_KEY: KEY }, { endpoint: URI, key: KEY }],
    [
      'the key of every emulator for this machine',
      { COSMOS_URI: 'http://localhost:8081' },
      { endpoint: 'http://localhost:8081/', key: EMULATOR_KEY },
    ],
  ])('comes from %s', (_, environment, account) => {
    expect(accountOf(NAMED, 'source', environment)).toEqual(account);
  });

  test.each([
    ['no variable at all', {}, /COSMOS_URI and COSMOS_KEY/],
    ['an endpoint without a key', { COSMOS_URI: URI }, /COSMOS_KEY/],
    ['plain http to another machine', { COSMOS_URI: 'http://one.example/', COSMOS_KEY: KEY }, /https/],
    ['an endpoint that is none', { COSMOS_URI: 'one', COSMOS_KEY: KEY }, /https/],
    ['another protocol', { COSMOS_URI: 'ftp://one.example', COSMOS_KEY: KEY }, /https/],
    ['a connection string that is none', { COSMOS_CONNECTION_STRING: KEY }, /AccountEndpoint=/],
  ])('cannot come from %s', (_, environment, hint) => {
    expect(() => accountOf(NAMED, 'source', environment)).toThrow(
      expect.objectContaining({ code: 'configuration', hint: expect.stringMatching(hint) }),
    );
  });
});

describe('the target', () => {
  const source = { COSMOS_URI: URI, COSMOS_KEY: KEY };
  const target = { COSMOS_TARGET_URI: OTHER_URI, COSMOS_TARGET_KEY: OTHER_KEY };

  test('is in an account of its own where one is given', () => {
    expect(accountOf(NAMED, 'target', { ...source, ...target })).toEqual({ endpoint: OTHER_URI, key: OTHER_KEY });
    expect(accountOf(NAMED, 'source', { ...source, ...target })).toEqual({ endpoint: URI, key: KEY });
  });

  test('is in the account of the source otherwise', () => {
    expect(accountOf(NAMED, 'target', source)).toEqual({ endpoint: URI, key: KEY });
  });

  test('is never opened with the key of the source', () => {
    const environment = { ...source, COSMOS_TARGET_URI: OTHER_URI };
    expect(() => accountOf(NAMED, 'target', environment)).toThrow(
      expect.objectContaining({ code: 'configuration', hint: expect.stringMatching(/COSMOS_TARGET_KEY/) }),
    );
  });
});

describe('the account of an address with a host', () => {
  test('is that host, with the key from the environment', () => {
    expect(accountOf(ENDPOINT, 'source', { COSMOS_KEY: KEY })).toEqual({ endpoint: OTHER_URI, key: KEY });
    expect(accountOf(ENDPOINT, 'target', { COSMOS_KEY: KEY, COSMOS_TARGET_KEY: OTHER_KEY }).key).toBe(OTHER_KEY);
  });

  test('needs no key on this machine', () => {
    expect(accountOf(LOCAL, 'source', {})).toEqual({ endpoint: 'http://localhost:8081/', key: EMULATOR_KEY });
  });

  test('needs one elsewhere', () => {
    for (const [role, variable] of [
      ['source', 'COSMOS_KEY'],
      ['target', 'COSMOS_TARGET_KEY'],
    ] as const) {
      const hint = expect.stringContaining(`set ${variable} `);
      expect(() => accountOf(ENDPOINT, role, {})).toThrow(expect.objectContaining({ code: 'configuration', hint }));
      expect(accountOf(ENDPOINT, role, { [variable]: KEY }).key).toBe(KEY);
    }
  });
});

test.each([
  { COSMOS_URI: STRING },
  { COSMOS_URI: `http://user:${KEY}@one.example` },
  { COSMOS_CONNECTION_STRING: `AccountKey=${KEY}` },
  { COSMOS_CONNECTION_STRING: `AccountEndpoint=nowhere;AccountKey=${KEY}` },
  { COSMOS_KEY: KEY },
])('no error repeats a key: row %#', (environment) => {
  let told = '';
  try {
    accountOf(NAMED, 'source', environment);
  } catch (error) {
    told = `${(error as Error).message} ${(error as { hint?: string }).hint}`;
  }
  expect(told).not.toBe('');
  expect(told).not.toContain(KEY);
});
