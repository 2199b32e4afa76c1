import type { lookup as systemLookup } from 'node:dns';
import { describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { assertReachable, isLoopback, reachableLookup } from '../../src/sinks/reach.ts';
import { upsert } from '../support/changes.ts';
import { failureOf, openSink, serve, status } from './http/rig.ts';

test.each(['localhost', 'LOCALHOST', 'app.localhost', '127.0.0.1', '127.9.9.9', '[::1]', '::1', '[::ffff:7f00:1]'])(
  '%s is this machine',
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

test.each(['localhost.example.com', '128.0.0.1', '10.0.0.1', '[::2]', '0.0.0.0', 'example.com', ''])(
  '%s is another machine',
  (host) => {
    expect(isLoopback(host)).toBe(false);
  },
);

const FORBIDDEN = [
  '169.254.169.254',
  '169.254.0.1',
  '100.100.100.200',
  'fe80::1',
  'febf::1',
  'fd00:ec2::254',
  '::ffff:169.254.169.254',
];

describe.each(FORBIDDEN)('the address %s', (address) => {
  test('is not connected to', () => {
    const host = new URL(`http://${address.includes(':') ? `[${address}]` : address}/`).hostname;
    expect(() => assertReachable(host, { allowLinkLocal: false })).toThrow('only this machine and its network know');
    assertReachable(host, { allowLinkLocal: true });
  });

  test('is not connected to when it goes by a name', async () => {
    const { url, requests } = await serve(status(200));
    const named = url.replace('127.0.0.1', 'receiver.example');
    const sink = openSink(named, { lookup: answering('127.0.0.1', address) });
    expect(await failureOf(sink.write([upsert('a')], EVERYTHING))).toMatchObject({
      code: 'configuration',
      message: expect.stringContaining(`"receiver.example" is at ${address}`),
    });
    expect(requests).toEqual([]);
  });
});

test.each(['10.0.0.1', '192.168.1.1', 'fd00::1', '100.100.100.201', '169.253.0.1', 'example.com'])(
  '%s is for the operator to decide',
  (host) => {
    assertReachable(host, { allowLinkLocal: false });
  },
);

test('a name that changes its address is looked at again for every connection', async () => {
  const { url, requests } = await serve((response) => response.writeHead(200, { connection: 'close' }).end());
  let address = '127.0.0.1';
  const lookup = answeringWith(() => [address]);
  const sink = openSink(url.replace('127.0.0.1', 'receiver.example'), { lookup, connections: 1 });
  await sink.write([upsert('a')], EVERYTHING);
  address = '169.254.169.254';
  expect(await failureOf(sink.write([upsert('b')], EVERYTHING))).toMatchObject({ code: 'configuration' });
  expect(requests).toHaveLength(1);
});

test('who asks for one address gets one that was looked at', async () => {
  const lookup = reachableLookup({ allowLinkLocal: false, lookup: answering('127.0.0.1', '127.0.0.2') });
  const found = await new Promise((resolve) => {
    lookup('receiver.example', { all: false }, (_, address, family) => resolve([address, family]));
  });
  expect(found).toEqual(['127.0.0.1', 4]);
});

/** A directory in which every name has these addresses. */
function answering(...addresses: readonly string[]): typeof systemLookup {
  return answeringWith(() => addresses);
}

function answeringWith(addresses: () => readonly string[]): typeof systemLookup {
  type Found = readonly { readonly address: string; readonly family: number }[];
  const lookup = (_: string, __: unknown, callback: (error: null, all: Found) => void): void =>
    callback(
      null,
      addresses().map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
    );
  return lookup as unknown as typeof systemLookup;
}
