import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Answering, serve, status } from '../sinks/http/rig.ts';
import { useContainer } from '../support/container.ts';
import { addressOf } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

test.each(['SELECT VALUE COUNT(1) FROM c WHERE c.x = 1', 'SELECT c.id, c.pk, c.x FROM c'])(
  'a result that is what it was once before is news to a receiver: %s',
  async (query) => {
    const { exported, set } = await openItem(query, status(200));
    const ids: unknown[] = [];
    for (const x of [1, 2, 1]) {
      await set(x);
      ids.push(...(await exported('--restart')));
    }
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(3);
  },
);

test('a document that is as it was is none, whatever it was exported for', async () => {
  const { exported, set } = await openItem('SELECT * FROM c', status(200));
  await set(1);
  const ids = [...(await exported('--restart')), ...(await exported('--restart'))];
  expect(new Set(ids).size).toBe(1);
});

test('of a result that was refused in several runs each is a letter', async () => {
  const { exported, set } = await openItem('SELECT VALUE COUNT(1) FROM c WHERE c.x = 1', status(422));
  const file = join(useDirectory(), 'dead.ndjson');
  for (const x of [1, 2, 1]) {
    await set(x);
    await exported('--restart', '--dead-letter', file);
  }
  const { stdout } = await runCommand(['dead-letter', 'list', file]);
  expect(stdout.trimEnd().split('\n')).toHaveLength(3);
});

test.each([
  ['goes on', 'SELECT c.id, c.pk, c.x FROM c'],
  ['starts over', 'SELECT c.x FROM c ORDER BY c.x'],
])('an export that was interrupted and %s sends results under the ids that they had', async (_, query) => {
  const { exported, set } = await openItem(query, (response, _request, nth) =>
    response.writeHead(nth === 0 ? 401 : 200).end(),
  );
  await set(1);
  const refused = await exported();
  expect(refused).toHaveLength(1);
  expect(await exported()).toEqual(refused);
});

/** A container with one document, and what a receiver was asked under when a query of it was exported. */
async function openItem(query: string, answer: Answering) {
  const { emulator, client } = await useContainer({ ranges: 1 });
  const { url, requests } = await serve(answer);
  const checkpoint = join(useDirectory(), 'export.db');
  const args = ['query-export', addressOf(emulator, 'db/items'), '--query', query, '--to', url];
  return {
    set: (x: number) => client.database('db').container('items').items.upsert({ id: 'a', pk: 'p', x }),
    async exported(...flags: readonly string[]): Promise<unknown[]> {
      const before = requests.length;
      await runCommand([...args, '--checkpoint', checkpoint, ...flags]);
      return requests.slice(before).map(({ headers }) => headers['idempotency-key']);
    },
  };
}
