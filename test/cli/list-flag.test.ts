import { expect, onTestFinished, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/program.ts';
import { type Command, type Context, command } from '../../src/commands/command.ts';
import { list } from '../../src/commands/flags.ts';
import { FlowError } from '../../src/support/error.ts';

test('a flag that may be given several times has all its values, in their order', async () => {
  expect(await valuesOf('--param', '1', '--param=2')).toEqual([1, 2]);
  expect(await valuesOf()).toEqual([]);
});

test('in the environment it has one value a line, and the command line goes before', async () => {
  process.env.COSMOSFLOW_PARAM = '3\n4\n';
  onTestFinished(() => {
    delete process.env.COSMOSFLOW_PARAM;
  });
  expect(await valuesOf()).toEqual([3, 4]);
  expect(await valuesOf('--param', '1')).toEqual([1]);
});

test('one value that makes no sense is named', async () => {
  await expect(valuesOf('--param', '1', '--param', 'x')).rejects.toThrow('--param: "x" is no number');
});

async function valuesOf(...args: readonly string[]): Promise<unknown> {
  let values: unknown;
  const parse = (text: string): number => {
    if (Number.isNaN(Number(text))) throw new FlowError('usage', `"${text}" is no number`);
    return Number(text);
  };
  const sums = command({
    name: 'sums',
    summary: 'add up',
    notes: [],
    arguments: [],
    flags: { param: list('--param <n>', 'a number', parse) },
    examples: [],
    exits: [],
    async run({ options }) {
      values = options.param;
    },
  });
  const invocation = await parseCommandLine(['sums', ...args], [sums as Command]);
  if (typeof invocation === 'number') throw new Error('nothing was invoked');
  await invocation.run({} as Context);
  return values;
}
