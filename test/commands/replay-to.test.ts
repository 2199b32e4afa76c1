import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Change } from '../../src/contract.ts';
import { type Letter, lineOf } from '../../src/dead-letter/letter.ts';
import { letterOf } from '../dead-letter/letters.ts';
import { type Answering, serve, status } from '../sinks/http/rig.ts';
import { removal, upsert } from '../support/changes.ts';
import { useDirectory } from '../support/run-cli.ts';
import { runCommand } from '../support/run-command.ts';

const COUNT: Change = { ...upsert('a'), key: '"","FF","",0', document: Buffer.from('7'), isResult: true };
const JOB = { source: 'cosmos://127.0.0.1:8081/shop/orders', target: 'there', mode: 'latest version' };

test('letters are sent to a receiver as they were, each under the same id however often', async () => {
  const lines = [
    letterOf({ ...upsert('a', 1), version: '1' }, { job: JOB }),
    letterOf({ ...upsert('a', 2), version: '2', time: 1_800_000_000 }, { job: JOB }),
    letterOf({ ...removal('b'), lsn: 7, operation: 'expire' }, { job: JOB }),
    letterOf(COUNT, { job: JOB }),
  ];
  const { replay, requests } = await open(lines, status(200));
  for (let run = 0; run < 2; run++) expect(await replay()).toMatchObject({ failure: undefined });
  const events = requests.map(({ body }) => JSON.parse(body.toString()));
  const sent = events.slice(0, 4).sort((one, other) => (one.type < other.type ? -1 : 1));
  expect(sent).toMatchObject([
    { type: 'cosmosflow.document.expire', subject: 'b', lsn: '7', data: { id: 'b', pk: 'key of b' } },
    { type: 'cosmosflow.document.upsert', source: JOB.source, partitionkey: '["key of a"]', data: { version: 1 } },
    { type: 'cosmosflow.document.upsert', subject: 'a', time: '2027-01-15T08:00:00Z', data: { version: 2 } },
    { type: 'cosmosflow.query.result', data: 7 },
  ]);
  const ids = events.map(({ id }) => id);
  expect(new Set(ids.slice(0, 4)).size).toBe(4);
  expect(new Set(ids).size).toBe(4);
});

test('letters of the same result that was refused twice are two', async () => {
  const { replay, requests } = await open(
    [0, 1000].map((ms) => letterOf(COUNT, { job: { ...JOB, mode: `query ${ms}` }, time: new Date(ms) })),
    status(200),
  );
  await replay();
  expect(new Set(requests.map(({ headers }) => headers['idempotency-key'])).size).toBe(2);
});

test('what is refused again stays, is said, and goes to another file where one is named', async () => {
  const lines = ['a', 'b'].map((id) => letterOf(upsert(id), { job: JOB }));
  const flawed = letterOf({ ...upsert('c'), document: Buffer.from('no JSON') }, { job: JOB });
  const { replay, file } = await open([...lines, flawed], (response, { body }) =>
    response.writeHead(body.includes('"b"') ? 422 : 200).end('no b'),
  );
  const other = `${file}.again`;
  const { failure, notes, facts } = await replay('--dead-letter', other);
  expect(facts).toMatchObject({ read: 3, written: 1, setAside: 2, skipped: 0 });
  expect(failure).toMatchObject({ exitStatus: 3, message: `2 letters were not applied, and stay in "${file}"` });
  expect(notes).toContainEqual(expect.stringMatching(/answered 422 to the document with id "b": no b$/));
  expect(readFileSync(other, 'utf8').match(/"key":\["[bc]"/g)).toHaveLength(2);
  expect((await replay('--dead-letter', file)).failure).toMatchObject({ exitStatus: 2 });
});

test('an answer that is about no letter ends it, and letters of several sources are not sent as of one', async () => {
  const away = await open([letterOf(upsert('a'), { job: JOB })], status(404));
  expect((await away.replay()).failure).toMatchObject({ exitStatus: 6, message: expect.stringContaining('404') });
  const mixed = await open([letterOf(upsert('a'), { job: JOB }), letterOf(upsert('b'))], status(200));
  expect((await mixed.replay()).failure).toMatchObject({ exitStatus: 2, hint: expect.stringContaining('--letter') });
  expect(await mixed.replay('--letter', '2')).toMatchObject({ failure: undefined });
  expect(mixed.requests).toHaveLength(1);
  expect((await mixed.replay('--letter', '9')).failure).toMatchObject({ exitStatus: 2 });
});

test('letters go to one place', async () => {
  const to = ['--to', 'http://127.0.0.1:9/'];
  const why = { exitStatus: 2, message: 'letters go into a container or to a receiver' };
  expect((await runCommand(['replay', 'dead.ndjson', 'shop/orders', ...to])).failure).toMatchObject(why);
  expect((await runCommand(['replay', 'dead.ndjson'])).failure).toMatchObject(why);
});

/** A file of letters, and a receiver to send them to as events. */
async function open(letters: readonly Letter[], answer: Answering) {
  const file = join(useDirectory(), 'dead.ndjson');
  writeFileSync(file, Buffer.concat(letters.map(lineOf)));
  const { url, requests } = await serve(answer);
  const args = ['replay', file, '--to', url, '--http-body', 'cloudevents'];
  return { file, requests, replay: (...flags: readonly string[]) => runCommand([...args, ...flags]) };
}
