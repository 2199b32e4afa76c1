import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { measure } from './child.ts';
import { EmbeddedServer, withDataFile } from './embedded-server.ts';
import { expect } from './expectation.ts';
import type { SubjectName } from './subjects/index.ts';

/**
 * A million documents in a file: what the server's memory is on the way, how long it takes to start on that file, and
 * for how long a split of a large range keeps it from anything else. In lines of text.
 */
export async function measureMillion(say: (text: string) => void): Promise<string[]> {
  const { bavail, bsize } = await statfs(tmpdir());
  if (bavail * bsize < SPACE_BYTES) throw new Error(`${tmpdir()} has less than ${SPACE_BYTES / 1e9} GB left`);
  return withDataFile(async (file) => [...(await fill(file, say)), ...(await openAgain(file, say))]);
}

/** The file itself, and the log of a split. */
const SPACE_BYTES = 4e9;
const ROUND_DOCUMENTS = 20_000;
const CONTAINER = 'orders';
const STEPS = [100_000, 500_000, 1_000_000];
const SAMPLE_MS = 100;

async function fill(file: string, say: (text: string) => void): Promise<string[]> {
  const server = await EmbeddedServer.start(file);
  try {
    const target = await server.target(CONTAINER);
    const lines = [`memory of the server: ${megabytes(await server.rss())} at the start`];
    const run = async (subject: SubjectName, rounds: number, what: string): Promise<void> => {
      say(what);
      const { result, peak } = await watched(server, () => measure({ subject, target, warmUps: 0, rounds }));
      const seconds = result.rates.reduce((sum, rate) => sum + result.documents / rounds / rate, 0);
      const rate = Math.round(result.documents / seconds);
      const figures = `${megabytes(await server.rss())}, at most ${megabytes(peak)} on the way`;
      lines.push(`memory of the server: ${figures}, ${what} (${rate.toLocaleString('en-US')} docs/s)`);
    };
    let count = 0;
    for (const step of STEPS) {
      await run('newOrders', (step - count) / ROUND_DOCUMENTS, `with ${step.toLocaleString('en-US')} documents`);
      count = step;
      expect(await server.count(CONTAINER), count, 'documents in the container');
    }
    await run('ourFeedAtOnce', 1, 'after the whole change feed');
    lines.push(`close: ${milliseconds(await server.close())}`);
    return lines;
  } finally {
    await server.end();
  }
}

async function openAgain(file: string, say: (text: string) => void): Promise<string[]> {
  say('start and split');
  const server = await EmbeddedServer.start(file);
  try {
    const first = await server.split(CONTAINER);
    return [`start: ${milliseconds(server.startMs)}`, `split of a range of 250,000 documents: ${milliseconds(first)}`];
  } finally {
    await server.end();
  }
}

/** The result, and the most memory that the server had meanwhile. */
async function watched<Result>(
  server: EmbeddedServer,
  work: () => Promise<Result>,
): Promise<{ result: Result; peak: number }> {
  let [peak, isOver] = [0, false];
  const samples = (async () => {
    while (!isOver) {
      peak = Math.max(peak, await server.rss());
      await sleep(SAMPLE_MS);
    }
  })();
  try {
    return { result: await work(), peak };
  } finally {
    isOver = true;
    await samples;
  }
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e6)} MB`;
}

function milliseconds(ms: number): string {
  return `${Math.round(ms).toLocaleString('en-US')} ms`;
}
