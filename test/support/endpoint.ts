import { TestRunner } from 'vitest';
import type { Account } from './wire.ts';

/** The endpoint that the environment gives the end-to-end tests. Without one they run on embedded servers. */
export const foreign = readForeign(process.env);

/** Skips the test when it runs on an endpoint that was given, where there is no way to have `what`. */
export function needsEmbedded(what: string): void {
  if (foreign) skip(`only an embedded server has ${what}`);
}

/** Ends the test that runs, as skipped for this reason. */
export function skip(reason: string): never {
  const test = TestRunner.getCurrentTest();
  if (!test) throw new Error(`there is no test to skip: ${reason}`);
  return test.context.skip(reason);
}

function readForeign({ COSMOSFLOW_TEST_ENDPOINT, COSMOSFLOW_TEST_KEY }: NodeJS.ProcessEnv): Account | undefined {
  if (!COSMOSFLOW_TEST_ENDPOINT && !COSMOSFLOW_TEST_KEY) return undefined;
  if (!COSMOSFLOW_TEST_ENDPOINT || !COSMOSFLOW_TEST_KEY) {
    throw new Error('COSMOSFLOW_TEST_ENDPOINT and COSMOSFLOW_TEST_KEY go together: set both, or neither');
  }
  return { endpoint: new URL(COSMOSFLOW_TEST_ENDPOINT).href, key: COSMOSFLOW_TEST_KEY };
}
