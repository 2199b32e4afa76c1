import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { zstdDecompress, zstdDecompressSync } from 'node:zlib';
import avro from 'avsc';
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet';
import { expect } from 'vitest';
import { useReceiver } from '../receiver/rig.ts';
import { textOf } from '../sinks/files/rig.ts';
import { serve, status } from '../sinks/http/rig.ts';
import type { CommandRun } from '../support/run-command.ts';

/** A destination of one test. */
export interface Place {
  /** The flags that name it. */
  readonly args: readonly string[];
  /** Everything that has arrived there so far, in no order: documents, or their ids where `isExact` is not set. */
  arrived(runs: readonly CommandRun[]): Promise<readonly string[]>;
  /** By document, the ids under which it came. */
  ids?(): ReadonlyMap<string, ReadonlySet<unknown>>;
}

export interface PairSink {
  /** As README calls it. */
  readonly name: string;
  /** Of which kind. */
  readonly kind: string;
  /** Whether documents come as they are, and not as rows of columns. */
  readonly isExact: boolean;
  /** Whether what is complete cannot be added to. */
  readonly isSealed?: boolean;
  open(directory: string): Promise<Place>;
}

export const STDOUT: PairSink = {
  name: 'stdout',
  kind: 'ndjson',
  isExact: true,
  open: async (directory) => ({
    args: ['--checkpoint', join(directory, 'tail.db')],
    arrived: async (runs) => linesOf(runs.map(({ stdout }) => stdout).join('')),
  }),
};

export function directoryOf(format: FileFormat, compress?: 'gzip' | 'zstd'): PairSink {
  const columns = format === 'csv' ? ['--columns', 'id,amount'] : [];
  return {
    name: 'files of a directory',
    kind: compress ? `${format}, ${compress}` : format,
    isExact: EXACT.has(format),
    async open(directory) {
      const out = join(directory, 'out');
      return {
        args: ['--out', out, '--format', format, ...(compress ? ['--compress', compress] : []), ...columns],
        arrived: async () => (await Promise.all(partsOf(out).map((file) => documentsOf(file, format)))).flat(),
      };
    },
  };
}

export function fileOf(format: FileFormat, suffix: '' | '.gz' | '.zst' = ''): PairSink {
  const columns = format === 'csv' ? ['--columns', 'id,amount'] : [];
  return {
    name: 'a single file',
    kind: `${format}${suffix}`,
    isExact: EXACT.has(format),
    isSealed: format === 'parquet' || format === 'avro',
    async open(directory) {
      const out = join(directory, `out.${format}${suffix}`);
      return { args: ['--out', out, ...columns], arrived: async () => documentsOf(out, format) };
    },
  };
}

export function httpOf(body: keyof typeof BODIES, batch = 1): PairSink {
  return {
    name: 'HTTP',
    kind: batch > 1 ? `${body}, ${batch} in a request` : body,
    isExact: true,
    async open(directory) {
      const { url, requests } = await serve(status(200));
      const bodies = () => requests.map(({ body: bytes }) => BODIES[body](bytes.toString()));
      return {
        args: [
          '--to',
          url,
          '--http-body',
          body,
          '--http-batch',
          `${batch}`,
          '--checkpoint',
          join(directory, 'tail.db'),
        ],
        arrived: async () => bodies().flat(),
        ...(batch === 1 && {
          ids() {
            const ids = new Map<string, Set<unknown>>();
            for (const [index, [text = '']] of bodies().entries())
              ids.set(text, (ids.get(text) ?? new Set()).add(requests[index]?.headers['idempotency-key']));
            return ids;
          },
        }),
      };
    },
  };
}

export const TCP: PairSink = {
  name: 'TCP',
  kind: 'lines',
  isExact: true,
  async open(directory) {
    const { receiver, lines } = await useReceiver({ tcpPort: 0 });
    return {
      args: ['--to', receiver.tcpUrl ?? '', '--checkpoint', join(directory, 'tail.db')],
      arrived: async () => lines(),
    };
  },
};

type FileFormat = 'ndjson' | 'json' | 'csv' | 'parquet' | 'avro';

const EXACT: ReadonlySet<FileFormat> = new Set(['ndjson', 'json', 'avro']);

/** The documents of a request, by `--http-body`. */
const BODIES = {
  json: (text: string) => (text.startsWith('[') ? splitObjects(text.slice(1, -1)) : [text]),
  ndjson: (text: string) => linesOf(text),
  cloudevents: (text: string) => [dataOf(text)],
  'cloudevents-batch': (text: string) =>
    text
      .slice(1, -1)
      .split(/(?<=\}),(?=\{"specversion")/)
      .map(dataOf),
};

function splitObjects(text: string): string[] {
  return text.split(/(?<=\}),\s*(?=\{"id")/);
}

function dataOf(event: string): string {
  return /"data":(.*)\}$/s.exec(event)?.[1] ?? '';
}

function linesOf(text: string): string[] {
  return text.split('\n').slice(0, -1);
}

function partsOf(directory: string): string[] {
  return readdirSync(directory)
    .filter((name) => name.startsWith('part-'))
    .map((name) => join(directory, name));
}

async function documentsOf(file: string, format: FileFormat): Promise<string[]> {
  switch (format) {
    case 'parquet':
      return parquetIds(file);
    case 'avro':
      return avroDocuments(file);
    case 'json':
      return jsonElements(textOf(file));
    case 'ndjson':
      return linesOf(textOf(file));
    case 'csv':
      return textOf(file)
        .split('\r\n')
        .slice(1, -1)
        .map((row) => row.split(',')[0] ?? '');
  }
}

function jsonElements(text: string): string[] {
  expect(text.startsWith('[\n') && text.endsWith('\n]\n')).toBe(true);
  return text === '[\n\n]\n' ? [] : splitObjects(text.slice(2, -3));
}

async function parquetIds(path: string): Promise<string[]> {
  const compressors = { ZSTD: (input: Uint8Array): Uint8Array => zstdDecompressSync(input) };
  const rows = await parquetReadObjects({ file: await asyncBufferFromFile(path), compressors });
  return rows.map(({ id }) => String(id));
}

async function avroDocuments(file: string): Promise<string[]> {
  const codecs = { ...avro.streams.BlockDecoder.defaultCodecs(), zstandard: zstdDecompress };
  const documents: string[] = [];
  for await (const record of avro.createFileDecoder(file, { codecs: codecs as never })) {
    documents.push((record as { document: string }).document);
  }
  return documents;
}
