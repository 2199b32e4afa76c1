import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Another engine of the query language, with its parts laid open: they can be replaced. */
export interface Peer {
  run(text: string, parameters: readonly Parameter[], documents: readonly object[]): unknown[];
  readonly helpers: Part;
  readonly functions: Part;
  readonly aggregates: Part;
}

// biome-ignore lint/suspicious/noExplicitAny: the package has no types.
export type Part = Record<string, (...values: any[]) => any>;

export interface Parameter {
  readonly name: string;
  readonly value: unknown;
}

/** Installs the engine beside the lockfile, once, within three minutes. */
export async function openPeer(): Promise<Peer> {
  if (!existsSync(join(FOLDER, 'node_modules', NAME))) await install();
  const load = createRequire(join(FOLDER, 'package.json'));
  const parse = load(NAME).default as (text: string) => {
    exec(documents: readonly object[], options: object): { result: unknown[] };
  };
  return {
    run: (text, parameters, documents) => parse(text).exec(documents, { parameters }).result,
    helpers: load(`${NAME}/lib/helpers`),
    functions: load(`${NAME}/lib/builtin-functions`),
    aggregates: load(`${NAME}/lib/aggregate-functions`),
  };
}

const NAME = '@zeit/cosmosdb-query';
const VERSION = '0.7.2';
const FOLDER = fileURLToPath(new URL('../../node_modules/.cache/cosmosflow/differential', import.meta.url));
const INSTALL_MS = 180_000;

async function install(): Promise<void> {
  process.stderr.write(`installing ${NAME} ${VERSION}\n`);
  await mkdir(FOLDER, { recursive: true });
  const options = ['--no-save', '--no-package-lock', '--ignore-scripts', '--no-audit', '--no-fund'];
  await promisify(execFile)('npm', ['install', '--prefix', FOLDER, ...options, `${NAME}@${VERSION}`], {
    timeout: INSTALL_MS,
  });
}
