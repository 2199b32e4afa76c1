import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { forgetful } from '../../../src/checkpoint/forgetful.ts';
import { type Checkpoint, EVERYTHING, type Page, type Range } from '../../../src/contract.ts';
import { COMPRESSIONS } from '../../../src/formats/compression.ts';
import { csv } from '../../../src/formats/csv.ts';
import { jsonArrayFormat } from '../../../src/formats/json-array.ts';
import { parquetFormat } from '../../../src/formats/parquet.ts';
import { run } from '../../../src/pipeline/run.ts';
import { filesSink } from '../../../src/sinks/files/files.ts';
import type { Workshop } from '../../../src/sinks/files/workshop.ts';
import { sourceOf } from '../../pipeline/rig.ts';
import { upsert } from '../../support/changes.ts';
import { useDirectory } from '../../support/run-cli.ts';
import { copying } from './copying.ts';
import { FOUR, filesIn, ONE, openFiles, pageOf, pagesOf, sha256, TWO, textOf, workshop, writeAll } from './rig.ts';

const rotated = (limit: Partial<Workshop['rotation']>): Workshop['rotation'] => ({
  rows: undefined,
  bytes: undefined,
  everyMs: undefined,
  ...limit,
});

test('each range has its files, with its documents in the order in which they came', async () => {
  const directory = useDirectory();
  await writeAll(workshop(directory), pagesOf(TWO, 2, 2));
  const { 'manifest.json': _, ...files } = filesIn(directory);
  expect(Object.keys(files)).toEqual(['part-00-80-00001.ndjson', 'part-80-FF-00001.ndjson']);
  expect(Object.values(files).map(idsIn)).toEqual([
    ['0-0-0', '0-0-1', '0-1-0', '0-1-1'],
    ['1-0-0', '1-0-1', '1-1-0', '1-1-1'],
  ]);
});

describe('where a file ends does not depend on pages:', () => {
  const limits = [{ rows: 5 }, { rows: 1 }, { bytes: 200 }, { rows: 3, bytes: 150 }];
  test.each(limits)('%j', async (limit) => {
    const changes = pageOf('x', 24).changes;
    const contents: string[][] = [];
    for (const perPage of [1, 4, 7, 24]) {
      const directory = useDirectory();
      const pages = Array.from({ length: Math.ceil(24 / perPage) }, (_, page) => ({
        changes: changes.slice(page * perPage, (page + 1) * perPage),
        resumeAt: `${page}` as Page['resumeAt'],
      }));
      await writeAll(workshop(directory, { rotation: rotated(limit) }), new Map([[EVERYTHING, pages]]));
      const { 'manifest.json': _, ...files } = filesIn(directory);
      contents.push(Object.values(files));
    }
    const [first = [], ...others] = contents;
    expect(first.flatMap(idsIn)).toHaveLength(24);
    expect(first.length).toBeGreaterThan(3);
    for (const text of first) expect(text.length).toBeLessThanOrEqual(limit.bytes ?? Number.POSITIVE_INFINITY);
    if (limit.rows) for (const text of first) expect(idsIn(text).length).toBeLessThanOrEqual(limit.rows);
    for (const other of others) expect(other).toEqual(first);
  });
});

test('a row that is larger than a file may be has a file of its own', async () => {
  const directory = useDirectory();
  await writeAll(workshop(directory, { rotation: rotated({ bytes: 10 }) }), pagesOf(ONE, 1, 3));
  expect(readdirSync(directory)).toHaveLength(3 + 1);
});

test('a file is done after its time, even when nothing more comes', async () => {
  const directory = useDirectory();
  let now = 0;
  const sink = await openFiles(workshop(directory, { rotation: rotated({ everyMs: 1000 }), now: () => now }));
  await sink.write(pageOf('a', 1).changes, EVERYTHING);
  now = 999;
  await sink.write(pageOf('b', 1).changes, EVERYTHING);
  expect(readdirSync(directory)).toEqual(['part-00-FF-00001.ndjson.partial']);
  now = 1000;
  // A range that is caught up has empty pages.
  await sink.write([], EVERYTHING);
  await sink.write([], EVERYTHING);
  expect(readdirSync(directory)).toEqual(['part-00-FF-00001.ndjson']);
  await sink.write(pageOf('c', 1).changes, EVERYTHING);
  await sink.close();
  expect(readdirSync(directory)).toEqual(['part-00-FF-00001.ndjson', 'part-00-FF-00002.ndjson.partial']);
});

test('a file has its name only when all that is in it is committed, and then stays as it is', async () => {
  const directory = useDirectory();
  const seen = new Map<string, string>();
  const checkpoint = forgetful();
  const watched: Checkpoint = {
    ...checkpoint,
    save: (range, resumeAt, notes) => {
      const committed = Number(checkpoint.positions()[0]?.resumeAt?.split('-')[1] ?? -1);
      for (const [name, text] of Object.entries(filesIn(directory)).filter(([name]) => name.endsWith('.ndjson'))) {
        for (const id of idsIn(text)) expect(Number(id.split('-')[1])).toBeLessThanOrEqual(committed);
        expect(text).toBe(seen.get(name) ?? text);
        seen.set(name, text);
      }
      checkpoint.save(range, resumeAt, notes);
    },
  };
  await writeAll(workshop(directory, { rotation: rotated({ rows: 3 }) }), pagesOf(ONE, 6, 4), watched);
  expect(seen.size).toBeGreaterThan(4);
});

test('when a range splits, its file is whole at the end, and its successors have their own', async () => {
  const directory = useDirectory();
  const [left, right] = TWO as [Range, Range];
  const at = (range: Range) => ({ range, resumeAt: undefined });
  const pages = new Map<Range, readonly Page[]>([
    [EVERYTHING, [{ ...pageOf('p', 2), split: [at(left), at(right)] }]],
    [left, [pageOf('l', 2)]],
    [right, [pageOf('r', 2)]],
  ]);
  await writeAll(workshop(directory), pages);
  const { 'manifest.json': _, ...files } = filesIn(directory);
  expect(Object.entries(files).map(([name, text]) => [name, idsIn(text)])).toEqual([
    ['part-00-80-00001.ndjson', ['l-0', 'l-1']],
    ['part-00-FF-00001.ndjson', ['p-0', 'p-1']],
    ['part-80-FF-00001.ndjson', ['r-0', 'r-1']],
  ]);
});

test('the file of a range that has split gets its name as soon as its successors are written', async () => {
  const directory = useDirectory();
  const [left, right] = TWO as [Range, Range];
  const sink = await openFiles(workshop(directory));
  await sink.write(pageOf('p', 2).changes, EVERYTHING);
  await Promise.all([left, right].map((range) => sink.write(pageOf('a', 1).changes, range)));
  await sink.write(pageOf('b', 1).changes, left);
  expect(readdirSync(directory)).toContain('part-00-FF-00001.ndjson');
  await sink.write(pageOf('c', 1).changes, right);
  await sink.close();
  expect(idsIn(textOf(join(directory, 'part-00-FF-00001.ndjson')))).toEqual(['p-0', 'p-1']);
});

test('a table whose first run finds nothing has its header once there are rows', async () => {
  const directory = useDirectory();
  const format = csv({ columns: undefined, isUnsafe: false, decided: undefined, compression: 'none' });
  const checkpoint = forgetful();
  const shop = (): Workshop => workshop(directory, { format, single: 'x.csv' });
  await writeAll(shop(), new Map([[EVERYTHING, []]]), checkpoint);
  await writeAll(shop(), new Map([[EVERYTHING, [pageOf('a', 1)]]]), checkpoint);
  expect(readFileSync(join(directory, 'x.csv'), 'utf8')).toBe('id,pk,version\r\na-0,key of a-0,1\r\n');
});

test('one file for everything has each document once, and those of a range in order', async () => {
  const directory = useDirectory();
  await writeAll(workshop(directory, { single: 'all.ndjson' }), pagesOf(FOUR, 5, 3));
  const ids = idsIn(textOf(join(directory, 'all.ndjson')));
  expect(new Set(ids).size).toBe(60);
  for (const lane of ['0', '1', '2', '3']) {
    const own = ids.filter((id) => id.startsWith(`${lane}-`));
    expect(own).toEqual(own.toSorted());
    expect(own).toHaveLength(15);
  }
  expect(readdirSync(directory)).toEqual(['all.ndjson', 'all.ndjson.manifest.json']);
});

describe('a later run', () => {
  const first = new Map([[EVERYTHING, [pageOf('1', 2)]]]);
  const both = new Map([[EVERYTHING, [pageOf('1', 2), pageOf('2', 2)]]]);

  test('adds files to a directory, and lists all of them', async () => {
    const directory = useDirectory();
    const checkpoint = forgetful();
    await writeAll(workshop(directory), first, checkpoint);
    const before = filesIn(directory)['part-00-FF-00001.ndjson'];
    await writeAll(workshop(directory), both, checkpoint);
    const { 'part-00-FF-00001.ndjson': earlier, 'part-00-FF-00002.ndjson': later = '' } = filesIn(directory);
    expect(earlier).toBe(before);
    expect(idsIn(later)).toEqual(['2-0', '2-1']);
    expect(manifestIn(directory)).toMatchObject({ rows: 4, files: [{ rows: 2 }, { rows: 2 }] });
  });

  test('goes on with a single file, inside its array', async () => {
    const directory = useDirectory();
    const checkpoint = forgetful();
    const shop = workshop(directory, {
      single: 'all.json.gz',
      format: jsonArrayFormat,
      compression: COMPRESSIONS.gzip,
    });
    await writeAll(shop, first, checkpoint);
    expect(JSON.parse(textOf(join(directory, 'all.json.gz')))).toHaveLength(2);
    await writeAll(shop, both, checkpoint);
    expect(JSON.parse(textOf(join(directory, 'all.json.gz')))).toHaveLength(4);
    await writeAll(shop, both, checkpoint);
    expect(readdirSync(directory)).toEqual(['all.json.gz', 'all.json.gz.manifest.json']);
  });

  test('cannot add to a single file that is made by conversion, and says so', async () => {
    const directory = useDirectory();
    const checkpoint = forgetful();
    const shop = workshop(directory, { single: 'all.copy', format: copying });
    await writeAll(shop, first, checkpoint);
    const whole = filesIn(directory);
    await expect(writeAll(shop, both, checkpoint)).rejects.toMatchObject({ exitStatus: 2 });
    expect(filesIn(directory)).toEqual(whole);
  });
});

test('a run that is stopped leaves files that are called partial, and goes on with them', async () => {
  const directory = useDirectory();
  const checkpoint = forgetful();
  const stop = new AbortController();
  const sink = await openFiles(workshop(directory), checkpoint);
  const pages = pagesOf(ONE, 4, 2);
  const stopping = {
    ...checkpoint,
    save: (...saved: Parameters<Checkpoint['save']>) => {
      checkpoint.save(...saved);
      stop.abort();
    },
  };
  await run(sourceOf(pages), sink, stopping, { window: 1, signal: stop.signal });
  await sink.close();
  expect(readdirSync(directory)).toEqual(['part-00-FF-00001.ndjson.partial']);
  await writeAll(workshop(directory), pages, checkpoint);
  expect(idsIn(textOf(join(directory, 'part-00-FF-00001.ndjson')))).toHaveLength(8);
});

test('nothing to write is a manifest without files, or a single file without rows', async () => {
  const [directory, other] = [useDirectory(), useDirectory()];
  await writeAll(workshop(directory), new Map([[EVERYTHING, [pageOf('1', 0)]]]));
  expect(manifestIn(directory)).toMatchObject({ complete: true, rows: 0, files: [] });
  expect(readdirSync(directory)).toEqual(['manifest.json']);
  const shop = workshop(other, { single: 'none.json', format: jsonArrayFormat });
  await writeAll(shop, new Map([[EVERYTHING, [pageOf('1', 0)]]]));
  expect(JSON.parse(textOf(join(other, 'none.json')))).toEqual([]);
});

test('the manifest tells of each file what it holds', async () => {
  const directory = useDirectory();
  const compression = COMPRESSIONS.zstd;
  await writeAll(workshop(directory, { compression, rotation: rotated({ rows: 5 }) }), pagesOf(TWO, 3, 4));
  const { files, ...rest } = manifestIn(directory);
  expect(rest).toMatchObject({ source: 'here', complete: true, rows: 24, requestCharge: 0 });
  expect(files).toHaveLength(6);
  for (const { name, rows, bytes, sha256: digest } of files) {
    expect(textOf(join(directory, name)).split('\n')).toHaveLength(rows + 1);
    expect(statSync(join(directory, name)).size).toBe(bytes);
    expect(sha256(join(directory, name))).toBe(digest);
  }
});

test('the manifest, and whoever asks, is told which columns files do not have in common types', async () => {
  const directory = useDirectory();
  const told: (readonly string[])[] = [];
  const shop = workshop(directory, { format: parquetFormat(), rotation: rotated({ rows: 1 }) });
  const sink = await filesSink(shop, {
    notes: new Map(),
    about: () => ({}),
    requestCharge: () => 0,
    onMixed: (names) => told.push(names),
  });
  const documents = ['{"id":"1","v":"1","n":1}', '{"id":"2","v":1,"n":0.5}'].map((text) => Buffer.from(text));
  await sink.write(
    documents.map((document) => ({ ...upsert('x'), document })),
    EVERYTHING,
  );
  await sink.finish?.();
  await sink.close();
  expect([manifestIn(directory), told]).toMatchObject([{ rows: 2, mixed: ['v'] }, [['v']]]);
});

test('files are for their owner alone, whatever the mask', async () => {
  const directory = useDirectory();
  const mask = process.umask(0);
  try {
    await writeAll(workshop(directory), pagesOf(TWO, 1, 1));
  } finally {
    process.umask(mask);
  }
  for (const name of readdirSync(directory)) expect(statSync(join(directory, name)).mode & 0o777).toBe(0o600);
});

test('what was begun and never committed is removed, and nothing else', async () => {
  const directory = useDirectory();
  const names = ['part-00-FF-00001.ndjson.partial', 'manifest.json.draft', 'mine.partial', 'part-list.txt'];
  for (const name of names) writeFileSync(join(directory, name), 'x');
  await writeAll(workshop(directory), pagesOf(ONE, 1, 1));
  expect(existsSync(join(directory, 'mine.partial'))).toBe(true);
  expect(existsSync(join(directory, 'part-list.txt'))).toBe(true);
  expect(idsIn(textOf(join(directory, 'part-00-FF-00001.ndjson')))).toEqual(['0-0-0']);
});

interface Manifest {
  readonly files: readonly { readonly name: string; readonly rows: number; bytes: number; sha256: string }[];
}

function manifestIn(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Manifest;
}

function idsIn(text: string): string[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => (JSON.parse(line) as { id: string }).id);
}
