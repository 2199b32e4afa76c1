import { execFileSync } from 'node:child_process';
import { copyFileSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { useDirectory } from './support/run-cli.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc');

const USE = `
  import { type Emulator, type FaultRule, startEmulator } from 'cosmosflow/emulator';
  const rule: FaultRule = { match: { operation: 'account' }, effect: { status: 503 } };
  const emulator: Emulator = await startEmulator({ faults: [rule], seed: 1 });
  // @ts-expect-error a status is a number
  const mistake: FaultRule = { effect: { status: 'many' } };
  console.log(new URL(emulator.endpoint).hostname, emulator.seed, emulator.journal().length, typeof mistake);
  await emulator.close();
`;

test('other projects import the embedded server, with types that need nothing but those of Node', () => {
  const directory = useDirectory();
  copyFileSync(join(ROOT, 'package.json'), join(directory, 'package.json'));
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  run(directory, '--project', join(ROOT, 'scripts/tsconfig.build.json'), '--outDir', join(directory, 'dist'));
  // Without what the project has for its own build.
  unlinkSync(join(directory, 'node_modules'));
  writeFileSync(join(directory, 'use.ts'), USE);
  const types = ['--types', 'node', '--typeRoots', join(ROOT, 'node_modules/@types')];
  run(
    directory,
    '--strict',
    '--module',
    'nodenext',
    '--target',
    'es2024',
    '--skipLibCheck',
    'false',
    ...types,
    'use.ts',
  );
  symlinkSync(join(ROOT, 'node_modules'), join(directory, 'node_modules'));
  const said = execFileSync(process.execPath, ['use.js'], { cwd: directory, encoding: 'utf8' });
  expect(said).toBe('127.0.0.1 1 0 object\n');
});

/** Compiles, or throws with what the compiler says. */
function run(cwd: string, ...flags: readonly string[]): void {
  try {
    execFileSync(process.execPath, [TSC, ...flags], { cwd, encoding: 'utf8' });
  } catch (error) {
    throw new Error((error as { stdout: string }).stdout);
  }
}
