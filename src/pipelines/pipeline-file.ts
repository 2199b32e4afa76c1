import { isMap, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { Environment } from './expansion.ts';
import { type Field, Fields, startOf } from './fields.ts';
import type { Kind } from './kind.ts';
import { type Pipeline, PipelineReader } from './pipeline.ts';
import { Problems } from './problems.ts';
import { checkRelations } from './relations.ts';

/** Reads pipelines from YAML. Throws one FlowError with a line for each problem: file, line, column, what is wrong. */
export function readPipelines(
  text: string,
  file: string,
  kinds: readonly Kind[],
  environment: Environment,
): readonly Pipeline[] {
  const lines = new LineCounter();
  const problems = new Problems(file, lines);
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  for (const { pos, message } of [...document.errors, ...document.warnings]) {
    problems.add(pos[0], message.replace(/\s+/g, ' '));
  }
  // What is no YAML cannot be looked into. Names that come twice can.
  if (document.errors.some(({ code }) => code !== 'DUPLICATE_KEY'))
    problems.throwIfAny('what is in the file can only be checked once it is YAML');
  const fields = new Fields(document, problems, environment);
  const reader = new PipelineReader(fields, problems, kinds);
  const pipelines = namedIn(document.contents as Node | null, fields, problems).map((field) => reader.read(field));
  // Two of one name would be in each other's way in everything; that is said already.
  checkRelations([...new Map(pipelines.map((pipeline) => [pipeline.name, pipeline])).values()], problems);
  problems.throwIfAny();
  return pipelines;
}

/** The pipelines as they lie in the file: by name, or as a list of mappings with a name. */
function namedIn(contents: Node | null, fields: Fields, problems: Problems): Field[] {
  const root = fields.map('the file', 0, contents ?? undefined);
  if (!root) return [];
  const members = fields.of(root);
  for (const { name, at } of members) {
    if (name !== 'pipelines') problems.unknown(at, 'unknown name', name, ['pipelines']);
  }
  const all = members.find(({ name }) => name === 'pipelines');
  if (!all) {
    problems.add(startOf(root), 'there is no "pipelines:"');
    return [];
  }
  if ((isSeq(all.value) || isMap(all.value)) && all.value.items.length === 0) {
    problems.add(all.at, 'there are no pipelines');
  }
  return isSeq(all.value) ? listed(all.value.items, fields, problems) : mapped(all, fields);
}

function mapped({ name, at, value }: Field, fields: Fields): Field[] {
  const map = fields.map(name, at, value);
  return map ? fields.of(map) : [];
}

function listed(items: readonly unknown[], fields: Fields, problems: Problems): Field[] {
  const names = new Set<string>();
  return items.flatMap((item) => {
    const value = fields.resolve(item);
    const at = value ? startOf(value) : 0;
    const map = fields.map('a pipeline', at, value);
    const name = map && fields.of(map).find((member) => member.name === 'name');
    const text = name && fields.text(name);
    if (map && !name) problems.add(at, 'a pipeline in a list needs a name');
    if (text === undefined) return [];
    if (names.has(text)) problems.add(name?.at ?? at, `there are two pipelines "${text}"`);
    names.add(text);
    return { name: text, at: name?.at ?? at, value };
  });
}
