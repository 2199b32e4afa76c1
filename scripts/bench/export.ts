import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { CLIENT_CORE, measure, pinTo } from './child.ts';
import { EmbeddedServer, withDataFile } from './embedded-server.ts';
import { expect } from './expectation.ts';

/**
 * A million documents of a server in another process, as NDJSON and as Parquet: how fast that is, and how much memory the
 * whole process has at most. The Parquet is read back by DuckDB. In lines of text.
 */
export async function measureExport(say: (text: string) => void): Promise<string[]> {
  return withDataFile(async (file) => {
    const server = await EmbeddedServer.start(file);
    try {
      const target = await server.target(CONTAINER);
      say(`fill with ${DOCUMENTS.toLocaleString('en-US')} documents`);
      const rounds = DOCUMENTS / ROUND_DOCUMENTS;
      for (let round = 0; round < rounds; round += ROUNDS_AT_ONCE) {
        await measure({ subject: 'newOrders', target, warmUps: 0, rounds: Math.min(ROUNDS_AT_ONCE, rounds - round) });
      }
      expect(await server.count(CONTAINER), DOCUMENTS, 'documents in the container');
      const address = `cosmos://${new URL(target.endpoint).host}/${target.database}/${CONTAINER}`;
      const lines: string[] = [];
      for (const [command, format] of EXPORTS) {
        say(`${command[0]} to ${format}`);
        const out = join(dirname(file), `${command[0]}-${format}`);
        const [name, ...flags] = command;
        lines.push(await exported([name, address, ...flags, '--format', format, '--out', out], `${name} to ${format}`));
        if (format === 'parquet') await checkParquet(out);
      }
      return lines;
    } finally {
      await server.end();
    }
  });
}

const CONTAINER = 'orders';
const DOCUMENTS = 1_000_000;
const ROUND_DOCUMENTS = 20_000;
/** A process of the bench has three minutes. */
const ROUNDS_AT_ONCE = 10;
const RSS_MB_MAX = 300;
const SAMPLE_MS = 50;
const TAIL = ['tail', '--start-from', 'beginning', '-e'] as const;
const QUERY = ['query-export'] as const;
const EXPORTS: readonly (readonly [command: readonly [string, ...string[]], format: string])[] = [
  [TAIL, 'ndjson'],
  [TAIL, 'parquet'],
  [QUERY, 'ndjson'],
  [QUERY, 'parquet'],
];

async function exported(args: readonly string[], what: string): Promise<string> {
  const cli = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));
  const started = performance.now();
  const [program = process.execPath, ...rest] = [...pinTo(CLIENT_CORE), process.execPath, cli, ...args, '--quiet'];
  const child = spawn(program, rest, { stdio: ['ignore', 'inherit', 'inherit'] });
  const exit = once(child, 'exit') as Promise<[number | null]>;
  let peak = 0;
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, peakOf(child.pid as number));
    await Promise.race([exit, sleep(SAMPLE_MS)]);
  }
  const [code] = await exit;
  expect(code ?? -1, 0, `the exit code of ${what}`);
  const rate = Math.round(DOCUMENTS / ((performance.now() - started) / 1000));
  const verdict = peak < RSS_MB_MAX ? 'holds' : 'DOES NOT HOLD';
  const demand = `under ${RSS_MB_MAX} MB: ${verdict}`;
  return `${what}: ${rate.toLocaleString('en-US')} docs/s, at most ${Math.round(peak)} MB of memory (${demand})`;
}

/** The most memory that a process has had, in megabytes; 0 once it has ended. Linux alone tells. */
function peakOf(pid: number): number {
  try {
    return (Number(/VmHWM:\s*(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024) / 1e6;
  } catch {
    return 0;
  }
}

async function checkParquet(folder: string): Promise<void> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const ask = async (sql: string): Promise<unknown[][]> => (await connection.runAndReadAll(sql)).getRowsJson();
  const files = `read_parquet('${folder}/*.parquet', union_by_name = true)`;
  const [[rows, ids, total] = []] = await ask(
    `SELECT count(*)::DOUBLE, count(DISTINCT id)::DOUBLE, count(total)::DOUBLE FROM ${files}`,
  );
  expect(Number(rows), DOCUMENTS, 'rows in the Parquet files');
  expect(Number(ids), DOCUMENTS, 'ids in the Parquet files');
  expect(Number(total), DOCUMENTS, 'totals in the Parquet files');
  const types = new Map((await ask(`DESCRIBE SELECT * FROM ${files}`)).map(([name, type]) => [name, type]));
  for (const [name, type] of TYPES) {
    if (types.get(name) !== type) throw new Error(`the type of "${name}" is ${types.get(name)}, not ${type}`);
  }
}

const TYPES = [
  ['id', 'VARCHAR'],
  ['total', 'DOUBLE'],
  ['express', 'BOOLEAN'],
  ['shipTo', 'JSON'],
] as const;
