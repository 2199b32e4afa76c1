import { expect, test } from 'vitest';
import { parseThroughput, type Throughput } from '../../src/commands/budget-flags.ts';
import { readAhead, setTerms } from '../../src/commands/terms.ts';
import { containerPath } from '../../src/cosmos/budgeted.ts';
import type { Connection } from '../../src/cosmos/connection.ts';
import { createContainer, readContainer } from '../../src/cosmos/container.ts';
import { useConnection } from '../support/container.ts';
import { useEmulator } from '../support/emulator.ts';

const NAME = { database: 'db', container: 'items' };
const BY_ID = { partitionKey: { paths: ['/id'] } };

test.each([
  ['400', 400],
  ['50%', 6000],
  ['12.5%', 1500],
])('--target-throughput %s of 12,000 is %i', async (text, units) => {
  const { emulator } = await useEmulator();
  const connection = useConnection(emulator);
  await createContainer(connection.client, NAME, { ...BY_ID, throughput: 12_000 });
  await set(connection, parseThroughput(text));
  expect(connection.terms.get(containerPath(NAME))?.budget?.unitsPerSecond).toBe(units);
});

test('a share needs throughput of its own to be taken from, a number does not', async () => {
  const { emulator, client } = await useEmulator();
  const { database } = await client.databases.create({ id: 'db', throughput: 1000 });
  await database.containers.create({ id: 'items', ...BY_ID });
  const connection = useConnection(emulator);
  await expect(set(connection, { share: 0.5 })).rejects.toMatchObject({ code: 'configuration' });
  await set(connection, { units: 300 });
  expect(connection.terms.get(containerPath(NAME))?.budget?.unitsPerSecond).toBe(300);
});

test('what is read ahead can be written while a stop waits for it', async () => {
  const { emulator } = await useEmulator();
  const connection = useConnection(emulator);
  await createContainer(connection.client, NAME, BY_ID);
  const facts = await readContainer(connection.client, NAME);
  expect(readAhead({ connection, facts }, 1000)).toEqual({ pageItems: 1000, bytesMax: undefined });
  await set(connection, { units: 400 });
  const { pageItems, bytesMax = 0 } = readAhead({ connection, facts }, 1000);
  expect(pageItems).toBe(50);
  // Documents of half a kilobyte cost about 6 units each.
  expect((bytesMax / 500) * 6).toBeLessThan(400 * 10);
});

test.each(['0', '-5', '101%', '0%', '', 'many', '5 %'])('"%s" is no throughput', (text) => {
  expect(() => parseThroughput(text)).toThrow(/neither a number/);
});

async function set(connection: Connection, targetThroughput: Throughput): Promise<void> {
  const facts = await readContainer(connection.client, NAME);
  const options = { targetThroughput, priorityLevel: undefined, throughputBucket: undefined };
  await setTerms({ connection, facts, role: 'target' }, options, { signal: new AbortController().signal });
}
