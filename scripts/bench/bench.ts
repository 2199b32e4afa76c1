import { createRequire } from 'node:module';
import { availableParallelism, cpus } from 'node:os';
import type { Comparison } from './comparison.ts';
import { compareCopying } from './copy.ts';
import { describe, SHAPES } from './documents.ts';
import { type Part, parseOptions } from './options.ts';
import { compareReading } from './read.ts';
import { sentence, table } from './table.ts';
import { compareWriting } from './write.ts';

// Compares cosmosflow with what a script on the SDK costs, in one run, as medians of pairs measured in turns. Exits
// with 0 whatever the ratios are; with 1 when something could not be measured or did the wrong work.

const COMPARE: Readonly<Record<Part, (pairs: number, say: (text: string) => void) => Promise<Comparison[]>>> = {
  read: compareReading,
  write: compareWriting,
  copy: compareCopying,
};

const options = parseOptions(process.argv.slice(2));
const started = performance.now();
const comparisons: Comparison[] = [];
for (const part of options.parts) comparisons.push(...(await COMPARE[part](options.pairs, progress)));

const { version: sdk } = createRequire(import.meta.url)('@azure/cosmos/package.json') as { version: string };
const model = cpus()[0]?.model.trim() ?? 'unknown processor';
console.log(`
${availableParallelism()} cores (${model}), Node ${process.versions.node}, @azure/cosmos ${sdk}
medians of ${options.pairs} pairs measured in turns${options.quick ? ' (--quick: too few to rely on)' : ''}, ratios pair by pair
read and write: CPU time of the client process on a server with canned answers, 1000 documents a page
copy: wall-clock time of the whole process, start-up included, on the embedded server with 10 ms per request
${SHAPES.map((shape) => `${shape}: ${describe(shape)}`).join('\n')}

${table(comparisons)}

${comparisons.flatMap(sentence).join('\n')}`);

function progress(text: string): void {
  console.error(`${((performance.now() - started) / 1000).toFixed(0).padStart(4)} s  ${text}`);
}
