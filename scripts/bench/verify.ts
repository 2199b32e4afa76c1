import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Change, EVERYTHING } from '../../src/contract.ts';
import { Connection } from '../../src/cosmos/connection.ts';
import { readContainer } from '../../src/cosmos/container.ts';
import { EMULATOR_KEY } from '../../src/protocol/emulator-key.ts';
import { cosmosSink } from '../../src/sinks/cosmos.ts';
import { measure } from './child.ts';
import { EmbeddedServer, withDataFile } from './embedded-server.ts';
import { changesOf } from './subjects/our-sink.ts';
import type { Target } from './subjects/subject.ts';

/**
 * Two containers of so many documents with one missing, one extra, one stale and one that differs in a number: what
 * `verify` finds, what `--repair` leaves, how long both take, and the memory on the way beyond that of a process that
 * has loaded all of it and does nothing. In lines of text.
 */
export async function measureVerification(documents: number, say: (text: string) => void): Promise<string[]> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < documents * BYTES_PER_DOCUMENT) throw new Error(`${tmpdir()} has too little room left`);
  return withDataFile(async (file) => {
    await fill(file, documents, say);
    // The same documents in another account.
    const other = `${file}.other`;
    await copyFile(file, other);
    const servers = await Promise.all([file, other].map((data) => EmbeddedServer.start(data)));
    try {
      const [source, target] = (await Promise.all(servers.map((server) => server.target(CONTAINER)))) as [
        Target,
        Target,
      ];
      await plant(source, target, documents);
      return await compare(source, target, documents, say);
    } finally {
      for (const server of servers) await server.end();
    }
  });
}

/** Of both containers, and the log of the database. */
const BYTES_PER_DOCUMENT = 5000;
const CONTAINER = 'orders';
const ROUND_DOCUMENTS = 20_000;
const ROUNDS_AT_ONCE = 5;
const MEMORY_AT_MOST = 64 * 1024 * 1024;
const SAMPLE_MS = 50;

async function fill(file: string, documents: number, say: (text: string) => void): Promise<void> {
  const server = await EmbeddedServer.start(file);
  try {
    const target = await server.target(CONTAINER);
    for (let left = documents / ROUND_DOCUMENTS; left > 0; left -= ROUNDS_AT_ONCE) {
      say(`${(left * ROUND_DOCUMENTS).toLocaleString('en-US')} documents to write`);
      await measure({ subject: 'newOrders', target, warmUps: 0, rounds: Math.min(left, ROUNDS_AT_ONCE) });
    }
    await server.close();
  } finally {
    await server.end();
  }
}

async function plant(source: Target, target: Target, documents: number): Promise<void> {
  const write = async ({ endpoint, database, container }: Target, changes: readonly Change[]): Promise<void> => {
    const connection = new Connection({ endpoint, key: EMULATOR_KEY });
    const facts = await readContainer(connection.client, { database, container });
    await cosmosSink(connection, facts, { concurrency: 1 }).write(changes, EVERYTHING);
    await connection.close();
  };
  const [missing, newer, other, extra] = [1, 2, 3, documents + 1].map(
    (number) => changesOf(number === documents + 1 ? number : Math.floor((number * documents) / 4), 1, 'mixed')[0],
  ) as [Change, Change, Change, Change];
  await write(target, [{ ...missing, kind: 'delete' }, edited(other, '"total":', '"total":9'), extra]);
  await write(source, [edited(newer, '"status":"', '"status":"re')]);
}

function edited(change: Change, from: string, to: string): Change {
  return { ...change, document: Buffer.from(Buffer.from(change.document).toString().replace(from, to)) };
}

async function compare(
  source: Target,
  target: Target,
  documents: number,
  say: (text: string) => void,
): Promise<string[]> {
  const idle = await idleMemory();
  const runs: [flags: readonly string[], status: number, signs: string][] = [
    [[], 3, '**+-'],
    [['--repair'], 0, '**+-'],
    [[], 0, ''],
  ];
  const lines: string[] = [`an idle process: ${megabytes(idle)}`];
  for (const [flags, status, signs] of runs) {
    const name = ['verify', ...flags].join(' ');
    say(name);
    const run = await verify([source, target], flags);
    if (run.status !== status || run.signs !== signs)
      throw new Error(`${name} printed "${run.signs}" and ended with ${run.status}: ${run.log}`);
    const memory = run.peak - idle;
    const demand = `${memory <= MEMORY_AT_MOST ? 'within' : 'MORE THAN'} ${megabytes(MEMORY_AT_MOST)}`;
    const rate = Math.round((2 * documents) / (run.ms / 1000)).toLocaleString('en-US');
    const found = signs === '' ? 'nothing' : `"${signs}"`;
    lines.push(
      `${name} of ${documents.toLocaleString('en-US')} documents: found ${found} in ${(run.ms / 1000).toFixed(1)} s ` +
        `(${rate} docs/s), ${megabytes(memory)} above the idle process (${demand})`,
    );
  }
  return lines;
}

interface Run {
  readonly status: number;
  readonly log: string;
  /** Of the lines, sorted. */
  readonly signs: string;
  readonly ms: number;
  /** The most memory that the process had, in bytes. */
  readonly peak: number;
}

async function verify(targets: readonly Target[], flags: readonly string[]): Promise<Run> {
  const folder = await mkdtemp(join(tmpdir(), 'cosmosflow-bench-'));
  try {
    const program = fileURLToPath(new URL('../../bin/cosmosflow.js', import.meta.url));
    const ends = targets.map(({ endpoint, database, container }) => {
      return `cosmos://${new URL(endpoint).host}/${database}/${container}`;
    });
    const command = ['verify', ...ends, '--checkpoint', join(folder, 'verify.db'), ...flags];
    const started = performance.now();
    const child = spawn(process.execPath, [program, ...command], { stdio: ['ignore', 'pipe', 'pipe'] });
    let [out, log] = ['', ''];
    child.stdout.on('data', (text) => (out += text));
    child.stderr.on('data', (text) => (log += text));
    const end = once(child, 'close');
    const peak = await peakOf(child, end);
    const [status] = await end;
    const signs = out.split('\n').flatMap((line) => line.slice(0, 1));
    return { status, log, signs: signs.sort().join(''), ms: performance.now() - started, peak };
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The system itself keeps the highest value, as long as there is a process. */
async function peakOf(child: ChildProcess, end: Promise<unknown>): Promise<number> {
  let [peak, isOver] = [0, false];
  const over = end.then(() => {
    isOver = true;
  });
  while (!isOver) {
    peak = Math.max(peak, await memoryOf(child, 'VmHWM'));
    await sleep(SAMPLE_MS);
  }
  await over;
  return peak;
}

async function memoryOf({ pid }: ChildProcess, field: 'VmHWM' | 'VmRSS'): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
}

/** Of a process that has loaded what `verify` loads. */
async function idleMemory(): Promise<number> {
  const path = fileURLToPath(new URL('servers/idle.ts', import.meta.url));
  const child = spawn(process.execPath, [path], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  try {
    await once(child, 'message');
    return await memoryOf(child, 'VmRSS');
  } finally {
    child.kill();
  }
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
