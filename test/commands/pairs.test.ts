import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CosmosClient } from '@azure/cosmos';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Emulator, type Exchange, type Fault, startEmulator } from '../../src/emulator/emulator.ts';
import { orderText } from '../../src/sources/order.ts';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { type CommandRun, runCommand } from '../support/run-command.ts';
import { fillShelf, READERS } from './pair-readers.ts';
import { directoryOf, fileOf, httpOf, type PairSink, STDOUT, TCP } from './pair-sinks.ts';

// What README's table of guarantees promises, row by row: each way to read into each kind of destination, where the
// first run fails in the middle, the second goes on, the third finds nothing to do, and the fourth finds one document.

/** Every way to write, and for most readers one of each kind of bytes. */
const SINKS: readonly PairSink[] = [
  STDOUT,
  directoryOf('ndjson'),
  directoryOf('csv', 'gzip'),
  fileOf('ndjson', '.gz'),
  fileOf('json'),
  httpOf('json'),
  httpOf('ndjson', 5),
  httpOf('cloudevents'),
  httpOf('cloudevents-batch', 5),
  TCP,
];
const OTHERS: readonly PairSink[] = [
  directoryOf('json', 'zstd'),
  directoryOf('parquet'),
  directoryOf('avro'),
  fileOf('csv', '.zst'),
  fileOf('parquet'),
  fileOf('avro'),
  httpOf('json', 5),
];

/** What a destination promises, whoever reads. */
const PROMISES: Readonly<Record<string, string>> = {
  stdout: 'at least once',
  'files of a directory': 'exactly once',
  'a single file': 'exactly once',
  HTTP: 'at least once, under one id',
  TCP: 'at least once',
  'a container': 'the same in the end',
};

let emulator: Emulator;
let client: CosmosClient;
/** By container, what happens to requests that are about it. */
const interceptors = new Map<string, (exchange: Exchange) => Fault | undefined>();

beforeAll(async () => {
  emulator = await startEmulator({
    ranges: 2,
    intercept: (exchange) => interceptors.get(exchange.container)?.(exchange),
  });
  client = new CosmosClient({ endpoint: emulator.endpoint, key: emulator.key });
});

afterAll(async () => {
  client.dispose();
  await emulator.close();
});

describe.each(READERS)('$name', (reader) => {
  test.each(reader === READERS[0] ? [...SINKS, ...OTHERS] : SINKS)('to $name ($kind)', async (sink) => {
    const place = await sink.open(useDirectory());
    const runs: CommandRun[] = [];
    const run = async (address: string) => {
      const result = await runCommand([...reader.args(address), ...place.args]);
      runs.push(result);
      return result.failure;
    };
    const shelf = await fillShelf({ emulator, client }, nextName(), reader.isFromNow ? run : undefined);
    const expectArrived = async (texts: readonly string[]) => {
      const wanted = sink.isExact ? texts : texts.map((text) => (JSON.parse(text) as { id: string }).id);
      const arrived = (await place.arrived(runs)).map(withoutSystemProperties);
      const isOnce = PROMISES[sink.name] === 'exactly once';
      expect((isOnce ? arrived : [...new Set(arrived)]).toSorted()).toEqual(wanted.toSorted());
    };

    failAt(shelf.name, reader.pages, 4);
    expect(await run(shelf.address)).toMatchObject({ exitStatus: 4 });
    expect(await run(shelf.address)).toBe(undefined);
    await expectArrived(shelf.written);
    if (sink.isSealed) return;

    expect(await run(shelf.address)).toBe(undefined);
    const before = [...shelf.written];
    await shelf.write();
    expect(await run(shelf.address)).toBe(undefined);
    await expectArrived(reader.goesOn ? shelf.written : before);
    for (const ids of place.ids?.().values() ?? []) expect(ids.size).toBe(1);
  });
});

describe('a container is the same in the end as', () => {
  test('the one that its feed is of', async () => {
    const { name, address, written, write } = await fillShelf({ emulator, client }, nextName());
    const copy = ['copy', address, addressOf(emulator, 'shop/copy'), '--checkpoint', join(useDirectory(), 'copy.db')];
    failAt(name, 'changeFeed', 4);
    await expectInTheEnd([...copy, '--max-item-count', '4'], 'copy', written);
    await write();
    await expectInTheEnd(copy, 'copy', written, { fails: false });
  });

  test('the one that is read with deletes', async () => {
    const { name, address, written, write } = await fillShelf({ emulator, client }, nextName());
    const file = join(useDirectory(), 'copy.db');
    const copy = ['copy', address, addressOf(emulator, 'shop/replica'), '--deletes', '--checkpoint', file];
    failAt(name, 'changeFeed', 4);
    await expectInTheEnd([...copy, '--max-item-count', '4'], 'replica', written);
    await write();
    await client.database('shop').container(name).item('n0', 'k0').delete();
    await expectInTheEnd(copy, 'replica', written.slice(1), { fails: false });
  });

  test('the records of produce', async () => {
    const orders = Array.from({ length: 40 }, (_, index) => orderText(3, index, 0));
    failAt('orders', 'batch', 2);
    await expectInTheEnd(
      ['produce', addressOf(emulator, 'shop/orders'), '--count', '40', '--seed', '3'],
      'orders',
      orders,
    );
  });

  test('the file that produce reads', async () => {
    const directory = useDirectory();
    const { written } = await fillShelf({ emulator, client }, nextName());
    writeFileSync(join(directory, 'in.ndjson'), written.map((text) => `${text}\n`).join(''));
    const input = ['--input', join(directory, 'in.ndjson'), '--checkpoint', join(directory, 'in.db')];
    failAt('imported', 'batch', 2);
    await expectInTheEnd(['produce', addressOf(emulator, 'shop/imported'), ...input], 'imported', written);
  });
});

test('README promises this, row by row, and nothing else', () => {
  const pairs = READERS.flatMap(({ name }) =>
    [...new Set(SINKS.map((sink) => sink.name))].map((to) => [name, to] as const),
  );
  const containers = [READERS[0]?.name, READERS[1]?.name, 'records of `produce`', 'file of `produce --input`'];
  const rows = [...pairs, ...containers.map((name) => [name, 'a container'] as const)];
  const promised = rows.map(([from, to]) => `| ${from} | ${to} | ${PROMISES[to]} |`);
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const table = /\n\| from \| to \| delivered \|\n\|[ -|]+\n((?:\|.*\n)+)/.exec(readme)?.[1] ?? '';
  expect(table.split('\n').slice(0, -1).toSorted()).toEqual(promised.toSorted());
});

/** Fails in the middle, if nothing else is said, and then is run twice. */
async function expectInTheEnd(
  argv: readonly string[],
  container: string,
  wanted: readonly string[],
  { fails = true } = {},
): Promise<void> {
  if (fails) expect((await runCommand(argv)).failure).toMatchObject({ exitStatus: 4 });
  for (let times = 0; times < 2; times++) {
    expect((await runCommand(argv)).failure).toBe(undefined);
    expect(await contentsOf(emulator, `shop/${container}`)).toEqual([...wanted].sort());
  }
}

let names = 0;

function nextName(): string {
  return `c${names++}`;
}

/** Refuses the nth such request to a container. */
function failAt(container: string, operation: string, nth: number): void {
  let count = 0;
  interceptors.set(container, (exchange) =>
    exchange.operation === operation && ++count === nth ? { status: 403, message: 'not now' } : undefined,
  );
}

/** As it was written: queries hand on what the server has added. */
function withoutSystemProperties(text: string): string {
  return text.replace(/,"_rid":"[^"]*","_self":.*$/, '}');
}
