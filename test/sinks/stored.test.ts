import { expect, test, vi } from 'vitest';
import { EVERYTHING } from '../../src/contract.ts';
import { Batches } from '../../src/cosmos/batches.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { storedIn } from '../../src/sinks/stored.ts';
import { Undelivered } from '../../src/sinks/undelivered.ts';
import { idOf, upsert } from '../support/changes.ts';
import { useConnection, useContainer } from '../support/container.ts';

const CHANGES = ['a', 'b', 'c', 'd'].map((id) => upsert(id));

test('what cannot even be asked for is taken as not there, and all else is found', async () => {
  const rig = await filled();
  const post = Batches.prototype.post;
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async function (this: Batches, ...call) {
    if (call[2].includes('"id":"c"')) throw Object.assign(new Error('no'), { code: 400 });
    return post.apply(this, call);
  });
  const found = await storedIn(rig.connection, rig.facts, { concurrency: 1 })(CHANGES);
  expect(CHANGES.filter(({ key }) => found.has(key)).map(idOf)).toEqual(['a', 'b', 'd']);
});

test('a target that answers none of what is asked for is not asked for ever', async () => {
  const rig = await filled();
  vi.spyOn(Batches.prototype, 'post').mockImplementation(async () => {
    await new Promise(setImmediate);
    return { outcomes: CHANGES.map(() => ({ statusCode: 413 })), containerRid: undefined, body: Buffer.from('[]') };
  });
  await expect(storedIn(rig.connection, rig.facts, { concurrency: 1 })(CHANGES)).rejects.toMatchObject({
    code: 'sink_unavailable',
  });
});

test('ranges that have split since are read anew', async () => {
  const rig = await filled();
  const stored = storedIn(rig.connection, rig.facts, { concurrency: 1 });
  await stored(CHANGES);
  for (let split = 0; split < 2; split++) rig.emulator.split('db', 'items');
  await expect(stored(CHANGES)).rejects.toBeInstanceOf(Undelivered);
  expect((await stored(CHANGES)).size).toBe(CHANGES.length);
});

test('a replica that is behind does not tell that a document is not there', async () => {
  const rig = await filled();
  const outcomes = CHANGES.map(() => ({ statusCode: 404, subStatusCode: 1002 }));
  const body = Buffer.from(JSON.stringify(outcomes));
  vi.spyOn(Batches.prototype, 'post').mockResolvedValue({ outcomes, containerRid: undefined, body });
  await expect(storedIn(rig.connection, rig.facts, { concurrency: 1 })(CHANGES)).rejects.toBeInstanceOf(Undelivered);
});

test('a target that does not let us in is not asked again', async () => {
  const rig = await filled();
  const wrong = useConnection({ endpoint: rig.emulator.endpoint, key: Buffer.from('wrong').toString('base64') });
  await expect(storedIn(wrong, rig.facts, { concurrency: 1 })(CHANGES)).rejects.toMatchObject({ code: 'unauthorized' });
});

async function filled() {
  const rig = await useContainer({ ranges: 1 });
  await cosmosSink(rig.connection, rig.facts, { concurrency: 1 }).write(CHANGES, EVERYTHING);
  return rig;
}
