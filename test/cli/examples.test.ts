import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { COMMANDS } from '../../src/commands/index.ts';
import type { Emulator } from '../../src/emulator/emulator.ts';
import { type Receiver, startReceiver } from '../../src/receiver/receiver.ts';
import { FlowError } from '../../src/support/error.ts';
import { NOWHERE, RECEIVER } from '../receiver/rig.ts';
import { skip } from '../support/endpoint.ts';
import { ExampleShop } from '../support/example-shop.ts';
import { type ShellRun, startShell } from '../support/shell.ts';

// Every example of every command, run by a shell as it is printed, in a directory of its own with an embedded shop, and
// with an account that has the same shop in the environment. What goes on until Ctrl-C gets one once it is ready.

/** What nobody can run as it is printed: the account is the reader's own. */
const PLACEHOLDERS = (account: Emulator): readonly (readonly [printed: string, run: string])[] => [
  ['COSMOS_URI=…', `COSMOS_URI=${account.endpoint}`],
  ['COSMOS_KEY=…', `COSMOS_KEY=${account.key}`],
];

let shop: ExampleShop;
let account: Emulator;
/** Called when something is written into the account. */
let onWrite: () => void = () => {};

beforeAll(async () => {
  shop = await ExampleShop.open();
  account = await shop.serve({ onApplied: () => onWrite() });
});

afterAll(() => shop.close());

describe.each(COMMANDS)('an example of $name runs as it is printed:', ({ examples, exits }) => {
  test.each(examples)('%s', async (_comment, printed) => {
    await serveWhatIsNamed(printed);
    const run = startShell(ready(printed), { cwd: await shop.directory(), env: environment() });
    onTestFinished(() => run.kill());
    const isInterrupted = await accompany(run, printed);
    const result = await run.ended;
    skipIfPortIsTaken(result.stderr);
    const expected = isInterrupted && exits.some(([status]) => status === 130) ? 130 : 0;
    expect(result.status, `${printed}\n${result.stderr}`).toBe(expected);
  });
});

function environment(): Record<string, string> {
  return { COSMOS_URI: account.endpoint, COSMOS_KEY: account.key };
}

function ready(printed: string): string {
  for (const [, tool = ''] of printed.matchAll(/(?:\||\$\()\s*(\w+)/g)) {
    if (tool !== 'cosmosflow' && !has(tool)) skip(`there is no ${tool} on this machine`);
  }
  return PLACEHOLDERS(account).reduce((line, [from, to]) => line.replaceAll(from, to), printed);
}

function has(tool: string): boolean {
  try {
    execFileSync('bash', ['-c', `command -v ${tool}`], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Starts what an example takes for granted at a port of this machine. */
async function serveWhatIsNamed(printed: string): Promise<void> {
  const port = /\blocalhost:(\d+)\/shop/.exec(printed)?.[1];
  if (port !== undefined) await served(() => shop.serve({ port: Number(port) }));
  const url = URL.parse(/--to ((?:http|tcp):\S+)/.exec(printed)?.[1] ?? '');
  if (url) await served(() => receive(url));
}

async function served(start: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  const server = await start().catch((error: unknown) => {
    if (error instanceof FlowError) skip(`${error.message} on this machine`);
    throw error;
  });
  onTestFinished(() => server.close());
}

function receive({ protocol, hostname, port, pathname }: URL): Promise<Receiver> {
  const place = protocol === 'tcp:' ? { tcpPort: Number(port) } : { port: Number(port), path: pathname };
  return startReceiver(NOWHERE, { ...RECEIVER, host: hostname, ...place });
}

/** Does what the reader of an example would do while it runs; resolves once it has ended, with whether by Ctrl-C. */
async function accompany(run: ShellRun, printed: string): Promise<boolean> {
  const written = new Promise<void>((resolve) => {
    onWrite = resolve;
  });
  const moment = printed.includes('--duration') ? written.then(() => '') : run.said(READY);
  const words = await Promise.race([moment, run.ended.then(() => undefined)]);
  if (words === undefined) return false;
  const url = /consume is ready at (\S+)/.exec(words)?.[1];
  const wanted = Number(/--max (\d+)/.exec(printed)?.[1] ?? 0);
  if (url !== undefined && wanted > 0) {
    await send(url, wanted);
    return false;
  }
  run.interrupt();
  return true;
}

/** What is said by that which goes on until Ctrl-C. */
const READY = /\bis ready at \S+|caught up; following|^cosmosflow: ready\b/m;

async function send(url: string, count: number): Promise<void> {
  const body = Array.from({ length: count }, (_, index) => `{"id":"${index}"}\n`).join('');
  const answer = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-ndjson' }, body });
  expect(answer.status).toBe(200);
}

function skipIfPortIsTaken(stderr: string): void {
  const problem = /(\S+ \d+|\S+:\d+) is in use/.exec(stderr)?.[0];
  if (problem !== undefined) skip(`${problem} on this machine`);
}
