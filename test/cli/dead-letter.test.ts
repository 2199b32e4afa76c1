import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import type { CosmosClient } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { jobCheckpoint } from '../../src/commands/job-checkpoint.ts';
import { type AccountRig, useAccount } from '../support/account.ts';
import { contentsOf } from '../support/contents.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

test('without --dead-letter the first refused document stops a copy with 6, and nothing passes it', async () => {
  const rig = await useTwins();
  const cwd = useDirectory();
  for (let run = 0; run < 2; run++) {
    const result = await rig.run(rig.args, { cwd });
    expect(result.status).toBe(6);
    expect(result.stderr).toMatch(
      /refused the document with id "twin-\d": status 409\/0\n {2}hint: .*--dead-letter FILE/,
    );
  }
});

test('with --dead-letter it goes on, ends with 3, and the documents are in the file byte for byte', async () => {
  const rig = await useTwins();
  const cwd = useDirectory();
  const { status, stderr } = await rig.run([...rig.args, '--dead-letter', 'dead.ndjson'], { cwd });
  expect(status).toBe(3);
  expect(stderr).toMatch(/done: read 23, written 21, set aside 2, skipped 0/);
  expect(stderr).toMatch(
    /2 documents were refused and set aside in "dead\.ndjson"\n {2}hint: .*dead-letter list dead\.ndjson/,
  );
  expect(statSync(join(cwd, 'dead.ndjson')).mode & 0o777).toBe(0o600);
  expect(await contentsOf(rig.account, rig.named('shop/copy'))).toHaveLength(21);

  const list = await runCli(['dead-letter', 'list', 'dead.ndjson', '--json'], { cwd });
  const letters = list.stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(letters.map(({ number, status: answer }) => [number, answer])).toEqual([
    [1, 409],
    [2, 409],
  ]);
  const documents = (await runCli(['dead-letter', 'show', 'dead.ndjson', '--documents'], { cwd })).stdout;
  for (const line of documents.trim().split('\n')) {
    expect(line).toMatch(/^\{"id":"twin-\d","customerId":"t","name":"same","_rid"/);
    expect(readFileSync(join(cwd, 'dead.ndjson'), 'utf8')).toContain(line);
  }

  // Again from the start: the same letters, which are listed once.
  expect(await rig.run([...rig.args, '--restart', '--dead-letter', 'dead.ndjson'], { cwd })).toMatchObject({
    status: 3,
  });
  expect(readFileSync(join(cwd, 'dead.ndjson'), 'utf8').trim().split('\n')).toHaveLength(4);
  const again = await runCli(['dead-letter', 'list', 'dead.ndjson'], { cwd });
  expect(again.stdout.trim().split('\n')).toHaveLength(2);
  expect(again.stdout).toMatch(/^1 {2}\["twin-\d","t"\] {2}409\/0 {2}.*status 409\/0$/m);
  const one = await runCli(['dead-letter', 'show', 'dead.ndjson', '--letter', '2'], { cwd });
  expect(one.stdout).toMatch(/^letter +2\n(?:.*\n)*reason +target .*\ndocument +\{"id":"twin-\d"/);
});

test('what was set aside does not keep --verify from comparing, nor a verify of its own from going on', async () => {
  needsEmbedded('the name of its account');
  const rig = await useTwins();
  const cwd = useDirectory();
  const [, source = '', target = ''] = rig.args;
  const names = { source, target };
  const kept = join(cwd, jobCheckpoint('verify', names));
  mkdirSync(dirname(kept));
  writeFileSync(kept, 'the progress of another');
  const verifying = [...rig.args, '--dead-letter', 'dead.ndjson', '--verify'];
  const { status, stdout, stderr } = await rig.run(verifying, { cwd });
  expect(stdout.match(/^- .*twin-\d/gm), stderr).toHaveLength(2);
  expect(stderr).toMatch(
    /different: .*missing 2,[\s\S]*2 documents were refused and set aside in "dead\.ndjson"\n {2}hint/,
  );
  expect(status).toBe(3);
  expect(readFileSync(kept, 'utf8')).toBe('the progress of another');
  expect(readdirSync(dirname(kept)).filter((name) => name.includes('.db.verify'))).toEqual([]);
  // So that is where it is.
  expect((await rig.run(['verify', source, target], { cwd })).stderr).toContain(basename(kept));
});

test('--max-errors stops it with 6 when more are refused', async () => {
  const rig = await useTwins();
  const cwd = useDirectory();
  const args = [...rig.args, '--dead-letter', 'dead.ndjson', '--max-errors', '1'];
  const { status, stderr } = await rig.run(args, { cwd });
  expect(status).toBe(6);
  expect(stderr).toMatch(/more than 1 documents were refused; the last: .*"twin-\d"/);
});

test('a dead-letter file that cannot be used is told before anything is made', async () => {
  const rig = await useTwins();
  const cwd = useDirectory();
  const notOurs = await rig.run([...rig.args, '--dead-letter', '/dev/null'], { cwd });
  expect(notOurs).toMatchObject({ status: 2, stderr: expect.stringMatching(/"\/dev\/null" is not a regular file/) });
  const useless = await rig.run([...rig.args, '--dead-letter', '/dev/null/dead.ndjson'], { cwd });
  expect(useless).toMatchObject({ status: 9, stderr: expect.stringMatching(/cannot write dead letters to/) });
  const alone = await rig.run([...rig.args, '--max-errors', '5'], { cwd });
  expect(alone).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/--max-errors has no effect without --dead-letter/),
  });
  expect(existsSync(join(cwd, '.cosmosflow'))).toBe(false);
});

test.each([
  [['list', 'none.ndjson'], 9, /cannot read "none\.ndjson"/],
  [['lst', 'x'], 2, /"lst" is nothing to do with dead letters\n {2}hint: use list or show/],
  [['show', 'empty', '--letter', '3'], 2, /has no letter 3/],
  [['list', 'empty'], 0, /there are no dead letters/],
] as const)('dead-letter %j ends with %i', async (args, status, says) => {
  const cwd = useDirectory();
  const empty = args.map((text) => (text === 'empty' ? '/dev/null' : text));
  expect(await runCli(['dead-letter', ...empty], { cwd })).toMatchObject({
    status,
    stdout: '',
    stderr: expect.stringMatching(says),
  });
});

/** A source with 20 orders and three documents of one name, and a target in which names are unique. */
async function useTwins(): Promise<AccountRig & { args: readonly string[] }> {
  const rig = await useAccount();
  const made = await rig.run(['produce', rig.address('shop/orders'), '--count', '20', '-q'], { cwd: useDirectory() });
  expect(made).toMatchObject({ status: 0 });
  await fill(rig.client, rig.named('shop'));
  return { ...rig, args: ['copy', rig.address('shop/orders'), rig.address('shop/copy')] };
}

async function fill(client: CosmosClient, database: string): Promise<void> {
  const uniqueKeyPolicy = { uniqueKeys: [{ paths: ['/name'] }] };
  const partitionKey = { paths: ['/customerId'], version: 2 };
  await client.database(database).containers.create({ id: 'copy', partitionKey, uniqueKeyPolicy });
  const { items } = client.database(database).container('orders');
  for (let twin = 0; twin < 3; twin++) await items.create({ id: `twin-${twin}`, customerId: 't', name: 'same' });
}
