import { resolve } from 'node:path';
import type { Pipeline, Reference } from './pipeline.ts';
import type { Problems } from './problems.ts';

/** Finds what is wrong with pipelines beside each other. */
export function checkRelations(pipelines: readonly Pipeline[], problems: Problems): void {
  const byName = new Map(pipelines.map((pipeline) => [pipeline.name, pipeline]));
  for (const pipeline of pipelines) {
    checkReferences(pipeline, byName, problems);
    checkEnding(pipeline, problems);
  }
  checkCircles(byName, problems);
  for (const flag of WRITTEN) checkFiles(flag, pipelines, problems);
  checkOutput(pipelines, problems);
}

function checkReferences({ after, until }: Pipeline, byName: ReadonlyMap<string, Pipeline>, problems: Problems): void {
  for (const { text, at } of [...after, ...until]) {
    if (!byName.has(text)) problems.unknown(at, 'there is no pipeline', text, byName.keys());
  }
}

function checkEnding({ kind, until: [first] }: Pipeline, problems: Problems): void {
  if (first && kind && !kind.ending)
    problems.add(first.at, `${kind.name} cannot be told that nothing more comes; leave "until" out`);
}

/** Pipelines that wait for each other would wait for ever. */
function checkCircles(byName: ReadonlyMap<string, Pipeline>, problems: Problems): void {
  const known = new Set<string>();
  const visit = (name: string, path: readonly string[], { at }: Reference | Pipeline): void => {
    if (path.includes(name)) {
      problems.add(at, `pipelines wait for each other: ${[...path.slice(path.indexOf(name)), name].join(' → ')}`);
      return;
    }
    const pipeline = byName.get(name);
    if (!pipeline || known.has(name)) return;
    for (const other of [...pipeline.after, ...pipeline.until]) visit(other.text, [...path, name], other);
    known.add(name);
  };
  for (const [name, pipeline] of byName) visit(name, [], pipeline);
}

/** What has a place of its own in a file that only one can write. */
const WRITTEN = ['checkpoint', 'out'];

function checkFiles(flag: string, pipelines: readonly Pipeline[], problems: Problems): void {
  const users = new Map<string, string>();
  for (const { name, at, options } of pipelines) {
    const given = options[flag];
    if (typeof given !== 'string') continue;
    const file = resolve(given);
    const other = users.get(file);
    if (other !== undefined) problems.add(at, `"${name}" has the ${flag} of "${other}", ${given}`);
    else users.set(file, name);
  }
}

/** Lines of two would get mixed up. */
function checkOutput(pipelines: readonly Pipeline[], problems: Problems): void {
  const [first, ...others] = pipelines.filter(({ kind, options }) => kind && (kind.prints?.(options) ?? true));
  for (const { name, at } of others) {
    problems.add(at, `"${name}" would print to stdout, and "${first?.name}" does; only one can`);
  }
}
