import { parseQuery } from '../query-body.ts';

/** The resources, as clients see them, that a query asks for. */
export function queryResources(body: Buffer, resources: readonly unknown[]): unknown[] {
  const { filter, project, count, top } = parseQuery(body);
  const found = filter ? resources.filter(filter) : resources;
  if (count) return [count.result(found.filter(count.counts ?? (() => true)).length)];
  const results = project ? found.map(project).filter((value) => value !== undefined) : found;
  return results.slice(0, top);
}
