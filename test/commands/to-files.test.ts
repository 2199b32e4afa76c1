import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgetful } from '../../src/checkpoint/forgetful.ts';
import { type ToFilesOptions, toFiles } from '../../src/commands/to-files.ts';
import { EVERYTHING } from '../../src/contract.ts';
import { openFiles, pageOf, workshop } from '../sinks/files/rig.ts';
import { useDirectory } from '../support/run-cli.ts';

const NOTHING: ToFilesOptions = {
  format: undefined,
  compress: undefined,
  rotateRows: undefined,
  rotateBytes: undefined,
  rotateEvery: undefined,
  columns: undefined,
  jsonColumns: undefined,
  csvUnsafe: false,
  avroSchema: undefined,
  checkpoint: undefined,
  restart: false,
  envelope: false,
};

const open = (out: string, options: Partial<ToFilesOptions> = {}) =>
  toFiles(out, { ...NOTHING, ...options }, { talk: silent });
const silent = { note: () => {} } as unknown as Parameters<typeof toFiles>[2]['talk'];

describe('the name says what is written:', () => {
  test.each([
    ['orders', 'ndjson', '.cosmosflow.db'],
    ['orders.d', 'ndjson', '.cosmosflow.db'],
    ['orders.ndjson', 'ndjson', 'orders.ndjson.checkpoint.db'],
    ['orders.jsonl.gz', 'ndjson, gzip', 'orders.jsonl.gz.checkpoint.db'],
    ['orders.json.zst', 'json, zstd', 'orders.json.zst.checkpoint.db'],
    ['orders.csv', 'csv', 'orders.csv.checkpoint.db'],
    ['orders.parquet', 'parquet', 'orders.parquet.checkpoint.db'],
    ['orders.avro', 'avro', 'orders.avro.checkpoint.db'],
    ['orders.csv/', 'ndjson', '.cosmosflow.db'],
    ['orders.txt/', 'ndjson', '.cosmosflow.db'],
    ['2026.08.01', 'ndjson', '.cosmosflow.db'],
  ])('%s', (name, kind, checkpoint) => {
    const directory = useDirectory();
    const destination = open(`${directory}/${name}`);
    expect(destination.name).toBe(`${join(directory, name.replace(/\/$/, ''))} (${kind})`);
    expect(String(destination.checkpoint).endsWith(checkpoint)).toBe(true);
  });
});

describe('it is refused with exit code 2', () => {
  test.each([
    ['to rotate a single file', 'x.json', { rotateRows: 1 }],
    ['to compress otherwise than the name says', 'x.json.gz', { compress: 'zstd' }],
    ['to compress what is compressed', 'x', { format: 'parquet', compress: 'gzip' }],
    ['to choose columns of what has none', 'x.json', { columns: [['id']] }],
    ['to choose columns of Parquet inside of properties', 'x.parquet', { columns: [['a', 'b']] }],
    ['JSON columns of what has no types', 'x.csv', { jsonColumns: [['v']] }],
    ['JSON columns that are not among the columns', 'x.parquet', { columns: [['id']], jsonColumns: [['v']] }],
    ['a file of a kind that is not known', 'x.txt', {}],
    ['a schema that is none', 'x.avro', { avroSchema: '{"type":"recrod"}' }],
    ['a schema for what has none', 'x.json', { avroSchema: '{}' }],
    ['to write formulas into what is not CSV', 'x.json', { csvUnsafe: true }],
  ] satisfies [string, string, Partial<ToFilesOptions>][])('%s', (_, name, options) => {
    const path = join(useDirectory(), name);
    expect(() => open(path, options)).toThrow(expect.objectContaining({ exitStatus: 2 }));
  });

  test('to begin where there is something already, and it is left alone', () => {
    const directory = useDirectory();
    for (const name of ['mine.json', 'x.ndjson', 'y.ndjson.partial', 'z.ndjson.manifest.json', 'a.txt'])
      writeFileSync(join(directory, name), 'precious');
    const names = readdirSync(directory);
    for (const out of ['.', 'x.ndjson', 'y.ndjson', 'z.ndjson', 'a.txt']) {
      expect(() => open(join(directory, out)), out).toThrow(expect.objectContaining({ exitStatus: 2 }));
    }
    open(join(directory, 'other.ndjson'));
    expect(readdirSync(directory)).toEqual(names);
  });

  test('to restart over files', () => {
    const directory = useDirectory();
    for (const name of ['.cosmosflow.db', 'part-00-FF-00001.ndjson']) writeFileSync(join(directory, name), '');
    open(directory);
    expect(() => open(directory, { restart: true })).toThrow(/--restart deletes no files/);
  });
});

test('a directory that cannot be one is exit code 9, before anything is read', () => {
  const directory = useDirectory();
  writeFileSync(join(directory, 'file'), '');
  expect(() => open(join(directory, 'file', 'below'))).toThrow(expect.objectContaining({ exitStatus: 9 }));
});

test('what starts over takes back what is noted, and nothing else', async () => {
  const directory = useDirectory();
  const checkpoint = forgetful();
  const rotation = { rows: 2, bytes: undefined, everyMs: undefined };
  const sink = await openFiles(workshop(directory, { rotation }), checkpoint);
  checkpoint.begin([{ range: EVERYTHING, resumeAt: undefined }]);
  for (const name of ['a', 'b']) checkpoint.note((await sink.write(pageOf(name, 3).changes, EVERYTHING)) ?? new Map());
  await sink.close();
  writeFileSync(join(directory, '.cosmosflow.db'), '');
  writeFileSync(join(directory, 'part-00-FF-00009.ndjson'), 'of somebody else');
  expect(readdirSync(directory).length).toBeGreaterThan(4);
  await open(directory).startOver?.(checkpoint.notes());
  expect(readdirSync(directory)).toEqual(['.cosmosflow.db', 'part-00-FF-00009.ndjson']);
});

test('nothing is made before the checkpoint is ours', () => {
  const directory = useDirectory();
  open(join(directory, 'a', 'b'));
  expect(existsSync(join(directory, 'a'))).toBe(false);
  mkdirSync(join(directory, 'a'));
  open(join(directory, 'a'));
  expect(readdirSync(join(directory, 'a'))).toEqual([]);
});
