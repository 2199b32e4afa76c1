import { execFile } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { skip } from '../../support/endpoint.ts';

const run = promisify(execFile);

const CLIENT = 'azure-cosmos==4.17.1';
const INSTALL_MS_MAX = 90_000;

/** A Python that has the official client: one that is there, else one of our own. Skips the test if there is neither. */
export async function findPython(): Promise<string> {
  const given = process.env.COSMOSFLOW_TEST_PYTHON;
  if (given !== undefined) return given;
  if (await hasClient('python3')) return 'python3';
  const own = fileURLToPath(new URL('../../../node_modules/.cache/cosmosflow/python', import.meta.url));
  const python = `${own}/bin/python`;
  if (existsSync(python)) return python;
  await install(own).catch((error: Error) => {
    // Another run may have been faster.
    if (!existsSync(python)) skip(`there is no Python with ${CLIENT}: ${error.message.slice(0, 300)}`);
  });
  return python;
}

async function hasClient(python: string): Promise<boolean> {
  return run(python, ['-c', 'import azure.cosmos']).then(
    () => true,
    () => false,
  );
}

/** Puts the client into an environment of its own, which has its name only when it is whole. */
async function install(place: string): Promise<void> {
  const signal = AbortSignal.timeout(INSTALL_MS_MAX);
  const unfinished = `${place}-${process.pid}`;
  try {
    await run('python3', ['-m', 'venv', unfinished], { signal });
    const options = ['--quiet', '--disable-pip-version-check', '--retries', '0', '--timeout', '15'];
    await run(`${unfinished}/bin/python`, ['-m', 'pip', 'install', ...options, CLIENT], { signal });
    renameSync(unfinished, place);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}
