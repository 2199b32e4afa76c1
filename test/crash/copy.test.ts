import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { contentsOf, upsertText } from '../support/contents.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { randomFrom } from '../support/random.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KILLS = 10;
const DOCUMENTS = 600;

test(`a copy killed ${KILLS} times at random requests ends equal to its source (SEED=${SEED})`, {
  timeout: 120_000,
}, async () => {
  needsEmbedded('a hand in the requests that it gets');
  const random = randomFrom(SEED);
  const death = { child: undefined as ChildProcess | undefined, requestsLeft: Number.POSITIVE_INFINITY };
  const intercept = (exchange: Exchange): Fault | undefined => {
    if (exchange.headers['user-agent']?.includes('cosmosflow') === false || --death.requestsLeft !== 0)
      return undefined;
    death.child?.kill('SIGKILL');
    return random.pick<Fault | undefined>([undefined, { after: 'drop' }, { before: 'drop' }]);
  };
  const { emulator, client } = await useEmulator({ intercept });
  await client.databases.create({ id: 'shop' });
  await client.database('shop').containers.create({ id: 'orders', partitionKey: { paths: ['/pk'], version: 2 } });
  for (let index = 0; index < DOCUMENTS; index++) {
    await upsertText(emulator, 'shop/orders', `["k${index % 37}"]`, awkwardText(index));
  }

  const cwd = useDirectory();
  const args = ['copy', addressOf(emulator, 'shop/orders'), addressOf(emulator, 'shop/copy'), '--max-item-count', '10'];
  let kills = 0;
  while (kills < KILLS) {
    // Few enough that there is always something left to do when the process dies.
    death.requestsLeft = 1 + random.integer(8);
    const result = await runCli(args, {
      cwd,
      onStart: (child) => {
        death.child = child;
      },
    });
    expect(result, result.stderr).toMatchObject({ signal: 'SIGKILL' });
    kills++;
  }
  death.requestsLeft = Number.POSITIVE_INFINITY;
  const last = await runCli(args, { cwd });
  expect(last, last.stderr).toMatchObject({ status: 0 });
  expect(await contentsOf(emulator, 'shop/copy')).toEqual(await contentsOf(emulator, 'shop/orders'));
});

/** Text that does not survive JSON.parse and JSON.stringify. */
function awkwardText(index: number): string {
  const beyond = '9007199254740993';
  return `{ "z":1.0,"_custom":{"_ts":${index}},"10":"ten","2":"two", "id":"order ${index} \\u00e9","big":${beyond},"pk":"k${index % 37}","twice":1,"twice":2,"e":1E2,"text":"é \\"}],[{ 緑茶"}`;
}
