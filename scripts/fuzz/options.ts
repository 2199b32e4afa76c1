import { parseArgs } from 'node:util';

export interface Options {
  readonly count: number;
  readonly seed: number;
  /** Send this input alone. */
  readonly only: number | undefined;
}

/** `--count N`: how many inputs; `--seed S`: which ones; `--only K`: that one of them alone. */
export function parseOptions(args: readonly string[]): Options {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args: [...args], options: { count: text, seed: text, only: text } });
  const only = values.only === undefined ? undefined : numberOf('only', values.only);
  return {
    count: numberOf('count', values.count ?? '200000'),
    seed: numberOf('seed', values.seed ?? String(Date.now() % 1_000_000)),
    only,
  };
}

function numberOf(name: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name} "${text}" is not a whole number`);
}
