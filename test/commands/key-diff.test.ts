import type { PartitionKeyDefinition } from '@azure/cosmos';
import { describe, expect, test } from 'vitest';
import type { Exchange, Fault } from '../../src/emulator/emulator.ts';
import { contentsOf, upsertText } from '../support/contents.ts';
import { addressOf, type EmulatorRig, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { type CommandRun, runCommand } from '../support/run-command.ts';

describe('a copy with --deletes=diff', () => {
  test('deletes what is gone from the source or has expired there, and nothing else', async () => {
    let now = Math.floor(Date.now() / 1000) * 1000 - 300_000;
    const rig = await openRig({ clock: () => now, documents: 60 });
    await rig.put('source', 'short', { ttl: 5 });
    await rig.copy();
    await rig.remove('source', 'item-3');
    await rig.remove('source', 'item-7');
    await rig.put('target', 'item-9', { other: true });
    await rig.put('target', 'stranger');
    now += 60_000;
    const { notes, failure } = await rig.copy();
    expect(failure).toBeUndefined();
    expect(notes).toContain('compared keys: 4 deleted in the target');
    const left = await rig.ids('target');
    expect(left).toEqual(await rig.ids('source'));
    expect(left).toHaveLength(58);
  });

  test.each<[string, PartitionKeyDefinition, readonly object[]]>([
    ['a nested path', { paths: ['/a/b'], version: 2 }, [{ a: { b: 1.5 } }, { a: { b: 'x' } }, { a: {} }, { a: 1 }, {}]],
    [
      'levels in one object',
      { paths: ['/a/x', '/a/y'], kind: 'MultiHash' as never, version: 2 },
      [{ a: { x: 'é"', y: null } }, { a: { x: 'é"' } }, { a: { x: true, y: 'z' } }, {}],
    ],
    ['the id', { paths: ['/id'], version: 2 }, [{}, {}]],
    ['a name in quotes, by a hash of version 1', { paths: ['/"a.b é"'] }, [{ 'a.b é': 1 }, { 'a.b é': '1' }, {}]],
  ])('finds documents by %s', async (_, partitionKey, documents) => {
    const rig = await openRig({ partitionKey });
    const items = rig.client.database('db').container('source').items;
    const created = await Promise.all(
      documents.flatMap((document, index) => [
        items.create({ id: `gone-${index}`, ...document }),
        items.create({ id: `kept-${index}`, ...document }),
      ]),
    );
    await rig.copy();
    for (const { item, resource } of created) if (resource?.id.startsWith('gone')) await item.delete();
    const { notes, failure } = await rig.copy();
    expect(failure).toBeUndefined();
    expect(notes).toContain(`compared keys: ${documents.length} deleted in the target`);
    expect(await contentsOf(rig.emulator, 'db/target')).toEqual(await contentsOf(rig.emulator, 'db/source'));
  });

  test('keeps what is created in the source after its keys were read', async () => {
    const rig = await openRig({ documents: 5 });
    await rig.copy();
    await rig.put('target', 'late');
    rig.intercept = rig.once(isReadOf('target', 'late'), () => rig.put('source', 'late'));
    expect((await rig.copy()).notes).toContain('compared keys: 0 deleted in the target');
    expect(await rig.ids('target')).toContain('late');
  });

  test('keeps what is written to the target after the source was asked for it', async () => {
    const rig = await openRig({ documents: 5 });
    await rig.copy();
    await rig.put('target', 'late');
    rig.intercept = rig.once(isReadOf('source', 'late'), () => rig.put('target', 'late', { version: 2 }));
    expect((await rig.copy()).notes).toContain('compared keys: 0 deleted in the target');
    expect(await rig.ids('target')).toContain('late');
  });

  test('reads on over splits of both sides', async () => {
    const rig = await openRig({ documents: 120 });
    await rig.copy();
    for (let index = 0; index < 120; index += 3) await rig.remove('source', `item-${index}`);
    let queries = 0;
    rig.intercept = ({ operation, container }) => {
      if (operation === 'query' && ++queries % 2 === 0 && queries < 12) rig.emulator.split('db', container);
      return undefined;
    };
    expect((await rig.copy()).notes).toContain('compared keys: 40 deleted in the target');
    expect(queries).toBeGreaterThan(11);
    expect(await rig.ids('target')).toEqual(await rig.ids('source'));
  });

  test('that follows compares again and again', async () => {
    const rig = await openRig({ documents: 20 });
    const stop = new AbortController();
    const running = rig.copy(['--follow', '--poll', '10ms', '--deletes-every', '20ms'], stop.signal);
    let isOver = false;
    const ended = running.finally(() => {
      isOver = true;
    });
    const until = async (condition: (ids: readonly string[]) => boolean): Promise<void> => {
      while (!isOver && !condition(await rig.ids('target')));
    };
    for (const id of ['item-1', 'item-2']) {
      await until((ids) => ids.includes(id));
      await rig.remove('source', id);
      await until((ids) => !ids.includes(id));
    }
    stop.abort();
    const { failure, notes } = await ended;
    expect(failure).toBeUndefined();
    expect(notes.filter((note) => /[1-9] deleted in the target/.test(note))).toHaveLength(2);
    expect(await rig.ids('target')).toEqual(await rig.ids('source'));
  });

  test('that follows ends when keys cannot be compared', async () => {
    const rig = await openRig({ documents: 5 });
    rig.intercept = ({ operation }) => (operation === 'query' ? { status: 403, message: 'not for you' } : undefined);
    const { failure } = await rig.copy(['--follow', '--poll', '10ms']);
    expect(failure).toMatchObject({ exitStatus: 4 });
  });

  test('is refused together with a transform, which may change keys', async () => {
    const rig = await openRig({});
    const { failure } = await rig.copy(['--transform', new URL(import.meta.url).pathname]);
    expect(failure).toMatchObject({ code: 'usage', hint: expect.stringMatching(/--deletes=feed/) });
  });
});

test('a container without a feed of all versions is refused before a target is made, with what to do', async () => {
  const rig = await openRig({});
  const [source, target] = [addressOf(rig.emulator, 'db/source'), addressOf(rig.emulator, 'new/target')];
  const { failure } = await runCommand(['copy', source, target, '--deletes', '--checkpoint', rig.checkpoint]);
  expect(failure).toMatchObject({ code: 'configuration', hint: expect.stringMatching(/--deletes=diff/) });
  expect((await rig.client.databases.readAll().fetchAll()).resources.map(({ id }) => id)).toEqual(['db']);
});

test('a dry run needs the feed of all versions as well', async () => {
  const rig = await openRig({});
  const args = ['copy', addressOf(rig.emulator, 'db/source'), addressOf(rig.emulator, 'db/target'), '--deletes'];
  expect((await runCommand([...args, '--dry-run'])).failure).toMatchObject({ code: 'configuration' });
});

test('a copy that comes when its position is no longer retained is told what to do about deletes', async () => {
  let now = Date.now() - 600_000;
  const rig = await openRig({ clock: () => now, retentionMinutes: 1 });
  await rig.put('source', 'a');
  expect((await rig.copy(['--deletes=feed'])).failure).toBeUndefined();
  await rig.remove('source', 'a');
  now += 120_000;
  await rig.put('source', 'b');
  expect((await rig.copy(['--deletes=feed'])).failure).toMatchObject({
    code: 'position_expired',
    hint: expect.stringMatching(/--restart.*verify --repair/),
  });
});

interface Rig extends EmulatorRig {
  readonly checkpoint: string;
  intercept: (exchange: Exchange) => Fault | undefined;
  copy(flags?: readonly string[], signal?: AbortSignal): Promise<CommandRun>;
  put(container: string, id: string, rest?: object): Promise<void>;
  remove(container: string, id: string): Promise<void>;
  ids(container: string): Promise<string[]>;
  /** Does `work` before the first such request is answered. */
  once(is: (exchange: Exchange) => boolean, work: () => Promise<void>): Rig['intercept'];
}

interface RigOptions {
  readonly documents?: number;
  readonly partitionKey?: PartitionKeyDefinition;
  readonly clock?: () => number;
  readonly retentionMinutes?: number;
}

/** Two containers, `db/source` and `db/target`; only the first has documents. */
async function openRig({
  documents = 0,
  partitionKey = BY_PK,
  clock = Date.now,
  retentionMinutes,
}: RigOptions): Promise<Rig> {
  const hand: Pick<Rig, 'intercept'> = { intercept: () => undefined };
  const rig = await useEmulator({ ranges: 2, clock, intercept: (exchange) => hand.intercept(exchange) });
  const { database } = await rig.client.databases.create({ id: 'db' });
  const retention = retentionMinutes && { changeFeedPolicy: { retentionDuration: retentionMinutes } };
  await database.containers.create({ id: 'source', partitionKey, defaultTtl: -1, ...retention });
  // Where nothing expires by itself.
  await database.containers.create({ id: 'target', partitionKey });
  const [source, target] = [addressOf(rig.emulator, 'db/source'), addressOf(rig.emulator, 'db/target')];
  const checkpoint = `${useDirectory()}/checkpoint.db`;
  const put = async (container: string, id: string, rest: object = {}): Promise<void> => {
    await upsertText(rig.emulator, `db/${container}`, `["${id}"]`, JSON.stringify({ id, pk: id, ...rest }));
  };
  for (let index = 0; index < documents; index++) await put('source', `item-${index}`);
  return Object.assign(hand, rig, {
    checkpoint,
    put,
    copy: (flags: readonly string[] = [], signal?: AbortSignal) =>
      runCommand(['copy', source, target, '--deletes=diff', '--checkpoint', checkpoint, ...flags], signal),
    remove: async (container: string, id: string) => {
      await database.container(container).item(id, id).delete();
    },
    ids: async (container: string) => {
      const { resources } = await database
        .container(container)
        .items.query<string>('SELECT VALUE c.id FROM c')
        .fetchAll();
      return resources.sort();
    },
    once: (is: (exchange: Exchange) => boolean, work: () => Promise<void>): Rig['intercept'] => {
      let state: 'waiting' | 'working' | 'over' = 'waiting';
      return (exchange) => {
        if (!is(exchange) || state === 'over') return undefined;
        if (state === 'waiting') {
          state = 'working';
          void work().then(() => {
            state = 'over';
          });
        }
        return { status: 429, retryAfterMs: 5 };
      };
    },
  });
}

function isReadOf(name: string, document: string): (exchange: Exchange) => boolean {
  return ({ operation, container, id }) => operation === 'read' && container === name && id === document;
}

const BY_PK = { paths: ['/pk'], version: 2 } as PartitionKeyDefinition;
