import { spawnSync } from 'node:child_process';
import { constants, rmSync, writeFileSync } from 'node:fs';
import { type FileHandle, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { type Change, EVERYTHING, type Page } from '../../../src/contract.ts';
import { FlawedRecord } from '../../../src/formats/flawed-record.ts';
import { elements } from '../../../src/sources/import/elements.ts';
import { importing } from '../../../src/sources/import/import.ts';
import { fileInput, type Input, streamInput } from '../../../src/sources/import/input.ts';
import { lines } from '../../../src/sources/import/lines.ts';
import { linesOrElements } from '../../../src/sources/import/lines-or-elements.ts';
import type { Splitter } from '../../../src/sources/import/records.ts';
import { table } from '../../../src/sources/import/table.ts';
import { describeSource } from '../../contract/source.ts';
import { pagesOf, textOf } from '../../support/changes.ts';
import { useDirectory } from '../../support/run-cli.ts';

const TEXTS = Array.from({ length: 2500 }, (_, index) => `{"id":"item-${index}","n":${index}.0,"t":"é\\n"}`);
const IDS = TEXTS.map((_, index) => `item-${index}`).sort();
const NEVER = new AbortController().signal;
const CSV = table({ types: new Map(), renamed: new Map() });

const KINDS: readonly [string, string, Splitter][] = [
  ['NDJSON', TEXTS.join('\n'), lines],
  ['a JSON array', `[\n${TEXTS.join(' ,\n')}\n]\n`, elements],
  ['CSV', `id,n\n${IDS.map((id) => `${id},1`).join('\n')}\n`, CSV],
];

for (const [name, text, split] of KINDS) {
  describeSource(`import of ${name}`, async () => ({ source: sourceOf(await fileOf(text), split), ids: IDS }));
}

describe('documents are the bytes that they were,', () => {
  test.each<[string, string, Splitter]>([
    ['of lines', `${TEXTS.join('\r\n')}\r\n\r\n`, lines],
    ['of lines after a byte order mark', `\ufeff${TEXTS.join('\n')}`, lines],
    ['of an array', `  [ ${TEXTS.join(',\n')} ] `, elements],
    ['of an array after a byte order mark', `\ufeff[${TEXTS.join(',\n')}]`, elements],
  ])('%s', async (_, text, split) => {
    expect((await documentsOf(await fileOf(text), split)).map(textOf)).toEqual(TEXTS);
  });

  test.each([1, 7, 64, 4096])('of an array that comes in pieces of %i bytes', async (bytes) => {
    const text = Buffer.from('[{"id":"a","s":"]},\\"\\\\","deep":[[{}],[]]},\n{"id":"b"}]');
    const pieces = Array.from({ length: Math.ceil(text.length / bytes) }, (_, at) =>
      text.subarray(at * bytes, (at + 1) * bytes),
    );
    const changes = await documentsOf(streamInput(Readable.from(pieces)), elements);
    expect(changes.map(textOf)).toEqual(['{"id":"a","s":"]},\\"\\\\","deep":[[{}],[]]}', '{"id":"b"}']);
  });
});

describe('compressed input is found by its content:', () => {
  const [first, second] = [TEXTS.slice(0, 1200), TEXTS.slice(1200)].map((texts) =>
    Buffer.from(`${texts.join('\n')}\n`),
  );
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('%s, of several members', async (_, compress) => {
    const file = await fileOf(Buffer.concat([compress(first as Buffer), compress(second as Buffer)]));
    expect((await documentsOf(file, lines)).map(textOf)).toEqual(TEXTS);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('%s that is cut off is an error that says so', async (kind, compress) => {
    const bytes = compress(Buffer.from(TEXTS.join('\n')));
    const file = await fileOf(bytes.subarray(0, bytes.length - 20));
    await expect(documentsOf(file, lines)).rejects.toMatchObject({
      code: 'input_flawed',
      message: expect.stringContaining(kind),
    });
  });
});

test('goes on in the middle of a compressed file', async () => {
  const source = sourceOf(await fileOf(gzipSync(Buffer.from(TEXTS.join('\n')))), lines);
  const [first] = await pagesOf(source, EVERYTHING);
  const rest = await pagesOf(source, EVERYTHING, (first as Page).resumeAt);
  expect(rest.flatMap(({ changes }) => changes.map(textOf))).toEqual(TEXTS.slice(1000));
});

test('a file that has changed is refused', async () => {
  const file = await fileOf(TEXTS.join('\n'));
  const [first] = await pagesOf(sourceOf(file, lines), EVERYTHING);
  const changed = sourceOf(await fileOf(TEXTS.join('\n').replace('item-7"', 'item-x"')), lines);
  await expect(pagesOf(changed, EVERYTHING, (first as Page).resumeAt)).rejects.toMatchObject({ code: 'input_changed' });
});

test('what is no document comes with its line and why, and those around it as they are', async () => {
  const text = ['{"id":"a"}', '{"id":', '[1]', '{"id":7}', '{"n":1}', '{"id":"\\ud800"}', '', '{"id":"b"}'].join('\n');
  const file = await fileOf(Buffer.concat([Buffer.from(`${text}\n`), Buffer.from([0x7b, 0xff, 0x7d])]));
  const changes = await documentsOf(file, lines);
  expect(changes.map((change) => (change instanceof FlawedRecord ? String(change.flaw) : textOf(change)))).toEqual([
    '{"id":"a"}',
    expect.stringContaining('line 2 of'),
    expect.stringContaining('line 3 of'),
    expect.stringMatching(/line 4 of .* has no id/),
    expect.stringMatching(/line 5 of .* has no id/),
    expect.stringMatching(/line 6 of .* half a character/),
    '{"id":"b"}',
    expect.stringMatching(/line 9 of .* not UTF-8/),
  ]);
});

test('an array that ends in the middle is an error, after the documents before', async () => {
  const pages = sourceOf(await fileOf('[{"id":"a"},\n{"id":"b"'), elements).pages(EVERYTHING, undefined, NEVER);
  const iterator = pages[Symbol.asyncIterator]();
  expect((await iterator.next()).value?.changes.map(textOf)).toEqual(['{"id":"a"}']);
  await expect(iterator.next()).rejects.toMatchObject({
    exitStatus: 2,
    message: 'the JSON array ends in the middle, in line 2',
  });
  await expect(documentsOf(await fileOf('{"id":"a"}'), elements)).rejects.toThrow(
    'this is not a JSON array, in line 1',
  );
});

test('what is no document in an array comes with its number, from wherever reading goes on', async () => {
  const source = sourceOf(await fileOf('[{"id":"a"},{"id":"b"},{"id":7}]'), elements, 2);
  const [first, second] = await pagesOf(source, EVERYTHING);
  const again = await pagesOf(source, EVERYTHING, (first as Page).resumeAt);
  expect(again).toEqual([second]);
  expect((second as Page).changes).toMatchObject([
    { key: '"element 3"', flaw: { message: expect.stringMatching(/^element 3 of .*, in line 1, cannot/) } },
  ]);
});

describe('lines and an array are told apart by the first byte,', () => {
  test.each<[string, string]>([
    ['of lines', TEXTS.join('\n')],
    ['of an array', `\ufeff \n[${TEXTS.join(',\n')}]`],
  ])('%s', async (_, text) => {
    const pieces = [text.slice(0, 5), text.slice(5)].map((piece) => Buffer.from(piece));
    const changes = await documentsOf(streamInput(Readable.from(pieces)), linesOrElements);
    expect(changes.map(textOf)).toEqual(TEXTS);

    const source = sourceOf(await fileOf(text), linesOrElements);
    const [first] = await pagesOf(source, EVERYTHING);
    const rest = await pagesOf(source, EVERYTHING, (first as Page).resumeAt);
    expect(rest.flatMap(({ changes }) => changes.map(textOf))).toEqual(TEXTS.slice(1000));
  });

  test('and an array that is taken for lines is refused with what to say', async () => {
    const [change] = await documentsOf(await fileOf('[{"id":"a"}]'), lines);
    expect(change).toMatchObject({ flaw: { hint: expect.stringContaining('--format json') } });
  });
});

describe('of what comes through a pipe', () => {
  test.each<[string, readonly [string, string], Splitter]>([
    ['lines', ['{"id":"a"}\n', '{"id":"b"}\n{"id":'], linesOrElements],
    ['elements', ['[{"id":"a"},', '{"id":"b"},{"id":'], linesOrElements],
    ['rows', ['id,n\na,1\nb,2.50', '\nc,3.50'], CSV],
  ])('%s that are there come without waiting for more, and a stop ends it at once', async (_, [one, more], split) => {
    const stop = new AbortController();
    const pipe = new PassThrough();
    const pages = sourceOf(streamInput(pipe), split).pages(EVERYTHING, undefined, stop.signal)[Symbol.asyncIterator]();
    for (const [text, id] of [
      [one, 'a'],
      [more, 'b'],
    ] as const) {
      pipe.write(text);
      expect((await pages.next()).value?.changes).toMatchObject([{ key: `"${id}","${id}"` }]);
    }
    const end = pages.next();
    stop.abort();
    expect(await end).toMatchObject({ done: true });
  });

  test('what was read when it was stopped is handed on', async () => {
    const stop = new AbortController();
    const pipe = new PassThrough();
    const pages = sourceOf(streamInput(pipe), lines).pages(EVERYTHING, undefined, stop.signal)[Symbol.asyncIterator]();
    pipe.write('{"id":"a"}\n');
    const page = pages.next();
    await vi.waitFor(() => expect(pipe.readableLength).toBe(0), { interval: 1 });
    stop.abort();
    expect((await page).value?.changes.map(textOf)).toEqual(['{"id":"a"}']);
    expect(await pages.next()).toMatchObject({ done: true });
  });

  test('what has a name in the file system is read once', async () => {
    const path = pipeNamed();
    const written = writeFile(path, '{"id":"a"}\n');
    expect((await documentsOf(await fileInput(path), lines)).map(textOf)).toEqual(['{"id":"a"}']);
    await written;
  });

  test('a pipe with a name that nobody writes to yet is waited for', async () => {
    const path = pipeNamed();
    const documents = documentsOf(await fileInput(path), lines);
    const writer = await openedByReader(path);
    await writer.writeFile('{"id":"a"}\n');
    await writer.close();
    expect((await documents).map(textOf)).toEqual(['{"id":"a"}']);
  });

  test('a pipe with a name that nobody writes to is left at once by a stop', async () => {
    const path = pipeNamed();
    const stop = new AbortController();
    const source = sourceOf(await fileInput(path), lines);
    const end = source.pages(EVERYTHING, undefined, stop.signal)[Symbol.asyncIterator]().next();
    const writer = await openedByReader(path);
    stop.abort();
    expect(await end).toMatchObject({ done: true });
    await writer.close();
  });
});

describe('what cannot be read is a usage error:', () => {
  test('a directory', async () => {
    await expect(fileInput(useDirectory())).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/cannot read ".*": it is a directory/),
    });
  });

  test('a pipe that is gone by the time it is read', async () => {
    const path = pipeNamed();
    const input = await fileInput(path);
    rmSync(path);
    await expect(documentsOf(input, lines)).rejects.toMatchObject({
      code: 'usage',
      message: expect.stringMatching(/cannot read ".*": ENOENT/),
    });
  });
});

describe('CSV', () => {
  test('has columns of types, with other names, and inside others', async () => {
    const text =
      'key,amount,paid,address.city,tags,note\n1,1.50,yes,"Bern, CH","[1,2.0]",\n2,9007199254740993,no,,,"a""b"\n';
    const options = {
      types: new Map([
        ['amount', 'number'],
        ['paid', 'boolean'],
        ['tags', 'json'],
      ] as const),
      renamed: new Map([['key', 'id']]),
    };
    expect((await documentsOf(await fileOf(text), table(options))).map(textOf)).toEqual([
      '{"id":"1","amount":1.50,"paid":true,"address":{"city":"Bern, CH"},"tags":[1,2.0],"note":""}',
      '{"id":"2","amount":9007199254740993,"paid":false,"address":{"city":""},"note":"a\\"b"}',
    ]);
  });

  test('has cells that are not of their type in records that are wrong', async () => {
    const file = await fileOf('id,n\na,1\nb,x\n');
    const changes = await documentsOf(file, table({ types: new Map([['n', 'number']]), renamed: new Map() }));
    expect(changes.map((change) => change instanceof FlawedRecord)).toEqual([false, true]);
    expect(String((changes[1] as FlawedRecord).flaw)).toContain('line 3 of');
  });

  test('has rows that are too long or too short in records that are wrong, each with the line that it begins in', async () => {
    const text = 'id,n\r\na,"x\r\ny"\r\n\r\nb,2,3\r\nc\r\nd,4';
    const changes = await documentsOf(await fileOf(text), CSV);
    expect(changes.map((change) => (change instanceof FlawedRecord ? String(change.flaw) : textOf(change)))).toEqual([
      '{"id":"a","n":"x\\r\\ny"}',
      expect.stringMatching(/line 5 of .* it has 3 cells for 2 columns/),
      expect.stringMatching(/line 6 of .* it has 1 cells for 2 columns/),
      '{"id":"d","n":"4"}',
    ]);
  });

  test.each([
    ['number', '1,"id":"evil"'],
    ['number', '"abc"'],
    ['number', '0x10'],
    ['boolean', 'true,"id":"evil"'],
    ['json', '[1],"id":"evil"'],
  ] as const)('takes nothing for a %s that is none: %s', async (type, cell) => {
    const file = await fileOf(`id,n\na,"${cell.replaceAll('"', '""')}"\n`);
    const [change] = await documentsOf(file, table({ types: new Map([['n', type]]), renamed: new Map() }));
    expect(String((change as FlawedRecord).flaw)).toMatch(new RegExp(`its "n" is no ${type}`));
  });

  test.each(['id,n,n\n', 'id,b,b.c\n', 'id,b.c,b\n'])(
    'has no columns in the place of each other: %s',
    async (header) => {
      await expect(documentsOf(await fileOf(`${header}a,1,2\n`), CSV)).rejects.toThrow(/in each other's place/);
    },
  );

  test('that is not UTF-8 is refused, instead of read wrongly', async () => {
    const file = await fileOf(Buffer.from('id,name\na,Jos\xe9\n', 'latin1'));
    await expect(documentsOf(file, CSV)).rejects.toThrow(/is not UTF-8/);
  });

  test('that is none is an error that says where', async () => {
    await expect(documentsOf(await fileOf('id,n\na,"1\n'), CSV)).rejects.toMatchObject({ code: 'input_flawed' });
  });

  test('without a column that is given a type or a name is refused, with those that it has', async () => {
    const file = await fileOf('id,n\na,1\n');
    const [types, renamed] = [new Map([['m', 'number' as const]]), new Map([['key', 'id']])];
    for (const options of [
      { types, renamed: new Map() },
      { types: new Map(), renamed },
    ]) {
      const pages = documentsOf(file, table(options));
      await expect(pages).rejects.toMatchObject({ code: 'usage', hint: 'its columns are id, n' });
    }
  });
});

function sourceOf(input: Input, split: Splitter, pageItemsMax?: number): ReturnType<typeof importing> {
  const partitionKey = { paths: ['/id'], kind: 'Hash', version: 2 } as const;
  const shape = (document: Buffer): Buffer => document;
  return importing({ input, split, partitionKey, shape, ...(pageItemsMax !== undefined && { pageItemsMax }) });
}

async function documentsOf(input: Input, split: Splitter): Promise<readonly Change[]> {
  return (await pagesOf(sourceOf(input, split), EVERYTHING)).flatMap(({ changes }) => changes);
}

function pipeNamed(): string {
  const path = join(useDirectory(), 'pipe');
  spawnSync('mkfifo', [path]);
  return path;
}

/** Resolves as soon as somebody reads the pipe. */
function openedByReader(path: string): Promise<FileHandle> {
  return vi.waitFor(() => open(path, constants.O_WRONLY | constants.O_NONBLOCK), { interval: 1 });
}

async function fileOf(content: string | Buffer): Promise<Input> {
  const file = join(useDirectory(), 'input');
  writeFileSync(file, content);
  return fileInput(file);
}
