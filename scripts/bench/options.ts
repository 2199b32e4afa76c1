import { parseArgs } from 'node:util';

export type Part = 'read' | 'write' | 'copy' | 'server' | 'forward' | 'million' | 'verify' | 'export' | 'budget';

export interface Options {
  readonly pairs: number;
  readonly parts: readonly Part[];
  readonly quick: boolean;
}

const PARTS: readonly Part[] = ['read', 'write', 'copy', 'server', 'forward', 'million', 'verify', 'export', 'budget'];
/** Take minutes, and gigabytes of disk. */
const ON_REQUEST: readonly Part[] = ['million', 'verify', 'export', 'budget'];

/** `--quick`: fewer pairs; `--only read|write|copy|server|forward|million|verify|export|budget`: one part, the last four only if asked for. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({ args: [...args], options: { quick: { type: 'boolean' }, only: { type: 'string' } } });
  const { quick = false, only } = values;
  const parts = PARTS.filter((part) => (only === undefined ? !ON_REQUEST.includes(part) : part === only));
  if (parts.length === 0) throw new Error(`--only "${only}" is none of ${PARTS.join(', ')}`);
  return { pairs: quick ? 2 : 5, parts, quick };
}
