import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Exchange } from '../../src/emulator/emulator.ts';
import { filesIn, sha256 } from '../sinks/files/rig.ts';
import { addressOf, useEmulator } from '../support/emulator.ts';
import { needsEmbedded } from '../support/endpoint.ts';
import { randomFrom } from '../support/random.ts';
import { runCli, useDirectory } from '../support/run-cli.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 100_000);
const KILLS = Number(process.env.KILLS ?? 3);
/** Enough for something to be left to do after the last kill. */
const DOCUMENTS = 200 + 100 * KILLS;

const CASES: readonly (readonly [string, readonly string[]])[] = [
  ['a query, of 33 rows each', ['query-export', '--rotate-rows', '33']],
  ['a query, as compressed CSV', ['query-export', '--rotate-bytes', '20kb', '--format', 'csv', '--compress', 'gzip']],
  ['the feed, compressed', ['tail', '-e', '--compress', 'zstd']],
];

test.each(CASES)(
  `files of %s, killed ${KILLS} times at random moments, end as those that were not (SEED=${SEED})`,
  {
    timeout: 600_000,
  },
  async (_, [command = '', ...flags]) => {
    needsEmbedded('a hand in the requests that it gets');
    const random = randomFrom(SEED);
    const death = { child: undefined as ChildProcess | undefined, requestsLeft: Number.POSITIVE_INFINITY };
    const intercept = ({ headers }: Exchange): undefined => {
      if (!headers['user-agent']?.includes('cosmosflow') || --death.requestsLeft !== 0) return;
      // In the midst of what it makes of the answer, or before.
      setTimeout(() => death.child?.kill('SIGKILL'), random.fraction() * 20);
    };
    const { emulator } = await useEmulator({ intercept });
    const source = addressOf(emulator, 'shop/orders');
    const cwd = useDirectory();
    const produced = await runCli(['produce', source, '--count', String(DOCUMENTS), '--seed', '7'], { cwd });
    expect(produced, produced.stderr).toMatchObject({ status: 0 });
    const argsInto = (out: string): string[] => [command, source, ...flags, '--max-item-count', '5', '--out', out];

    const calm = await runCli(argsInto('calm'), { cwd });
    expect(calm, calm.stderr).toMatchObject({ status: 0 });
    for (let kill = 0; kill < KILLS; kill++) {
      death.requestsLeft = 1 + random.integer(24);
      const { signal, stderr } = await runCli(argsInto('killed'), {
        cwd,
        onStart: (child) => {
          death.child = child;
        },
      });
      expect(signal, stderr).toBe('SIGKILL');
    }
    death.requestsLeft = Number.POSITIVE_INFINITY;
    const last = await runCli(argsInto('killed'), { cwd });
    expect(last, last.stderr).toMatchObject({ status: 0 });

    expect(partsIn(join(cwd, 'killed'))).toEqual(partsIn(join(cwd, 'calm')));
    expect(manifestOf(join(cwd, 'killed'))).toEqual(manifestOf(join(cwd, 'calm')));
    expect(manifestOf(join(cwd, 'killed'))).toMatchObject({ complete: true, rows: DOCUMENTS });
  },
);

/** Files and their bytes, but for what tells of the run. */
function partsIn(directory: string): Record<string, string> {
  // Nothing tidies up after a process that is killed while it makes its checkpoint.
  const isOfRun = (name: string): boolean => name === 'manifest.json' || name.startsWith('.cosmosflow.db');
  const parts = Object.entries(filesIn(directory)).filter(([name]) => !isOfRun(name));
  expect(parts.length).toBeGreaterThan(3);
  return Object.fromEntries(parts);
}

/** What the manifest says of the files, which is so. */
function manifestOf(directory: string): object {
  const { complete, rows, bytes, files } = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as {
    readonly complete: boolean;
    readonly rows: number;
    readonly bytes: number;
    readonly files: readonly { readonly name: string; readonly sha256: string }[];
  };
  for (const file of files) expect(sha256(join(directory, file.name))).toBe(file.sha256);
  expect(files.map(({ name }) => name)).toEqual(Object.keys(partsIn(directory)));
  return { complete, rows, bytes, files };
}
