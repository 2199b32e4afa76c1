import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/** Tests that put something else in the place of a module, which the tests after them must not find there. */
const APART = [
  ...globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) =>
    readFileSync(join(ROOT, file), 'utf8').includes('vi.mock('),
  ),
  'test/support/json-scanner-work.test.ts',
  'test/support/patience.test.ts',
];

export default defineConfig({
  test: {
    root: ROOT,
    testTimeout: 30_000,
    pool: 'forks',
    // Tests mostly wait: for processes, for disks, for what must not happen.
    maxWorkers: 4,
    restoreMocks: true,
    unstubGlobals: true,
    projects: [
      // Loading the modules anew for each file would take a third of the time.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false } },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
