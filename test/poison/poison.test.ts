import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import type { Talk } from '../../src/commands/command.ts';
import { COMMANDS } from '../../src/commands/index.ts';
import { listLetters } from '../../src/dead-letter/listing.ts';
import { FlowError } from '../../src/support/error.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { useDirectory } from '../support/run-cli.ts';
import { type Poison, poisonSet } from './set.ts';

const SET = poisonSet();
const FINE = Array.from(
  { length: SET.length },
  (_, at) => `{"id":"fine-${at}","pk":"${at % 7}","tenant":"t","user":${at}}`,
);

test.each([
  ['one key', ['/pk']],
  ['hierarchical keys', ['/tenant', '/user']],
])(
  'from a file through two containers into a file, each document arrives or is a dead letter: %s',
  async (_, paths) => {
    const { emulator, client } = await useEmulator();
    const { database } = await client.databases.createIfNotExists({ id: 'db' });
    const kind = paths.length > 1 ? 'MultiHash' : 'Hash';
    await database.containers.create({ id: 'a', partitionKey: { paths, version: 2, kind: kind as never } });
    const at = (name: string): string => join(cwd, name);
    const cwd = useDirectory();
    const before = Object.getOwnPropertyNames(Object.prototype);
    // A neighbour in front of each, so that each shares its batch.
    const lines = SET.flatMap(({ line }, index) => [Buffer.from(FINE[index] as string), line]);
    writeFileSync(at('in.ndjson'), Buffer.concat(lines.flatMap((line) => [line, LINE_END])));

    const [a, b] = [addressOf(emulator, 'db/a'), addressOf(emulator, 'db/b')];
    const produced = await run(['produce', a, '--input', at('in.ndjson'), '--dead-letter', at('1.ndjson')]);
    const kept = ['--checkpoint', at('copy.db'), '--dead-letter', at('2.ndjson')];
    const copied = await run(['copy', a, b, ...kept]);
    const out = ['--out', at('out.ndjson'), '--dead-letter', at('3.ndjson')];
    const tailed = await run(['tail', b, '--start-from', 'beginning', '-e', ...out]);
    const compared = await run(['verify', a, b, '--checkpoint', at('verify.db')]);
    const queried = await run(['query-export', b, '--query', 'SELECT * FROM c', '--out', at('query.ndjson')]);

    const arriving = [...FINE, ...SET.flatMap(({ arrives = [] }) => arrives)];
    arriving.sort();
    expect(linesIn(at('out.ndjson'))).toEqual(arriving);
    // What a query selects has the system properties, behind all that is ours.
    const selected = linesIn(at('query.ndjson')).map((line) => line.replace(/,"_rid":"[^{]*"_ts":\d+\}$/, '}'));
    expect(selected.sort()).toEqual(arriving);
    const refused = SET.filter(({ arrives }) => arrives === undefined);
    const letters = await lettersIn(at('1.ndjson'));
    const unlike = refused.filter((poison) => !letters.some((letter) => isOf(letter, poison)));
    expect(unlike.map(({ name }) => name)).toEqual([]);
    expect(letters).toHaveLength(refused.length);
    expect([await lettersIn(at('2.ndjson')), await lettersIn(at('3.ndjson'))]).toEqual([[], []]);

    const counts = { read: lines.length, written: arriving.length, setAside: refused.length };
    expect(produced).toMatchObject({ status: 3, facts: counts });
    const all = { read: arriving.length, written: arriving.length, setAside: 0 };
    for (const result of [copied, tailed, queried]) expect(result).toMatchObject({ status: 0, facts: all });
    expect(compared).toMatchObject({ status: 0, facts: { state: 'equal', source: arriving.length } });
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
    expect({}).not.toHaveProperty('polluted');
  },
);

test('where documents expire, a time to live is carried on, or is a reason to refuse the document', async () => {
  const { emulator, client } = await useEmulator();
  const { database } = await client.databases.createIfNotExists({ id: 'db' });
  await database.containers.create({ id: 'a', partitionKey: { paths: ['/pk'], version: 2 }, defaultTtl: -1 });
  const cwd = useDirectory();
  const at = (name: string): string => join(cwd, name);
  const documents = SET.filter(({ name }) => name.startsWith('ttl '));
  writeFileSync(at('in.ndjson'), documents.map(({ line }) => `${line}\n`).join(''));

  const [a, b] = [addressOf(emulator, 'db/a'), addressOf(emulator, 'db/b')];
  await run(['produce', a, '--input', at('in.ndjson'), '--dead-letter', at('1.ndjson')]);
  await run(['copy', a, b, '--checkpoint', at('copy.db')]);
  await run(['tail', b, '--start-from', 'beginning', '-e', '--out', at('out.ndjson')]);

  const arrived = linesIn(at('out.ndjson')).map((line) => JSON.parse(line) as { id: string; ttl: number });
  expect(arrived.map(({ id }) => id)).toEqual(['ttl -1', 'ttl 1e3', 'ttl 60']);
  const ttls = arrived.map(({ ttl }) => ttl);
  expect(ttls[0]).toBe(-1);
  expect(ttls[1]).toSatisfy((ttl: number) => ttl > 900 && ttl <= 1000);
  expect(ttls[2]).toSatisfy((ttl: number) => ttl > 0 && ttl <= 60);
  const letters = await lettersIn(at('1.ndjson'));
  expect(letters).toHaveLength(documents.length - arrived.length);
  for (const { reason } of letters) expect(reason).toMatch(/its ttl is neither/);
});

const LINE_END = Buffer.from('\n');

function linesIn(file: string): string[] {
  return readFileSync(file, 'utf8').trimEnd().split('\n').sort();
}

interface Found {
  readonly document: Buffer;
  readonly reason: string;
}

function isOf({ document, reason }: Found, poison: Poison): boolean {
  return document.equals(poison.line) && poison.reason?.test(reason) === true;
}

async function lettersIn(file: string): Promise<Found[]> {
  const letters: Found[] = [];
  const onDamage = (line: number): void => {
    throw new Error(`line ${line} of "${file}" is no letter`);
  };
  for await (const { document, facts } of listLetters(file, onDamage)) {
    letters.push({ document, reason: String(facts.reason) });
  }
  return letters;
}

/** Runs a command in this process; resolves with its exit status and what it says at its end. */
async function run(args: readonly string[]): Promise<{ status: number; facts: object | undefined }> {
  const invocation = await parseCommandLine(args, COMMANDS);
  if (typeof invocation === 'number') throw new Error('nothing to run');
  let facts: object | undefined;
  const talk: Talk = {
    of: () => talk,
    note: () => {},
    waiting: (_, work) => work(),
    progress: () => ({ stop: () => {} }),
    summary: (_title, _rows, said) => {
      facts = said;
    },
  };
  const stdout = new Writable({ write: (_chunk, _encoding, done) => done() });
  const { signal } = new AbortController();
  try {
    await invocation.run({ environment: {}, signal, stdin: () => process.stdin, stdout, talk });
    return { status: 0, facts };
  } catch (error) {
    if (!(error instanceof FlowError) || error.code !== 'set_aside') throw error;
    return { status: error.exitStatus, facts };
  }
}
