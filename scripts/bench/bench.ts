import { createRequire } from 'node:module';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { measureBudget } from './budget.ts';
import type { Comparison } from './comparison.ts';
import { compareCopying } from './copy.ts';
import { describe, SHAPES } from './documents.ts';
import { measureExport } from './export.ts';
import { measureForwarding } from './forward.ts';
import { measureMillion } from './million.ts';
import { type Part, parseOptions } from './options.ts';
import { type Rate, rateSentence } from './rate.ts';
import { compareReading } from './read.ts';
import { measureServer } from './server.ts';
import { rateTable, sentence, table } from './table.ts';
import { measureVerification } from './verify.ts';
import { compareWriting } from './write.ts';

// Compares cosmosflow with what a script on the SDK costs, in one run, as medians of pairs measured in turns; and
// measures how fast the embedded server is. Exits with 0 whatever the figures are; with 1 when something could not be
// measured or did the wrong work.

const options = parseOptions(process.argv.slice(2));
const { pairs, parts, quick } = options;
const comparisons: Comparison[] = [];
const rates: Rate[] = [];
const lines: string[] = [];
const MEASURE: Readonly<Record<Part, () => Promise<unknown>>> = {
  read: async () => comparisons.push(...(await compareReading(pairs, progress))),
  write: async () => comparisons.push(...(await compareWriting(pairs, progress))),
  copy: async () => comparisons.push(...(await compareCopying(pairs, progress))),
  server: async () => rates.push(...(await measureServer(pairs, progress))),
  forward: async () => lines.push(...(await measureForwarding(progress))),
  million: async () => lines.push(...(await measureMillion(progress))),
  verify: async () => lines.push(...(await measureVerification(quick ? 100_000 : 1_000_000, progress))),
  export: async () => lines.push(...(await measureExport(progress))),
  budget: async () => lines.push(...(await measureBudget(progress))),
};

const started = performance.now();
const loadBefore = load();
for (const part of parts) await MEASURE[part]();

const { version: sdk } = createRequire(import.meta.url)('@azure/cosmos/package.json') as { version: string };
const model = cpus()[0]?.model.trim() ?? 'unknown processor';
const few = quick ? ' (--quick: too few to rely on)' : '';
console.log(`
${availableParallelism()} cores (${model}), ${(totalmem() / 2 ** 30).toFixed(1)} GB, load ${loadBefore} before and ${load()} after, Node ${process.versions.node}, @azure/cosmos ${sdk}
${SHAPES.map((shape) => `${shape}: ${describe(shape)}`).join('\n')}`);

if (comparisons.length > 0) {
  console.log(`
medians of ${pairs} pairs measured in turns${few}, ratios pair by pair
read and write: CPU time of the client process on a server with canned answers, 1000 documents a page
copy: wall-clock time of the whole process, start-up included, on the embedded server with 10 ms per request

${table(comparisons)}

${comparisons.flatMap(sentence).join('\n')}`);
}

if (rates.length > 0) {
  console.log(`
the embedded server on one core with its data in a file, each commit on disk; one client process on another core
medians of ${pairs} rounds${few}, mixed documents

${rateTable(rates)}

${rates.flatMap(rateSentence).join('\n')}`);
}

if (lines.length > 0) console.log(`\n${lines.join('\n')}`);

function load(): string {
  return (loadavg()[0] ?? 0).toFixed(1);
}

function progress(text: string): void {
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}
