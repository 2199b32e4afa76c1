import { defineConfig } from 'vitest/config';

/** Tests that put something else in the place of a module, which the tests after them must not find there. */
const APART = ['test/support/json-scanner-work.test.ts', 'test/support/patience.test.ts'];

export default defineConfig({
  test: {
    root: new URL('..', import.meta.url).pathname,
    testTimeout: 30_000,
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      // Loading the modules anew for each file would take a third of the time.
      { extends: true, test: { name: 'together', include: ['test/**/*.test.ts'], exclude: APART, isolate: false } },
      { extends: true, test: { name: 'apart', include: APART } },
    ],
  },
});
