import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

// Compiles src/ to dist/, which is what the published package holds.

const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(`${root}/dist`, { recursive: true, force: true });
execFileSync(
  process.execPath,
  [`${root}/node_modules/typescript/bin/tsc`, '--project', `${root}/scripts/tsconfig.build.json`],
  {
    stdio: 'inherit',
  },
);
