import { parseArgs } from 'node:util';

export type Part = 'read' | 'write' | 'copy';

export interface Options {
  readonly pairs: number;
  readonly parts: readonly Part[];
  readonly quick: boolean;
}

const PARTS: readonly Part[] = ['read', 'write', 'copy'];

/** `--quick`: fewer pairs; `--only read|write|copy`: one part. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
  const { quick = false, only } = values;
  const parts = PARTS.filter((part) => only === undefined || part === only);
  if (parts.length === 0) throw new Error(`--only "${only}" is none of ${PARTS.join(', ')}`);
  return { pairs: quick ? 2 : 5, parts, quick };
}
