import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { effectivePartitionKey, effectivePartitionKeyOfText } from '../../src/protocol/effective-partition-key.ts';
import type { KeyComponent, PartitionKeyDefinition } from '../../src/protocol/partition-key.ts';
import { randomFrom } from '../support/random.ts';

const V1: PartitionKeyDefinition = { paths: ['/a'], kind: 'Hash' };
const V2: PartitionKeyDefinition = { paths: ['/a'], kind: 'Hash', version: 2 };
const MULTI: PartitionKeyDefinition = { paths: ['/a', '/b', '/c'], kind: 'MultiHash', version: 2 };

describe('version 2', () => {
  // Vectors of the Rust, Java and .NET SDKs of Azure Cosmos DB.
  test.each<[KeyComponent, string]>([
    ['', '32E9366E637A71B4E710384B2F4970A0'],
    ['partitionKey', '013AEFCF77FA271571CF665A58C933F1'],
    ['a'.repeat(1024), '332BDF5512AE49615F32C7D98C2DB86C'],
    ['a'.repeat(100), '0DBD7D229437BB665DE6417747994D57'],
    ['a'.repeat(101), '08042541D30C8BF90D7092B1519AE0BC'],
    ['redmond', '22E342F38A486A088463DFF7838A5963'],
    ['é', '007199F104E04116EE25AF912CA4889B'],
    ['😀', '28D7FCB721E75FBE0DAC3D71DAB82766'],
    ['123', '1E1188CDAB5F7CF324D106254608D150'],
    [123, '3878D0A8E9C157DFA2999D2CD0A5BBAF'],
    [null, '378867E4430E67857ACE5C908374FE16'],
    [true, '0E711127C5B5A8E4726AC6DD306A3E59'],
    [false, '2FE1BE91E90A3439635E0E9E37361EF2'],
    [undefined, '11622DAA78F835834610ABE56EFF5CB5'],
    [0, '155B95BEDAC4B1E9EC1CDC9BB0DDDE58'],
    [-0, '3D018BB1DF3DB27235766E81FD10406E'],
    [5.123124190509124, '0EF2E2D82460884AF0F6440BE4F726A8'],
    [-(2 ** 63), '23D5C6395512BDFEAFADAD15328AD2BB'],
    [5e-324, '0E6CBA63A280927DE485DEF865800139'],
    [Number.MAX_VALUE, '31424D996457102634591FF245DBCC4D'],
  ])('hashes %s as the service does', (value, expected) => {
    expect(effectivePartitionKey([value], V2)).toBe(expected);
  });

  test('hashes a list in one pass', () => {
    const key = [5, 'redmond', true, null];
    expect(effectivePartitionKey(key, { paths: ['/a', '/b', '/c', '/d'], kind: 'Hash', version: 2 })).toBe(
      '3032DECBE2AB1768D8E0AEDEA35881DF',
    );
  });
});

describe('version 1', () => {
  test.each<[KeyComponent, string]>([
    ['', '05C1CF33970FF80800'],
    ['partitionKey', '05C1E1B3D9CD2608716273756A756A706F4C667A00'],
    ['redmond', '05C1EFE313830C087366656E706F6500'],
    ['é', '05C1B3CD91912008C4AA00'],
    ['a'.repeat(1024), `05C1EB5921F70608${'62'.repeat(100)}00`],
    [null, '05C1ED45D7475601'],
    [true, '05C1D7C5A903D803'],
    [undefined, '05C1D529E345DC00'],
    [-128, '05C1D73349F54C053FA0'],
    [127, '05C1DD539DDFCC05C05FE0'],
    [-(2 ** 63), '05C1DB35F33D1C053C20'],
    [2147483647, '05C1E1F503DFB205C1DFFFFFFFFC'],
    [5e-324, '05C1E5C91F4D3005800101010101010102'],
    [Number.MAX_VALUE, '05C1CBE367C53005FFEFFFFFFFFFFFFFFE'],
    [0.5, '05C1EF2577DF1805BFE0'],
    [100, '05C1E30371BF2005C05980'],
    [0, '05C1BF6DA11560058000'],
  ])('hashes %s as the service does', (value, expected) => {
    expect(effectivePartitionKey([value], V1)).toBe(expected);
  });
});

describe('hierarchical keys', () => {
  test.each<[KeyComponent[], string]>([
    [['redmond', 5], '22E342F38A486A088463DFF7838A596319C08621B135968252FB34B4CF66F811'],
    [['tenant1'], '0DAE0B8467B011E957BC0B8B0DEB5ACA'],
    [
      ['tenant1', 'user1', 'session1'],
      '0DAE0B8467B011E957BC0B8B0DEB5ACA236A5BE3329A7AD57D4B998E8602BD7B3968A88FC4D9F7E8A7CC60434EE850D5',
    ],
    [['tenant1', undefined], '0DAE0B8467B011E957BC0B8B0DEB5ACA11622DAA78F835834610ABE56EFF5CB5'],
    [[], ''],
  ])('hashes each component of %j by itself', (key, expected) => {
    expect(effectivePartitionKey(key, MULTI)).toBe(expected);
  });
});

test('random keys hash as in the JavaScript SDK', async () => {
  const random = randomFrom(20261120);
  const { hashPartitionKey } = await sdkHashing();
  for (let round = 0; round < 3000; round++) {
    const value = random.pick<() => KeyComponent>([
      () => random.text(40),
      () => random.integer(1e9) - 5e8,
      () => random.fraction() * 1e6,
      () => random.pick([true, false, null]),
    ])();
    expect(effectivePartitionKey([value], V2)).toBe(hashPartitionKey([value], { ...V2 }));
    expect(effectivePartitionKey([value], V1)).toBe(hashPartitionKey([value], { paths: ['/a'], kind: 'Hash' }));
    expect(effectivePartitionKey([value, 'x'], MULTI)).toBe(hashPartitionKey([value, 'x'], MULTI));
    if (typeof value === 'string') {
      expect(effectivePartitionKeyOfText(Buffer.from(value))).toBe(effectivePartitionKey([value], V2));
    }
  }
});

/** The SDK does not export its hashing, so the file is loaded by its path. */
async function sdkHashing(): Promise<{ hashPartitionKey(key: unknown[], definition: unknown): string }> {
  const entry = new URL(import.meta.resolve('@azure/cosmos'));
  const file = entry.pathname.replace(/\/dist\/.*$/, '/dist/esm/utils/hashing/hash.js');
  return import(pathToFileURL(file).href);
}
