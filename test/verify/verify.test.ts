import type { ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import type { PartitionKeyDefinition } from '@azure/cosmos';
import { expect, test } from 'vitest';
import { contentsOf } from '../support/contents.ts';
import { addressOf } from '../support/emulator.ts';
import { runCli } from '../support/run-cli.ts';
import { BY_PK, keyOf, type Outcome, openVerify, put, remove, type VerifyRig } from './rig.ts';

test('equal containers have no lines, over any physical ranges and spellings', async () => {
  const rig = await openVerify({ documents: 300, sourceRanges: 4, targetRanges: 7 });
  await put(rig, ['source'], 300, '"a":1,"b":[{"x":1e2,"y":"é"}]');
  await put(rig, ['target'], 300, '"b" : [{"y":"\\u00e9","x":100.0}], "a":0, "a":1.0');

  const { lines, facts, error } = await rig.verify();
  expect({ lines, error }).toEqual({ lines: [], error: undefined });
  expect(facts).toMatchObject({ state: 'equal', source: 301, target: 301, left: 0 });
  expect(existsSync(`${rig.directory}/verify.db`)).toBe(false);
});

test('one missing, one extra, one stale and one differing number are found, and repaired, and nothing else is written', async () => {
  const rig = await openVerify({ documents: 2000, sourceRanges: 4, targetRanges: 7 });
  await plant(rig);
  const report = `${rig.directory}/report.txt`;

  const found = await rig.verify({ report });
  expect(headsOf(found)).toEqual(EXPECTED);
  expect(found.lines[1]).toContain('{"path":"/lines/1/n","source":{"value":"9007199254740993"');
  expect(found.lines[2]).toContain('{"path":"/amount","source":{"value":"7.5"');
  expect(found.error).toMatchObject({
    code: 'differences',
    exitStatus: 3,
    hint: expect.stringMatching(/cosmosflow verify \S+ \S+ --repair$/),
  });
  const [totals, ...lines] = readFileSync(report, 'utf8').trimEnd().split('\n').reverse();
  expect(lines.reverse()).toEqual(found.lines);
  expect(JSON.parse(totals ?? '')).toMatchObject({ state: 'different', missing: 1, extra: 1, different: 2, left: 4 });

  const writes: string[] = [];
  rig.intercept = ({ operation }) => {
    if (/^(create|replace|upsert|delete|batch|patch)$/.test(operation)) writes.push(operation);
    return undefined;
  };
  const repaired = await rig.verify({ repair: true });
  expect(repaired.error).toBeUndefined();
  expect(repaired.lines.every((line) => line.endsWith(',"repaired":true}'))).toBe(true);
  expect(writes).toHaveLength(4);
  expect(repaired.facts).toMatchObject({ state: 'equal', repaired: 4, left: 0 });
  expect(await contentsOf(rig.emulator, 'db/target')).toEqual(await contentsOf(rig.emulator, 'db/source'));
  expect(await rig.verify()).toMatchObject({ lines: [], error: undefined });
});

function headsOf({ lines }: Outcome): string[] {
  return lines.map((line) => line.split(' {')[0] ?? '');
}

const EXPECTED = [`- ${keyOf(3)}`, `* ${keyOf(7)}`, `* ${keyOf(11)}`, `+ ${keyOf(5000)}`];

async function plant(rig: VerifyRig): Promise<void> {
  await remove(rig, 'target', 3);
  await put(rig, ['target'], 5000);
  await put(rig, ['source'], 7, '"lines":[1,{"n":9007199254740993}]');
  await put(rig, ['target'], 7, '"lines":[1,{"n":9007199254740992}]');
  await put(rig, ['source'], 11, '"amount":7.5');
}

test.each<[string, PartitionKeyDefinition, PartitionKeyDefinition]>([
  ['version 1 in both', v1('/pk'), v1('/pk')],
  ['version 1 and version 2', v1('/pk'), BY_PK],
  [
    'a hierarchy in both',
    { paths: ['/pk', '/id'], version: 2, kind: 'MultiHash' } as PartitionKeyDefinition,
    { paths: ['/pk', '/id'], version: 2, kind: 'MultiHash' } as PartitionKeyDefinition,
  ],
])('differences are found and repaired with keys of %s', async (_what, sourceKey, targetKey) => {
  const rig = await openVerify({ sourceKey, targetKey, sourceRanges: 2, targetRanges: 3 });
  const items = (name: string) => rig.client.database('db').container(name).items;
  const all = Array.from({ length: 120 }, (_, index) => ({ id: `item-${index}`, pk: `key ${index}`, index }));
  await Promise.all(all.map((item) => items('source').upsert(item)));
  await Promise.all(
    all.slice(1).map((item) => items('target').upsert({ ...item, index: item.index === 50 ? -1 : item.index })),
  );
  await items('target').upsert({ id: 'extra', pk: 'é' });

  const { facts, lines } = await rig.verify({ repair: true });
  expect(facts).toMatchObject({ missing: 1, different: 1, extra: 1, repaired: 3 });
  expect(lines).toHaveLength(3);
  expect(await rig.verify()).toMatchObject({ lines: [], error: undefined });
});

function v1(path: string): PartitionKeyDefinition {
  return { paths: [path], version: 1 } as PartitionKeyDefinition;
}

test('ranges of both sides may split while they are read', async () => {
  const rig = await openVerify({ documents: 1000, sourceRanges: 2, targetRanges: 3 });
  await plant(rig);
  let pages = 0;
  rig.intercept = ({ operation, path }) => {
    if (operation === 'changeFeed' && ++pages % 5 === 0 && pages < 40) {
      rig.emulator.split('db', path.includes('source') ? 'source' : 'target');
    }
    return undefined;
  };
  const found = await rig.verify({ maxItemCount: 50 });
  expect(pages).toBeGreaterThan(40);
  expect(headsOf(found)).toEqual(EXPECTED);
  expect(found.facts).toMatchObject({ source: 1000, target: 1000 });
});

test.each(['stopped', 'killed'])(
  'a comparison that was %s goes on where it was, and each document counts once',
  async (how) => {
    const rig = await openVerify({ documents: 1000, sourceRanges: 2, targetRanges: 3 });
    await plant(rig);
    const stop = new AbortController();
    let [pages, child]: [number, ChildProcess | undefined] = [0, undefined];
    rig.intercept = ({ operation, headers }) => {
      if (operation === 'changeFeed' && !headers['x-ms-start-epk'] && ++pages === 14)
        how === 'stopped' ? stop.abort() : child?.kill('SIGKILL');
      return undefined;
    };
    if (how === 'stopped') {
      const first = await rig.verify({ maxItemCount: 50 }, stop.signal);
      expect(first).toMatchObject({ lines: [], facts: { state: 'not finished' } });
    } else {
      const names = ['source', 'target'].map((name) => addressOf(rig.emulator, `db/${name}`));
      const flags = ['--max-item-count', '50', '--checkpoint', `${rig.directory}/verify.db`];
      const onStart = (process: ChildProcess): void => {
        child = process;
      };
      expect(await runCli(['verify', ...names, ...flags], { cwd: rig.directory, onStart })).toMatchObject({
        signal: 'SIGKILL',
      });
    }

    pages = 100;
    const second = await rig.verify({ maxItemCount: 50 });
    expect(second.facts).toMatchObject({ source: 1000, target: 1000, missing: 1, extra: 1, different: 2 });
    expect(headsOf(second)).toEqual(EXPECTED);
    // The first reading has 40 full pages and two more for each range.
    expect(pages - 100).toBeLessThan(45);
  },
);

test('what arrives while it is looked at is no difference', async () => {
  const rig = await openVerify({ documents: 50 });
  await put(rig, ['source'], 7, '"version":2');
  let isArriving = false;
  rig.intercept = ({ operation, path, headers }) => {
    if (operation === 'changeFeed' && headers['x-ms-start-epk'] && path.includes('target') && !isArriving) {
      isArriving = true;
      setImmediate(() => put(rig, ['target'], 7, '"version":2'));
    }
    return undefined;
  };
  expect(await rig.verify({ settle: 1000, verbose: true })).toMatchObject({
    error: undefined,
    facts: { different: 0 },
  });
  expect(isArriving).toBe(true);
});

test('a target that refuses a document leaves a reason in its line', async () => {
  const rig = await openVerify({ documents: 10 });
  await remove(rig, 'target', 3);
  rig.intercept = ({ operation }) => (operation === 'create' ? { status: 413 } : undefined);
  const { lines, error } = await rig.verify({ repair: true });
  expect(lines[0]).toContain('"repaired":false');
  expect(error).toMatchObject({ code: 'differences' });
});
