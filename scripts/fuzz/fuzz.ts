import type { Failure } from './findings.ts';
import { parseOptions } from './options.ts';
import { fuzz, type Report } from './run.ts';
import type { Memory } from './server-process.ts';

// Sends requests of every kind, most of them wrong in some way, over HTTP to an embedded server in a process of its own.
// Exits with 1 when it crashed, hung, failed, answered without a JSON body, or kept memory.

const SHOWN_MAX = 20;
const MB = 2 ** 20;
const GROWTH_MAX = 100 * MB;

const { count, seed, only } = parseOptions(process.argv.slice(2));
const numbers = only === undefined ? Array.from({ length: count }, (_, index) => index) : [only];
console.error(`seed ${seed}`);
const report = await fuzz({ seed, numbers }, progress);
console.log(summary(report));
process.exitCode =
  report.findings.failures.length > 0 || report.memory.some((memory) => growthOf(memory) > GROWTH_MAX) ? 1 : 0;

function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${text}`);
}

function summary({ findings, seconds, memory }: Report): string {
  const { inputs, failures } = findings;
  return `${findings.table()}

seed ${seed}: ${inputs} inputs in ${seconds.toFixed(1)} s, ${Math.round(inputs / seconds)} a second, all over HTTP
${memory.map(showGrowth).join('\n')}
${failures.length} failures${failures.length === 0 ? '' : `\n\n${shown(failures).map(tell).join('\n\n')}`}`;
}

function showGrowth(memory: readonly Memory[], index: number): string {
  if (memory.length < 2) return `server ${index + 1}: too few inputs to tell whether it keeps memory`;
  return `server ${index + 1}: ${show(memory[0] as Memory)} after the warm-up, then ${memory.slice(1).map(show).join(', ')}`;
}

function show({ heap, rss }: Memory): string {
  return `${Math.round(heap / MB)} MB used of ${Math.round(rss / MB)}`;
}

function growthOf(memory: readonly Memory[]): number {
  const [first, last] = [memory[0], memory.at(-1)];
  return first && last ? Math.max(last.heap - first.heap, last.rss - first.rss) : 0;
}

/** One for each reason. */
function shown(failures: readonly Failure[]): Failure[] {
  const kinds = new Map(failures.map((failure) => [failure.reason.replace(/\d+/g, '#').slice(0, 60), failure]));
  return [...kinds.values()].slice(0, SHOWN_MAX);
}

function tell({ number, reason, text }: Failure): string {
  return `input ${number}: ${reason}\n  again: npm run fuzz -- --seed ${seed} --only ${number}\n${text.replace(/^/gm, '  | ')}`;
}
